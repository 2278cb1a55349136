/** Lua for single checkpoints: what a foreign program writes, and reading. */
import { putCheckpoint, putRow } from "./row-scripts.ts";
import { script } from "./script.ts";

/**
 * Arguments: id, name, blob, the blob of a pointer to this checkpoint, and the row that it makes (none where it cannot be
 * read). The row is replaced only where the pointer is at this checkpoint.
 */
export const saveScript = script(`${putRow}${putCheckpoint}
local a = ARGV
put_checkpoint(a[1], a[2], a[3], '')
if a[5] and call('GET', blob_of(a[1] .. '/latest')) == a[4] then
	put_row(a[5], a[6], {a[7], a[8], a[9], a[10], a[11], a[12], a[13]})
end
return 1
`);

/** Arguments: id, the pointer's blob, and the row that the checkpoint makes that it points to, if it can be read. */
export const pointScript = script(`${putRow}
local a = ARGV
call('SET', blob_of(a[1] .. '/latest'), a[2])
if a[3] then put_row(a[3], a[4], {a[5], a[6], a[7], a[8], a[9], a[10], a[11]}) end
return 1
`);

/** Arguments: id, name (`latest` deletes the pointer), and the blob of a pointer to it. */
export const deleteScript = script(`
local id, name = ARGV[1], ARGV[2]
call('UNLINK', blob_of(id .. '/' .. name))
call('ZREM', p .. 'order:' .. id, name)
call('HDEL', p .. 'progress:' .. id, name)
local latest = blob_of(id .. '/latest')
if call('GET', latest) == ARGV[3] then call('DEL', latest) end
return 1
`);

/** Arguments: a checkpoint's key. */
export const loadScript = script("return call('GET', blob_of(ARGV[1]))");

/** Arguments: id, name. Gives the blob and the progress. */
export const loadCheckpointScript = script(`
return {call('GET', blob_of(ARGV[1] .. '/' .. ARGV[2])), call('HGET', p .. 'progress:' .. ARGV[1], ARGV[2])}
`);

/** Arguments: id. Gives summary, origin, and the blob of the pointer. */
export const loadExecutionScript = script(`
local row = call('HMGET', p .. 'exec:' .. ARGV[1], 'summary', 'origin')
return {row[1], row[2], call('GET', blob_of(ARGV[1] .. '/latest'))}
`);

/** Arguments: id. Gives names, in the order of writing. */
export const namesScript = script("return call('ZRANGE', p .. 'order:' .. ARGV[1], 0, -1)");

/** Arguments: id, first step. Gives text and step by turns; a sorted set finds the first without reading those before. */
export const logScript = script("return call('ZRANGEBYSCORE', p .. 'log:' .. ARGV[1], ARGV[2], '+inf', 'WITHSCORES')");
