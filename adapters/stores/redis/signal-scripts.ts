/** Lua for signals. */
import { script } from "./script.ts";

/**
 * `signal:<id>` is a hash. A channel has three kinds of sorted sets of ids, scored by place: `sent:` has all,
 * `free:` those that are addressed to nobody, `own:` those of one execution. Places are a million apart, so that
 * copies of one signal fit in between. `channels` has the names of channels with signals, `to:<execution>` the ids of all
 * signals for one execution.
 */
export const signalQueues = `
local gap = 1000000
local function sent_to(channel) return p .. 'sent:' .. channel end
local function queue(channel, execution)
	if execution == '' then return p .. 'free:' .. channel end
	return p .. 'own:' .. #channel .. ':' .. channel .. ':' .. execution
end
local function put_signal(id, channel, data, created, execution, place)
	call('HSET', p .. 'signal:' .. id, 'channel', channel, 'data', data, 'created', created, 'execution', execution)
	call('ZADD', sent_to(channel), text(place), id)
	call('ZADD', queue(channel, execution), text(place), id)
	call('ZADD', p .. 'channels', 0, channel)
	if execution ~= '' then call('SADD', p .. 'to:' .. execution, id) end
end
local function read_signal(id)
	local found = call('HMGET', p .. 'signal:' .. id, 'data', 'created', 'execution')
	return {id, found[1] or 'null', found[2] or '', found[3] or ''}
end
local function remove_signal(id, channel, execution)
	call('DEL', p .. 'signal:' .. id)
	call('ZREM', sent_to(channel), id)
	call('ZREM', queue(channel, execution), id)
	if execution ~= '' then call('SREM', p .. 'to:' .. execution, id) end
	if call('EXISTS', sent_to(channel)) == 0 then call('ZREM', p .. 'channels', channel) end
end
local function first_of(channel, execution)
	local found = call('ZRANGE', queue(channel, execution), 0, 0, 'WITHSCORES')
	return found[1], tonumber(found[2])
end
`;

/** Arguments: id, channel, data, created, execution. */
export const sendScript = script(`${signalQueues}
local place = call('INCR', p .. 'place') * gap
put_signal(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], place)
publish('signals', ARGV[2])
return 1
`);

/** Arguments: channel, execution. */
export const claimScript = script(`${signalQueues}
local channel, execution = ARGV[1], ARGV[2]
local own, place = first_of(channel, execution)
local free, freed = first_of(channel, '')
if not free or (own and place < freed) then return own and read_signal(own) or false end
call('ZREM', queue(channel, ''), free)
call('ZADD', queue(channel, execution), text(freed), free)
call('HSET', p .. 'signal:' .. free, 'execution', execution)
call('SADD', p .. 'to:' .. execution, free)
return read_signal(free)
`);

/** Arguments: id. */
export const acknowledgeScript = script(`${signalQueues}
local found = call('HMGET', p .. 'signal:' .. ARGV[1], 'channel', 'execution')
if found[1] then remove_signal(ARGV[1], found[1], found[2] or '') end
return 1
`);

/** Arguments: channel, then execution and id of its copy by turns. */
export const broadcastScript = script(`${signalQueues}
local channel = ARGV[1]
local id, place = first_of(channel, '')
if not id then return false end
local signal, given = read_signal(id), 0
for i = 2, #ARGV, 2 do
	if call('EXISTS', queue(channel, ARGV[i])) == 0 then
		put_signal(ARGV[i + 1], channel, signal[2], signal[3], ARGV[i], place + math.min(given, gap - 1))
		given = given + 1
	end
end
if given == 0 then return false end
remove_signal(id, channel, '')
return signal
`);

/** Arguments: channel. */
export const consumeScript = script(`${signalQueues}
local id = first_of(ARGV[1], '')
if not id then return false end
local signal = read_signal(id)
remove_signal(id, ARGV[1], '')
return signal
`);

/** Arguments: channel. Gives a list of signals. */
export const peekScript = script(`${signalQueues}
local found = call('ZRANGE', sent_to(ARGV[1]), 0, -1)
for i, id in ipairs(found) do found[i] = read_signal(id) end
return found
`);

/** Arguments: channel. Gives the addressees of all its signals, with empty texts for those that have none. */
export const addresseesScript = script(`${signalQueues}
local found = call('ZRANGE', sent_to(ARGV[1]), 0, -1)
for i, id in ipairs(found) do found[i] = call('HGET', p .. 'signal:' .. id, 'execution') or '' end
return found
`);

export const channelsScript = script("return call('ZRANGE', p .. 'channels', 0, -1)");
