/** Ends executions that nobody waits for any more, with the children that they have on other workers. */
import { readOrigin } from "../checkpoint/progress.ts";
import { givenUpRow } from "../machine/stopped.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";
import { cancelChannel } from "./cancel.ts";
import { closeExecution, isOpen } from "./close-execution.ts";
import type { QueuedJob } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

export interface GiveUpOptions {
	readonly store: Store;
	readonly queue: Pick<JobQueue, "add" | "remove">;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/**
 * Writes that an execution was given up, and has its children given up, too.
 * @returns false where somebody runs it still: try again when its run has been aborted
 */
export async function giveUpExecution(executionId: string, options: GiveUpOptions): Promise<boolean> {
	const { store } = options;
	if (!(await closeExecution(executionId, givenUpRow(), options))) return false;
	await cancelExecutions(await joinedChildren(executionId, store), options);
	for (;;) {
		const told = await store.signals.claim(cancelChannel, executionId);
		if (!told) return true;
		await store.signals.acknowledge(told.id);
	}
}

/** Children of an execution that run on their own and have not ended; launched machines are nobody's children. */
async function joinedChildren(executionId: string, { persistence }: Store): Promise<ExecutionSummary[]> {
	const rows = await persistence.listExecutions({ parentExecutionId: executionId, rootsOnly: true });
	const open = rows.filter(isOpen);
	const origins = await Promise.all(open.map(({ execution_id: id }) => persistence.loadExecution(id)));
	return open.filter((_, index) => readOrigin(origins[index]?.origin ?? null)?.join !== undefined);
}

/** Has whoever runs these executions stop, and then give them up. */
export async function cancelExecutions(
	executions: readonly Pick<ExecutionSummary, "execution_id" | "machine_name">[],
	{ store, queue }: Pick<GiveUpOptions, "store" | "queue">,
): Promise<void> {
	if (executions.length === 0) return;
	await queue.remove(executions.map(({ execution_id: id }) => id));
	await Promise.all(
		executions.map(({ execution_id: executionId }) => store.signals.send(cancelChannel, null, { executionId })),
	);
	await queue.add(
		executions.map(
			({ execution_id, machine_name: machine }): QueuedJob => ({
				id: `cancel:${execution_id}`,
				job: { kind: "cancel", execution_id },
				machine,
				requires: [],
			}),
		),
	);
}
