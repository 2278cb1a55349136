/** What a worker tells of each job that it has handled, for those who look on. */
import type { ExecutionJob } from "./job.ts";

/**
 * - `done`, `failed`, `stopped` (by a limit or a hook), `waiting`: how the execution came to rest
 * - `handed_over`: the worker stops, or another one has the job
 * - `given_up`: nobody waits for the execution any more
 * - `again`: somebody else runs the execution; the job is taken up again later
 * - `refused`: it cannot be run by any worker
 * - `error`: the store or the queue failed; the job is taken up again later
 */
export type JobOutcome =
	| "done"
	| "failed"
	| "stopped"
	| "waiting"
	| "handed_over"
	| "given_up"
	| "again"
	| "refused"
	| "error";

export interface JobReport {
	readonly kind: ExecutionJob["kind"] | "unreadable";
	readonly outcome: JobOutcome;
	/** From taking it to the end of its handling. */
	readonly seconds: number;
}
