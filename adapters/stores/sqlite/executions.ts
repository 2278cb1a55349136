/** The rows of executions: written, read, and looked up through an index whatever the filter is. */
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { requireSummary } from "../stored-summary.ts";
import type { SqliteRow, SqliteValue } from "./driver.ts";
import { recordOf } from "./rows.ts";

/** In the order of `summaryValues`. */
export const summaryColumns = [
	"execution_id",
	"root_execution_id",
	"parent_execution_id",
	"machine_name",
	"status",
	"event",
	"current_state",
	"step",
	"waiting_channel",
	"wake_at",
	"total_api_calls",
	"total_cost",
	"error",
	"created_at",
	"updated_at",
	"updated_ms",
	"updated_minute",
] as const;

export function summaryValues(summary: ExecutionSummary): SqliteValue[] {
	const changed = Date.parse(summary.updated_at);
	const updated = Number.isNaN(changed) ? 0 : changed;
	return [
		summary.execution_id,
		summary.root_execution_id,
		summary.parent_execution_id,
		summary.machine_name,
		summary.status,
		summary.event,
		summary.current_state,
		summary.step,
		summary.waiting_channel,
		summary.wake_at,
		summary.total_api_calls,
		summary.total_cost,
		summary.error === null ? null : JSON.stringify(summary.error),
		summary.created_at,
		summary.updated_at,
		updated,
		minuteOf(updated),
	];
}

/** @throws StoreError `store_corrupt` */
export function readRow(row: SqliteRow, store: string): ExecutionSummary {
	return requireSummary({ ...row, error: recordOf(row.error) }, store);
}

/** A query and what to bind. */
export interface Query {
	readonly sql: string;
	readonly values: readonly SqliteValue[];
}

/**
 * The query for a filter. SQLite keeps no figures about these tables, so it could walk through all that wait in place
 * of the few on one channel: the index is named here, of the filter that most likely holds for the fewest.
 */
export function lookUp(filter: ExecutionFilter, columns: "execution_id" | "*"): Query {
	const { waitingChannel, parentExecutionId, rootExecutionId, wakeBefore, event, status, updatedBefore } = filter;
	const minute = updatedBefore === undefined ? undefined : minuteOf(updatedBefore);
	const conditions: readonly (readonly [index: string | null, condition: string, value?: SqliteValue | undefined])[] = [
		["flatstate_by_channel", "waiting_channel = ?", waitingChannel],
		["flatstate_by_parent", "parent_execution_id = ?", parentExecutionId],
		["flatstate_by_root", "root_execution_id = ?", rootExecutionId],
		["flatstate_by_wake", "wake_at <= ?", wakeBefore],
		["flatstate_by_event", "event = ?", event],
		["flatstate_by_status", "status = ?", status],
		["flatstate_by_age", "updated_minute <= ?", minute],
		["flatstate_roots", "root_execution_id = execution_id"],
		[null, "updated_ms < ?", updatedBefore],
		[null, "execution_id > ?", filter.after],
	];
	const parts: string[] = [];
	const values: SqliteValue[] = [];
	let index: string | null = null;
	for (const [ofCondition, condition, value] of conditions) {
		const isAsked = condition.includes("?") ? value !== undefined : filter.rootsOnly === true;
		if (!isAsked) continue;
		index ??= ofCondition;
		parts.push(condition);
		if (value !== undefined) values.push(value);
	}
	const from = `flatstate_executions${index === null ? "" : ` INDEXED BY ${index}`}`;
	const where = parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`;
	values.push(filter.limit ?? -1);
	return { sql: `SELECT ${columns} FROM ${from}${where} ORDER BY execution_id LIMIT ?`, values };
}

/** An index on this changes at most once a minute for an execution, one on the time would change with every step. */
export function minuteOf(milliseconds: number): number {
	return Math.floor(milliseconds / 60_000);
}
