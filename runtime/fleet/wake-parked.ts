/** Turns signals, and times that are over, into jobs: parked executions are resumed by any worker. */
import { readOrigin } from "../checkpoint/progress.ts";
import type { Logger } from "../logging/logger.ts";
import { SignalDispatcher } from "../signals/dispatcher.ts";
import { UnknownExecutionError } from "../store/errors.ts";
import type { Store } from "../store/store.ts";
import type { JobQueue } from "./job-queue.ts";

export interface WakeOptions {
	readonly store: Store;
	readonly queue: Pick<JobQueue, "add">;
	readonly logger: Logger;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** A dispatcher that resumes nothing itself. Several in a fleet do no harm: they add the same jobs. */
export function wakingDispatcher({ store, queue, logger, now }: WakeOptions): SignalDispatcher {
	const { persistence, signals, name } = store;
	return new SignalDispatcher({
		signals,
		persistence,
		logger,
		now,
		async resume(executionId) {
			const stored = await persistence.loadExecution(executionId);
			if (!stored) throw new UnknownExecutionError(executionId, name);
			const { updated_at, machine_name: machine } = stored.summary;
			await queue.add([
				{
					// Once for each time that it has parked.
					id: `wake:${executionId}:${updated_at}`,
					job: { kind: "resume", execution_id: executionId, reason: "signal" },
					machine,
					requires: readOrigin(stored.origin)?.requires ?? [],
				},
			]);
		},
	});
}
