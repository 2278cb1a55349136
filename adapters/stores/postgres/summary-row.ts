/** Summaries of executions as rows: a few columns to look them up by, and the whole as JSON. */
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { checkedId, storedName } from "./stored-name.ts";

/** The columns of `flatstate_executions` that follow from a summary. */
export interface SummaryColumns {
	readonly id: string;
	readonly root_id: string;
	readonly parent_id: string | null;
	readonly status: string;
	readonly event: string;
	readonly waiting_channel: string | null;
	/** Whole milliseconds. */
	readonly wake_at: number | null;
	readonly updated_at: number;
	readonly summary: string;
}

/** Their order in statements, with their types. */
export const summaryTypes = {
	id: "text",
	root_id: "text",
	parent_id: "text",
	status: "text",
	event: "text",
	waiting_channel: "text",
	wake_at: "bigint",
	updated_at: "bigint",
} as const;

/** @throws StoreError `store_write_failed` for an id that cannot be stored */
export function columnsOf(summary: ExecutionSummary): SummaryColumns {
	const { execution_id, root_execution_id, parent_execution_id, status, event, waiting_channel, wake_at } = summary;
	return {
		id: checkedId(execution_id, "store_write_failed"),
		root_id: storedName(root_execution_id),
		parent_id: parent_execution_id === null ? null : storedName(parent_execution_id),
		status,
		event,
		waiting_channel: waiting_channel === null ? null : storedName(waiting_channel),
		wake_at: wake_at === null ? null : wholeTime(Math.ceil(wake_at)),
		updated_at: wholeTime(Date.parse(summary.updated_at)),
		summary: JSON.stringify(summary),
	};
}

/** The values of `summaryTypes`, in its order. */
export function valuesOf(columns: SummaryColumns): unknown[] {
	const { id, root_id, parent_id, status, event, waiting_channel, wake_at, updated_at } = columns;
	return [id, root_id, parent_id, status, event, waiting_channel, wake_at, updated_at];
}

/** A time that fits into the column; one that is none is the oldest, so that pruning takes it first. */
export function wholeTime(milliseconds: number): number {
	if (Number.isNaN(milliseconds)) return 0;
	return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(milliseconds)));
}
