/** Lua that writes and removes one execution with its entries in the indexes. All of it is under `exec:<id>` and its like. */

/**
 * `exec:<id>` is a hash: the summary's text, its origin, the values by which it is indexed, and `seq`, which counts what
 * was written. An index by a value is a sorted set of ids without scores, so it is sorted by id; by time it has scores.
 * `by:top:1` has those that no parent waits for, `tops` by time those that pruning counts: these, and children whose root
 * has no row.
 */
export const putRow = `
local indexed = {'event', 'channel', 'parent', 'root', 'status'}
local function drop_index(field, value, id)
	if value and value ~= '' then call('ZREM', p .. 'by:' .. field .. ':' .. value, id) end
end
-- values: event, channel, parent, root, status, updated, wake; '' stands for none
local function put_row(id, summary, values)
	local row = p .. 'exec:' .. id
	local old = call('HMGET', row, 'event', 'channel', 'parent', 'root', 'status', 'updated', 'wake')
	for i, field in ipairs(indexed) do
		if old[i] ~= values[i] then
			drop_index(field, old[i], id)
			if values[i] ~= '' then call('ZADD', p .. 'by:' .. field .. ':' .. values[i], 0, id) end
		end
	end
	local is_top = values[4] == id
	if old[4] ~= values[4] then
		if is_top then call('ZADD', p .. 'by:top:1', 0, id) else call('ZREM', p .. 'by:top:1', id) end
	end
	if old[6] ~= values[6] or old[4] ~= values[4] then
		call('ZADD', p .. 'updated', values[6], id)
		if is_top or call('HEXISTS', p .. 'exec:' .. values[4], 'root') == 0 then call('ZADD', p .. 'tops', values[6], id)
		else call('ZREM', p .. 'tops', id) end
	end
	if not old[1] then
		for _, child in ipairs(call('ZRANGE', p .. 'by:root:' .. id, 0, -1)) do
			if child ~= id then call('ZREM', p .. 'tops', child) end
		end
	end
	if old[7] ~= values[7] then
		if values[7] == '' then call('ZREM', p .. 'wake', id) else call('ZADD', p .. 'wake', values[7], id) end
	end
	if not old[1] then call('ZADD', p .. 'ids', 0, id) end
	call('HSET', row, 'summary', summary, 'event', values[1], 'channel', values[2], 'parent', values[3],
		'root', values[4], 'status', values[5], 'updated', values[6], 'wake', values[7])
end
`;

/** Checkpoints: blobs that Keyv reads, their order in `order:<id>`, and what flatstate keeps beside each. */
export const putCheckpoint = `
local function put_checkpoint(id, name, blob, progress)
	call('SET', blob_of(id .. '/' .. name), blob)
	call('ZADD', p .. 'order:' .. id, call('HINCRBY', p .. 'exec:' .. id, 'seq', 1), name)
	if progress == '' then call('HDEL', p .. 'progress:' .. id, name)
	else call('HSET', p .. 'progress:' .. id, name, progress) end
end
`;

/** `held` tells whether somebody has a lease on a key that is not over; `now` is a number of milliseconds. */
export const lease = `
local function lease_of(key)
	return call('HMGET', p .. 'lease:' .. key, 'owner', 'label', 'acquired', 'expires', 'identity')
end
local function held(lease, now) return lease[1] and tonumber(lease[4]) > now end
`;

/** `remove_row` takes the lease from whoever has it. Needs `putRow`, `signalQueues` and `joinKeys` before it. */
export const removeRow = `
local function remove_row(id)
	local row = p .. 'exec:' .. id
	local old = call('HMGET', row, 'event', 'channel', 'parent', 'root', 'status')
	for i, field in ipairs(indexed) do drop_index(field, old[i], id) end
	for _, set in ipairs({'ids', 'updated', 'tops', 'wake', 'by:top:1'}) do call('ZREM', p .. set, id) end
	for _, name in ipairs(call('ZRANGE', p .. 'order:' .. id, 0, -1)) do call('UNLINK', blob_of(id .. '/' .. name)) end
	call('UNLINK', row, blob_of(id .. '/latest'), p .. 'order:' .. id, p .. 'progress:' .. id, p .. 'log:' .. id,
		p .. 'results:' .. id, p .. 'lease:' .. id)
	for _, signal in ipairs(call('SMEMBERS', p .. 'to:' .. id)) do
		remove_signal(signal, call('HGET', p .. 'signal:' .. signal, 'channel') or '', id)
	end
	for _, join in ipairs(call('SMEMBERS', p .. 'joins-of:' .. id)) do remove_join(join, id) end
end
`;
