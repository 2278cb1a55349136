/** Reads the rows of executions that were stored, which anybody with access to the store may have changed. */
import { isRecord, own, ownNumber, ownString } from "../../compiler/document/plain-data.ts";
import type { StoredError } from "../../runtime/steps/journal.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import { type ExecutionSummary, executionStatuses } from "../../runtime/store/execution-summary.ts";

/**
 * The row in a value that was JSON. Numbers that are missing are 0, since JSON has no others than finite ones.
 * @returns what is wrong, in words, where it is no row
 */
export function readSummary(value: unknown): ExecutionSummary | string {
	let problem: string | undefined;
	const text = (name: string): string => {
		const found = ownString(value, name);
		if (found === undefined) problem ??= `\`${name}\` is no text`;
		return found ?? "";
	};
	const status = executionStatuses.find((known) => known === own(value, "status"));
	if (status === undefined) return "its status is not known";
	const row: ExecutionSummary = {
		execution_id: text("execution_id"),
		root_execution_id: text("root_execution_id"),
		parent_execution_id: ownString(value, "parent_execution_id") ?? null,
		machine_name: text("machine_name"),
		status,
		event: text("event"),
		current_state: text("current_state"),
		step: ownNumber(value, "step") ?? 0,
		waiting_channel: ownString(value, "waiting_channel") ?? null,
		wake_at: ownNumber(value, "wake_at") ?? null,
		total_api_calls: ownNumber(value, "total_api_calls") ?? 0,
		total_cost: ownNumber(value, "total_cost") ?? 0,
		error: readError(own(value, "error")),
		created_at: text("created_at"),
		updated_at: text("updated_at"),
	};
	return problem ?? row;
}

/** The same. @throws StoreError `store_corrupt` */
export function requireSummary(value: unknown, store: string): ExecutionSummary {
	const row = readSummary(value);
	if (typeof row !== "string") return row;
	const id = ownString(value, "execution_id");
	const which = id === undefined ? "an execution" : `execution ${id}`;
	throw new StoreError("store_corrupt", `The row of ${which} in ${store} cannot be read: ${row}.`);
}

/** The row in a JSON text. @throws StoreError `store_corrupt` */
export function parseSummary(json: unknown, store: string): ExecutionSummary {
	let value: unknown;
	try {
		value = JSON.parse(typeof json === "string" ? json : "");
	} catch (cause) {
		throw new StoreError("store_corrupt", `The row of an execution in ${store} cannot be read: it is no JSON.`, {
			cause,
		});
	}
	return requireSummary(value, store);
}

function readError(value: unknown): StoredError | null {
	if (!isRecord(value)) return null;
	const code = ownString(value, "code");
	return {
		name: ownString(value, "name") ?? "Error",
		message: ownString(value, "message") ?? "",
		...(code === undefined ? {} : { code }),
	};
}
