/** Looks executions up by the indexes. */
import { Buffer } from "node:buffer";
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import { parseSummary } from "../stored-summary.ts";
import type { RedisConnection } from "./connection.ts";
import { texts } from "./reply.ts";
import { script } from "./script.ts";

/**
 * Arguments: after, limit ('' = none), updated before, wake before, how many entries to look at, then names of indexes.
 * The smallest index is gone through, the others are asked for each of its ids. Gives whether it is done and sorted, the
 * last id that was looked at, and what was found. An index by time is not sorted by id: all of it is looked at.
 */
const lookupScript = script(`
local a = ARGV
local after, limit, budget = a[1], tonumber(a[2]) or math.huge, tonumber(a[5])
local sets, times = {}, {}
for i = 6, #a do sets[#sets + 1] = p .. 'by:' .. a[i] end
if #sets == 0 then sets[1] = p .. 'ids' end
if a[3] ~= '' then times[#times + 1] = {key = p .. 'updated', max = '(' .. a[3]} end
if a[4] ~= '' then times[#times + 1] = {key = p .. 'wake', max = a[4]} end
local function before(time, id)
	local score = call('ZSCORE', time.key, id)
	if not score then return false end
	if time.max:sub(1, 1) == '(' then return tonumber(score) < tonumber(time.max:sub(2)) end
	return tonumber(score) <= tonumber(time.max)
end
local best, size, timed
for _, set in ipairs(sets) do
	local count = call('ZCARD', set)
	if not size or count < size then best, size = set, count end
end
for _, time in ipairs(times) do
	local count = call('ZCOUNT', time.key, '-inf', time.max)
	if count < size then best, size, timed = time.key, count, time end
end
local ids
if timed then ids = call('ZRANGEBYSCORE', best, '-inf', timed.max)
else ids = call('ZRANGEBYLEX', best, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, budget) end
local found = {timed and 'unsorted' or 'done', ''}
for _, id in ipairs(ids) do
	local holds = true
	for _, set in ipairs(sets) do
		if set ~= best and not call('ZSCORE', set, id) then holds = false break end
	end
	if holds then
		for _, time in ipairs(times) do
			if time ~= timed and not before(time, id) then holds = false break end
		end
	end
	if holds then
		found[#found + 1] = id
		if not timed and #found - 2 >= limit then return found end
	end
end
if not timed and #ids == budget then found[1], found[2] = 'more', ids[#ids] end
return found
`);

/** Arguments: ids. Gives their summaries, in the same order. */
const rowsScript = script(`
local rows = {}
for i, id in ipairs(ARGV) do rows[i] = call('HGET', p .. 'exec:' .. id, 'summary') end
return rows
`);

/** The server does nothing else while a script runs: so many entries take it about a millisecond. */
const entriesAtOnce = 1000;

export async function lookUpIds(connection: RedisConnection, filter: ExecutionFilter): Promise<string[]> {
	const { updatedBefore, wakeBefore, limit = Number.POSITIVE_INFINITY } = filter;
	const indexes = indexesOf(filter);
	const found: string[] = [];
	let after = filter.after ?? "";
	while (found.length < limit) {
		const left = limit - found.length;
		const [state, last = "", ...ids] = texts(
			await connection.script("read", lookupScript, [
				after,
				Number.isFinite(left) ? String(left) : "",
				updatedBefore === undefined ? "" : String(updatedBefore),
				wakeBefore === undefined ? "" : String(wakeBefore),
				String(entriesAtOnce),
				...indexes,
			]),
		);
		if (state === "unsorted") return inOrder(ids, after).slice(0, left);
		found.push(...ids);
		if (state !== "more") break;
		after = last;
	}
	return found;
}

/** Rows that are deleted in the meantime are left out. */
export async function lookUpRows(connection: RedisConnection, filter: ExecutionFilter): Promise<ExecutionSummary[]> {
	const ids = await lookUpIds(connection, filter);
	const rows: ExecutionSummary[] = [];
	for (let start = 0; start < ids.length; start += entriesAtOnce) {
		const page = ids.slice(start, start + entriesAtOnce);
		const reply = await connection.script("read", rowsScript, page);
		for (const text of Array.isArray(reply) ? reply : []) {
			if (typeof text === "string") rows.push(parseSummary(text, connection.name));
		}
	}
	return rows;
}

function indexesOf(filter: ExecutionFilter): string[] {
	const { event, waitingChannel, parentExecutionId, rootExecutionId, rootsOnly, status } = filter;
	return Object.entries({
		event,
		channel: waitingChannel,
		parent: parentExecutionId,
		root: rootExecutionId,
		status,
		top: rootsOnly === true ? "1" : undefined,
	}).flatMap(([field, value]) => (value === undefined ? [] : [`${field}:${value}`]));
}

/** As Redis sorts them: by their bytes. */
function inOrder(ids: readonly string[], after: string): string[] {
	const first = Buffer.from(after);
	return ids
		.map((id) => ({ id, bytes: Buffer.from(id) }))
		.filter(({ bytes }) => after === "" || Buffer.compare(bytes, first) > 0)
		.sort((a, b) => Buffer.compare(a.bytes, b.bytes))
		.map(({ id }) => id);
}
