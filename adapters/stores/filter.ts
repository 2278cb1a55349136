/** What a filter says about one row. */
import type { ExecutionFilter, ExecutionSummary } from "../../runtime/store/execution-summary.ts";

/** Milliseconds since 1970; a time that cannot be read is before all others (spec section 13.4). */
export function timeOf(text: string): number {
	const time = Date.parse(text);
	return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

/** Whether all conditions of a filter hold for a row, its page not counted. */
export function holds(row: ExecutionSummary, filter: ExecutionFilter): boolean {
	const { event, waitingChannel, parentExecutionId, rootExecutionId, rootsOnly } = filter;
	const { status, updatedBefore, wakeBefore } = filter;
	return (
		(event === undefined || row.event === event) &&
		(waitingChannel === undefined || row.waiting_channel === waitingChannel) &&
		(parentExecutionId === undefined || row.parent_execution_id === parentExecutionId) &&
		(rootExecutionId === undefined || row.root_execution_id === rootExecutionId) &&
		(rootsOnly !== true || row.root_execution_id === row.execution_id) &&
		(status === undefined || row.status === status) &&
		(updatedBefore === undefined || timeOf(row.updated_at) < updatedBefore) &&
		(wakeBefore === undefined || (row.wake_at !== null && row.wake_at <= wakeBefore))
	);
}
