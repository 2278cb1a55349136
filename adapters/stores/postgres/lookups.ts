/** Looking executions up: a filter as a condition for which there is an index. */
import type { ExecutionFilter } from "../../../runtime/store/execution-summary.ts";
import { storedName } from "./stored-name.ts";
import { wholeTime } from "./summary-row.ts";
import type { Tables } from "./tables.ts";

export interface Lookup {
	readonly text: string;
	readonly values: readonly unknown[];
}

/** The rows for which all of a filter holds, sorted by id. */
export function lookup(tables: Tables, columns: string, filter: ExecutionFilter): Lookup {
	const { event, waitingChannel, parentExecutionId, rootExecutionId, rootsOnly, status, limit, after } = filter;
	const values: unknown[] = [];
	const conditions: string[] = [];
	const add = (condition: (parameter: string) => string, value: unknown) => {
		if (value === undefined) return;
		values.push(value);
		conditions.push(condition(`$${values.length}`));
	};
	const named = (name: string | undefined) => (name === undefined ? undefined : storedName(name));
	add((p) => `event = ${p}`, event);
	add((p) => `waiting_channel = ${p}`, named(waitingChannel));
	add((p) => `parent_id = ${p}`, named(parentExecutionId));
	add((p) => `root_id = ${p}`, named(rootExecutionId));
	add((p) => `status = ${p}`, status);
	const before = filter.updatedBefore === undefined ? undefined : wholeTime(Math.ceil(filter.updatedBefore));
	add((p) => `updated_at < ${p}::bigint AND updated_hour <= ${p}::bigint / 3600000`, before);
	add((p) => `wake_at <= ${p}::bigint`, filter.wakeBefore === undefined ? undefined : wholeTime(filter.wakeBefore));
	add((p) => `id > ${p}`, after);
	if (rootsOnly === true) conditions.push("root_id = id");
	const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
	const most = limit === undefined ? "" : `LIMIT ${Math.max(0, Math.floor(wholeTime(limit)))}`;
	return { text: `SELECT ${columns} FROM ${tables.executions} ${where} ORDER BY id ${most}`, values };
}
