/** Makes the job that goes on with a stored execution, on a worker that has what it requires. */
import { readOrigin } from "../checkpoint/progress.ts";
import type { StoredExecution } from "../store/persistence-backend.ts";
import type { QueuedJob, ResumeJob } from "./job.ts";

/** Its priority is that of the children that it goes on to start: itself it comes before all that have one. */
export interface ResumeRequest extends Pick<ResumeJob, "reason" | "priority">, Pick<QueuedJob, "id" | "delayMs"> {}

export function resumeJob({ summary, origin }: StoredExecution, request: ResumeRequest): QueuedJob {
	const { id, reason, priority, delayMs } = request;
	return {
		id,
		job: { kind: "resume", execution_id: summary.execution_id, reason, ...(priority !== undefined && { priority }) },
		machine: summary.machine_name,
		requires: readOrigin(origin)?.requires ?? [],
		...(delayMs !== undefined && { delayMs }),
	};
}
