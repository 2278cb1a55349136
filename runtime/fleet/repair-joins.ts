/** Looks after joins in which nothing has happened for long: jobs may have been lost, or who waited may be gone. */
import type { Logger } from "../logging/logger.ts";
import type { Store } from "../store/store.ts";
import type { JobQueue } from "./job-queue.ts";
import type { JoinBackend } from "./join-backend.ts";
import { readQueuedJob } from "./read-job.ts";

export interface RepairOptions {
	readonly store: Store & { readonly joins: JoinBackend };
	readonly queue: Pick<JobQueue, "add">;
	readonly logger: Logger;
	/** Joins that have been idle since, in milliseconds since 1970. */
	readonly idleSince: number;
}

/** Joins that are looked at in one go. */
const mostJoins = 100;

/**
 * Has each execution that waits at such a join resumed: it adds the jobs again of the children that have not ended, which
 * changes nothing for those that are queued or run. Closes joins that nobody waits for.
 */
export async function repairJoins({ store, queue, logger, idleSince }: RepairOptions): Promise<void> {
	const { joins, persistence, lock } = store;
	for (const id of await joins.idle(idleSince, mostJoins)) {
		const state = await joins.state(id);
		if (!state) continue;
		const stored = await persistence.loadExecution(state.executionId);
		const status = stored?.summary.status;
		if (status === undefined || status === "done" || status === "failed") {
			await joins.close(id);
			continue;
		}
		// Who stopped it resumes it; who runs it looks by itself.
		if (status === "stopped" || (await lock?.holder(state.executionId))) continue;
		const wake = readQueuedJob(state.wake);
		if (wake.job.kind !== "resume") continue;
		logger.info(`Execution ${state.executionId} is looked after: nothing has happened for long at what it waits for`, {
			execution_id: state.executionId,
		});
		const job = { ...wake.job, reason: "repair" } as const;
		await queue.add([{ ...wake, id: `repair:${id}`, job }]);
	}
}
