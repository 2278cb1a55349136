/** Deletes whole executions: one, or those that are old or too many. */
import { isDeadOwner } from "../../../runtime/store/owner.ts";
import type { PruneOptions } from "../../../runtime/store/persistence-backend.ts";
import { checkPrune } from "../prune-limits.ts";
import type { RedisConnection } from "./connection.ts";
import { joinKeys } from "./join-scripts.ts";
import { texts } from "./reply.ts";
import { lease, putRow, removeRow } from "./row-scripts.ts";
import { script } from "./script.ts";
import { signalQueues } from "./signal-scripts.ts";

/**
 * Arguments: id, now, how many to delete at once, `guarded` or nothing, the owner of a lease that counts for nothing, and
 * a time: a guarded execution that changed since, or whose lease is held, stays. Children go before their parents, so that
 * what is cut off between two calls can be deleted again. Gives `done`, `more`, `changed`, or `held` with the
 * owner and its identity.
 */
const removeScript = script(`${putRow}${lease}${signalQueues}${joinKeys}${removeRow}
local id, now, most = ARGV[1], clock(ARGV[2]), tonumber(ARGV[3])
if ARGV[4] ~= '' then
	local holder = lease_of(id)
	if held(holder, now) and holder[1] ~= ARGV[5] then return {'held', holder[1], holder[5] or ''} end
	local updated = call('ZSCORE', p .. 'tops', id)
	if not updated or (ARGV[6] ~= '' and tonumber(updated) >= tonumber(ARGV[6])) then return {'changed'} end
end
-- Whoever has it writes no more.
call('DEL', p .. 'lease:' .. id)
local root = call('HGET', p .. 'exec:' .. id, 'root')
local list = {id}
if not root or root == id then
	for _, child in ipairs(call('ZRANGE', p .. 'by:root:' .. id, 0, -1)) do
		if child ~= id then list[#list + 1] = child end
	end
else
	local i = 1
	while list[i] do
		for _, child in ipairs(call('ZRANGE', p .. 'by:parent:' .. list[i], 0, -1)) do
			if root and call('HGET', p .. 'exec:' .. child, 'root') == root then list[#list + 1] = child end
		end
		i = i + 1
	end
end
local first = math.max(1, #list - most + 1)
for i = #list, first, -1 do remove_row(list[i]) end
return {first > 1 and 'more' or 'done'}
`);

/** Arguments: a time. Gives the executions that pruning counts and that were last changed before it. */
const olderScript = script("return call('ZRANGEBYSCORE', p .. 'tops', '-inf', '(' .. ARGV[1])");

/** Arguments: how many to keep. Gives the others; of those that changed at the same time, the first ids are kept. */
const surplusScript = script(`
local surplus = call('ZCARD', p .. 'tops') - tonumber(ARGV[1])
if surplus <= 0 then return {} end
local edge = call('ZRANGE', p .. 'tops', surplus - 1, surplus - 1, 'WITHSCORES')[2]
local found = call('ZRANGEBYSCORE', p .. 'tops', '-inf', '(' .. edge)
local last = call('ZREVRANGEBYSCORE', p .. 'tops', edge, edge, 'LIMIT', 0, surplus - #found)
for _, id in ipairs(last) do found[#found + 1] = id end
return found
`);

const deletedAtOnce = 200;

export interface DeletionClock {
	/** For leases: milliseconds since 1970 as text, or an empty text for the server's own clock. */
	leaseTime(): string;
	/** For ages: milliseconds since 1970. */
	now(): number;
}

/** Deletes an execution and the children that it waited for, whoever holds its lease. */
export async function removeExecution(connection: RedisConnection, clock: DeletionClock, id: string): Promise<void> {
	let state: string | undefined = "more";
	while (state === "more") {
		const args = [id, clock.leaseTime(), String(deletedAtOnce), "", "", ""];
		[state] = texts(await connection.script("write", removeScript, args));
	}
}

/** @throws StoreError `invalid_prune` */
export async function pruneExecutions(
	connection: RedisConnection,
	clock: DeletionClock,
	options: PruneOptions,
): Promise<number> {
	checkPrune(options);
	const { maxAgeSeconds, maxCount } = options;
	let deleted = 0;
	if (maxAgeSeconds !== undefined) {
		const before = String(clock.now() - maxAgeSeconds * 1000);
		for (const id of texts(await connection.script("read", olderScript, [before]))) {
			if (await removeUnheld(connection, clock, id, before)) deleted += 1;
		}
	}
	if (maxCount !== undefined) {
		for (const id of texts(await connection.script("read", surplusScript, [String(maxCount)]))) {
			if (await removeUnheld(connection, clock, id, "")) deleted += 1;
		}
	}
	return deleted;
}

/** @param before the execution stays if it changed since this time; empty = whenever it changed */
async function removeUnheld(
	connection: RedisConnection,
	clock: DeletionClock,
	id: string,
	before: string,
): Promise<boolean> {
	let ignored = "";
	for (;;) {
		const args = [id, clock.leaseTime(), String(deletedAtOnce), "guarded", ignored, before];
		const [state, owner = "", identity = ""] = texts(await connection.script("write", removeScript, args));
		if (state === "done") return true;
		if (state === "changed") return false;
		if (state === "held") {
			if (owner === ignored || !isDeadOwner(identity)) return false;
			ignored = owner;
		}
	}
}
