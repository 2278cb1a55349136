/**
 * Who runs machines that are not part of their parent's run (spec section 16). Without an invoker children run in their
 * parent's process: that is the inline one.
 */
import type { ExecutionJob } from "./job.ts";
import type { JobQueue } from "./job-queue.ts";

/** Children become jobs; the parent parks, and whoever ends its last child has it resumed. */
export interface QueueInvoker {
	readonly kind: "queue";
	readonly queue: Pick<JobQueue, "add" | "remove">;
	/** Children of one parent in the queue at a time; the others follow as these end, so that others have their turn. */
	readonly window: number;
	/** Of the children's jobs, and of those of their own children: lower ones first. Default 0, before all that have one. */
	readonly priority?: number;
}

/** Children are processes of their own; the parent stays and waits for their results. */
export interface ProcessInvoker {
	readonly kind: "process";
	/**
	 * Runs the job in a process, which goes on with the execution where the store has it already. Resolves when the process
	 * has ended, however it did: what became of the execution is in the store.
	 * @param signal ends the process
	 */
	run(job: ExecutionJob, signal: AbortSignal): Promise<void>;
	/** The same, for a machine that nobody waits for: resolves when the process has been started. */
	launch(job: ExecutionJob): Promise<void>;
	/** At the same time. */
	readonly window: number;
}

export type MachineInvoker = QueueInvoker | ProcessInvoker;

/** Of one parent, unless `max_concurrency` says less. */
export const defaultWindow = 500;

/** The priority of jobs that an invoker adds, as part of one. */
export function priorityOf(invoker: MachineInvoker | undefined): { readonly priority?: number } {
	const priority = invoker?.kind === "queue" ? invoker.priority : undefined;
	return priority === undefined ? {} : { priority };
}
