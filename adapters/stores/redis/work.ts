/** Pools of work in Redis: a hash for each item, what is pending by its place, and what each worker has claimed. */
import type { PushedWork, StoredItem, WorkRows } from "../stored-work.ts";
import type { RedisConnection } from "./connection.ts";
import { script } from "./script.ts";

/** Names of pools come with their length, so that no two keys are the same. */
const pools = `
local pool = ARGV[1]
local pending = p .. 'work:pending:' .. pool
local function item_key(id) return p .. 'work:item:' .. #pool .. ':' .. pool .. ':' .. id end
local function claims(worker) return p .. 'work:claims:' .. #pool .. ':' .. pool .. ':' .. worker end
local function read(id)
	return call('HMGET', item_key(id), 'id', 'data', 'status', 'worker', 'claimed', 'attempts', 'retries', 'created',
		'error', 'result')
end
local function put_back(id)
	call('HSET', item_key(id), 'status', 'pending')
	call('HDEL', item_key(id), 'worker', 'claimed')
	call('ZADD', pending, call('HGET', item_key(id), 'place'), id)
end
`;

/** Arguments: pool, id, data, most retries, now. */
const pushScript = script(`${pools}
local id, place = ARGV[2], text(call('INCR', p .. 'work:place'))
call('HSET', item_key(id), 'id', id, 'data', ARGV[3], 'status', 'pending', 'attempts', '0', 'retries', ARGV[4],
	'created', text(clock(ARGV[5])), 'place', place)
call('ZADD', pending, place, id)
return 1
`);

/** Arguments: pool, worker, now. */
const claimScript = script(`${pools}
local id = call('ZRANGE', pending, 0, 0)[1]
if not id then return false end
call('ZREM', pending, id)
call('HSET', item_key(id), 'status', 'claimed', 'worker', ARGV[2], 'claimed', text(clock(ARGV[3])))
call('HINCRBY', item_key(id), 'attempts', 1)
call('SADD', claims(ARGV[2]), id)
return read(id)
`);

/** Arguments: pool, id, result. */
const completeScript = script(`${pools}
local id = ARGV[2]
local found = call('HMGET', item_key(id), 'status', 'worker')
if not found[1] then return 0 end
if found[1] == 'done' then return 1 end
call('HSET', item_key(id), 'status', 'done', 'result', ARGV[3])
call('ZREM', pending, id)
if found[2] then call('SREM', claims(found[2]), id) end
return 1
`);

/** Arguments: pool, id, and the error where there is one. */
const failScript = script(`${pools}
local id = ARGV[2]
local found = call('HMGET', item_key(id), 'status', 'worker', 'attempts', 'retries')
if not found[1] then return 0 end
if found[1] ~= 'claimed' then return 1 end
call('SREM', claims(found[2]), id)
if ARGV[3] then call('HSET', item_key(id), 'error', ARGV[3]) else call('HDEL', item_key(id), 'error') end
if tonumber(found[3]) >= tonumber(found[4]) then call('HSET', item_key(id), 'status', 'poisoned') else put_back(id) end
return 1
`);

/** Arguments: pool, id. */
const getScript = script(`${pools} return read(ARGV[2])`);

/** Arguments: pool. */
const sizeScript = script(`${pools} return call('ZCARD', pending)`);

/** Arguments: pool, worker. */
const releaseScript = script(`${pools}
local found = call('SMEMBERS', claims(ARGV[2]))
for _, id in ipairs(found) do put_back(id) end
call('DEL', claims(ARGV[2]))
return #found
`);

export class RedisWork implements WorkRows {
	readonly #connection: RedisConnection;
	readonly #time: () => string;

	/** @param time milliseconds since 1970 as text, or an empty text for the server's own clock */
	constructor(connection: RedisConnection, time: () => string) {
		this.#connection = connection;
		this.#time = time;
	}

	async push(pool: string, { id, data, maxRetries }: PushedWork): Promise<void> {
		await this.#connection.script("write", pushScript, [pool, id, data, String(maxRetries), this.#time()]);
	}

	async claim(pool: string, workerId: string): Promise<StoredItem | undefined> {
		return storedOf(await this.#connection.script("write", claimScript, [pool, workerId, this.#time()]));
	}

	async complete(pool: string, id: string, result: string): Promise<boolean> {
		return (await this.#connection.script("write", completeScript, [pool, id, result])) === 1;
	}

	async fail(pool: string, id: string, error: string | null): Promise<boolean> {
		const args = error === null ? [pool, id] : [pool, id, error];
		return (await this.#connection.script("write", failScript, args)) === 1;
	}

	async get(pool: string, id: string): Promise<StoredItem | undefined> {
		return storedOf(await this.#connection.script("read", getScript, [pool, id]));
	}

	async size(pool: string): Promise<number> {
		return Number(await this.#connection.script("read", sizeScript, [pool]));
	}

	async release(pool: string, workerId: string): Promise<number> {
		return Number(await this.#connection.script("write", releaseScript, [pool, workerId]));
	}
}

function storedOf(reply: unknown): StoredItem | undefined {
	if (!Array.isArray(reply)) return undefined;
	const [id, data, status, claimedBy, claimedAt, attempts, maxRetries, createdAt, error, result]: unknown[] = reply;
	if (typeof id !== "string") return undefined;
	return { id, data, status, claimedBy, claimedAt, attempts, maxRetries, createdAt, error, result };
}
