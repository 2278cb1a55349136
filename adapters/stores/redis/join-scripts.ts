/** Lua for joins. Each call takes the same time however many members a join has. */
import { script } from "./script.ts";

/**
 * `join:<id>` is a hash: `execution`, `needed`, `ended`, `wake`, and by rank the jobs that are held back (`h0`, …) and the
 * members that have ended (`m0`, …) with their outcomes (`o0`, …); `r:<member>` is a member's rank. `joins` has all ids by the
 * time at which something happened last, `joins-of:<execution>` those of one execution.
 */
export const joinKeys = `
local function join_of(id) return p .. 'join:' .. id end
local function remove_join(id, execution)
	call('UNLINK', join_of(id))
	call('ZREM', p .. 'joins', id)
	call('SREM', p .. 'joins-of:' .. execution, id)
end
`;

/** Arguments: id, execution, needed, wake, now, then the jobs that are held back. */
export const openJoinScript = script(`${joinKeys}
local id, execution = ARGV[1], ARGV[2]
local join = join_of(id)
if call('EXISTS', join) == 1 then return 0 end
call('HSET', join, 'execution', execution, 'needed', ARGV[3], 'ended', '0', 'wake', ARGV[4])
call('ZADD', p .. 'joins', ARGV[5], id)
call('SADD', p .. 'joins-of:' .. execution, id)
for i = 6, #ARGV do call('HSET', join, 'h' .. i - 6, ARGV[i]) end
return 1
`);

/** Arguments: id, member, outcome, now. Gives the jobs that are due; nothing where no such join is open. */
export const endScript = script(`${joinKeys}
local join, member = join_of(ARGV[1]), ARGV[2]
local found = call('HMGET', join, 'needed', 'ended', 'r:' .. member)
if not found[1] then return false end
local needed, ended, rank = tonumber(found[1]), tonumber(found[2]), tonumber(found[3])
local again = rank ~= nil
if not again then
	rank = ended
	ended = ended + 1
	call('HSET', join, 'ended', text(ended), 'r:' .. member, text(rank),
		'm' .. text(rank), member, 'o' .. text(rank), ARGV[3])
	call('ZADD', p .. 'joins', ARGV[4], ARGV[1])
end
local due = {}
local held = rank + 1 < needed and call('HGET', join, 'h' .. text(rank))
if held then due[1] = held end
if ended >= needed and (again or rank + 1 == needed) then due[#due + 1] = call('HGET', join, 'wake') end
return due
`);

/** Arguments: id. Gives execution, needed, ended and wake. */
export const joinStateScript = script(`${joinKeys}
return call('HMGET', join_of(ARGV[1]), 'execution', 'needed', 'ended', 'wake')
`);

/** Arguments: id, rank of the first, how many. Gives members and outcomes by turns. */
export const outcomesScript = script(`${joinKeys}
local join, from, limit = join_of(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local ended = tonumber(call('HGET', join, 'ended') or '0')
local list = {}
for rank = from, math.min(from + limit, ended) - 1 do
	local found = call('HMGET', join, 'm' .. text(rank), 'o' .. text(rank))
	list[#list + 1] = found[1]
	list[#list + 1] = found[2]
end
return list
`);

/** Arguments: id. */
export const closeJoinScript = script(`${joinKeys}
local execution = call('HGET', join_of(ARGV[1]), 'execution')
if execution then remove_join(ARGV[1], execution) end
return 1
`);

/** Arguments: a time, how many, now. */
export const idleJoinsScript = script(`
local ids = call('ZRANGEBYSCORE', p .. 'joins', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do call('ZADD', p .. 'joins', ARGV[3], id) end
return ids
`);
