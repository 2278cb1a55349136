/** The commit: one script writes what a list of executions has to store, or nothing at all. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { LeaseLostError, StoreError } from "../../../runtime/store/errors.ts";
import type { Lease, LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { ExecutionCommit } from "../../../runtime/store/persistence-backend.ts";
import { checkCommit } from "../check-commit.ts";
import { toBlob } from "./blob.ts";
import { lease, putCheckpoint, putRow } from "./row-scripts.ts";
import { type Script, script } from "./script.ts";

/**
 * Arguments: the lease's key and token, or two empty texts; then for each execution id, summary, seven indexed values,
 * origin, name of the checkpoint, its blob, the blob of the pointer to it, progress, number of log rows, each with step
 * and text, and the result. What is absent is an empty text. Everything is checked before, since a script that fails in
 * the middle leaves what it has written.
 */
export const commitScript: Script = script(`${putRow}${putCheckpoint}${lease}
local a = ARGV
if a[1] ~= '' and call('HGET', p .. 'lease:' .. a[1], 'token') ~= a[2] then
	local holder = lease_of(a[1])
	return {holder[1] or '', holder[2] or '', holder[3] or '0', holder[4] or '0'}
end
local i = 3
while i <= #a do
	local id, row = a[i], p .. 'exec:' .. a[i]
	put_row(id, a[i + 1], {a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7], a[i + 8]})
	if a[i + 9] ~= '' then call('HSET', row, 'origin', a[i + 9]) end
	if a[i + 10] ~= '' then
		put_checkpoint(id, a[i + 10], a[i + 11], a[i + 13])
		call('SET', blob_of(id .. '/latest'), a[i + 12])
	end
	local rows = tonumber(a[i + 14])
	if rows > 0 then
		local seq = call('HINCRBY', row, 'seq', rows) - rows
		for n = 1, rows do
			call('ZADD', p .. 'log:' .. id, a[i + 13 + 2 * n], string.format('%016d', seq + n) .. a[i + 14 + 2 * n])
		end
	end
	i = i + 15 + 2 * rows
	if a[i] ~= '' then
		call('HSET', p .. 'results:' .. id, 'result', a[i])
		publish('result:' .. id .. '/result', '')
	end
	i = i + 1
end
return 1
`);

/** Digits before the text of a log's row: its place among all that was written of the execution. */
export const logPlaceLength = 16;

/** @throws StoreError `invalid_checkpoint_key`, or `store_write_failed` for what would make the script fail in the middle */
export function commitArguments(commits: readonly ExecutionCommit[], held: Lease | null): string[] {
	const args = held === null ? ["", ""] : [held.key, String(held.token)];
	for (const commit of commits) {
		checkCommit(commit);
		const { summary, origin = "", checkpoint, log, result = "" } = commit;
		args.push(...rowArguments(summary), origin);
		if (checkpoint === undefined) {
			args.push("", "", "", "");
		} else {
			const { key, text, progress } = checkpoint;
			const { name } = parseCheckpointKey(key);
			if (name === "latest") throw unwritable(`${key} is the pointer to a checkpoint, and no checkpoint`);
			args.push(name, toBlob(text), toBlob(key), progress);
		}
		args.push(String(log.length));
		for (const { step, text } of log) {
			if (!Number.isFinite(step)) throw unwritable(`a log's row has the step ${step}`);
			args.push(String(step), text);
		}
		args.push(result);
	}
	return args;
}

/** Id, text and indexed values of a summary, as `put_row` takes them. */
export function rowArguments(summary: ExecutionSummary): string[] {
	const { execution_id, event, waiting_channel, parent_execution_id, root_execution_id, status, wake_at } = summary;
	if (wake_at !== null && !Number.isFinite(wake_at)) throw unwritable(`\`wake_at\` is ${wake_at}`);
	return [
		execution_id,
		JSON.stringify(summary),
		event,
		waiting_channel ?? "",
		parent_execution_id ?? "",
		root_execution_id,
		status,
		String(timeOf(summary.updated_at)),
		wake_at === null ? "" : String(wake_at),
	];
}

/** Milliseconds since 1970; a time that cannot be read counts as the oldest. */
export function timeOf(text: string): number {
	const time = Date.parse(text);
	return Number.isNaN(time) ? 0 : time;
}

/** @throws LeaseLostError where the script refused the writer */
export function checkCommitted(reply: unknown, held: Lease | null): void {
	if (!Array.isArray(reply) || held === null) return;
	const [owner, label, acquired, expires]: unknown[] = reply;
	throw new LeaseLostError(held.key, readHolder(owner, label, acquired, expires));
}

/** A lease's holder from the fields of its hash; null where nobody holds it. */
export function readHolder(owner: unknown, label: unknown, acquired: unknown, expires: unknown): LeaseHolder | null {
	if (typeof owner !== "string" || owner === "") return null;
	return {
		owner,
		label: typeof label === "string" ? label : "",
		acquiredAt: Number(acquired),
		expiresAt: Number(expires),
	};
}

function unwritable(problem: string): StoreError {
	return new StoreError("store_write_failed", `Nothing was written: ${problem}.`);
}
