/** The registry of workers in Redis: a hash for each, and one for its metadata, so that a heartbeat merges them key by key. */
import type { Metadata, StoredWorker, WorkerRow, WorkerRows } from "../stored-registrations.ts";
import type { RedisConnection } from "./connection.ts";
import { texts } from "./reply.ts";
import { script } from "./script.ts";

const merge = `
local function merge(id, from)
	for i = from, #ARGV, 2 do call('HSET', p .. 'worker-metadata:' .. id, ARGV[i], ARGV[i + 1]) end
end
`;

/** Arguments: id, now, host, pid, capabilities, start or an empty text, then keys and values of the metadata by turns. */
const putScript = script(`${merge}
local id, now = ARGV[1], text(clock(ARGV[2]))
call('DEL', p .. 'worker:' .. id, p .. 'worker-metadata:' .. id)
call('HSET', p .. 'worker:' .. id, 'status', 'active', 'heartbeat', now, 'host', ARGV[3], 'pid', ARGV[4],
	'capabilities', ARGV[5], 'started', ARGV[6] == '' and now or ARGV[6])
call('SADD', p .. 'workers', id)
merge(id, 7)
return 1
`);

/** Arguments: id, now, `keep`, `none` or `set`, a task, then keys and values of the metadata by turns. */
const beatScript = script(`${merge}
local key = p .. 'worker:' .. ARGV[1]
if call('EXISTS', key) == 0 then return 0 end
call('HSET', key, 'heartbeat', text(clock(ARGV[2])))
if ARGV[3] == 'none' then call('HDEL', key, 'task') elseif ARGV[3] == 'set' then call('HSET', key, 'task', ARGV[4]) end
merge(ARGV[1], 5)
return 1
`);

/** Arguments: id, status. */
const statusScript = script(`
local key = p .. 'worker:' .. ARGV[1]
if call('EXISTS', key) == 0 then return 0 end
call('HSET', key, 'status', ARGV[2])
return 1
`);

const readWorker = `
local function read(id)
	local row = call('HMGET', p .. 'worker:' .. id, 'status', 'heartbeat', 'host', 'pid', 'capabilities', 'started', 'task')
	if not row[1] then return false end
	return {id, row, call('HGETALL', p .. 'worker-metadata:' .. id)}
end
`;

/** Arguments: id. */
const getScript = script(`${readWorker} return read(ARGV[1])`);

/** Arguments: now. Gives the time, and all workers. */
const allScript = script(`${readWorker}
local found = call('SMEMBERS', p .. 'workers')
for i, id in ipairs(found) do found[i] = read(id) end
return {text(clock(ARGV[1])), found}
`);

/** Arguments: id. */
const removeScript = script(`
call('DEL', p .. 'worker:' .. ARGV[1], p .. 'worker-metadata:' .. ARGV[1])
return call('SREM', p .. 'workers', ARGV[1])
`);

export class RedisWorkers implements WorkerRows {
	readonly #connection: RedisConnection;
	readonly #time: () => string;

	/** @param time milliseconds since 1970 as text, or an empty text for the server's own clock */
	constructor(connection: RedisConnection, time: () => string) {
		this.#connection = connection;
		this.#time = time;
	}

	async put({ id, host, pid, capabilities, startedAt, metadata }: WorkerRow): Promise<void> {
		const fields = [host ?? "", pid === null ? "" : String(pid), capabilities, startedAt ?? ""];
		await this.#connection.script("write", putScript, [id, this.#time(), ...fields, ...pairs(metadata)]);
	}

	async beat(id: string, metadata: Metadata = {}, taskId: string | null | undefined = undefined): Promise<boolean> {
		const task = taskId === undefined ? ["keep", ""] : taskId === null ? ["none", ""] : ["set", taskId];
		const args = [id, this.#time(), ...task, ...pairs(metadata)];
		return (await this.#connection.script("write", beatScript, args)) === 1;
	}

	async setStatus(id: string, status: string): Promise<boolean> {
		return (await this.#connection.script("write", statusScript, [id, status])) === 1;
	}

	async get(id: string): Promise<StoredWorker | undefined> {
		return storedOf(await this.#connection.script("read", getScript, [id]));
	}

	async all(): Promise<{ readonly rows: readonly StoredWorker[]; readonly now: number }> {
		const reply = await this.#connection.script("read", allScript, [this.#time()]);
		const [now, found]: unknown[] = Array.isArray(reply) ? reply : [];
		const rows = (Array.isArray(found) ? found : []).flatMap((row: unknown) => storedOf(row) ?? []);
		return { rows, now: Number(now) };
	}

	async remove(id: string): Promise<void> {
		await this.#connection.script("write", removeScript, [id]);
	}
}

function pairs(metadata: Metadata): string[] {
	return Object.entries(metadata).flatMap(([key, value]) => [key, JSON.stringify(value)]);
}

function storedOf(reply: unknown): StoredWorker | undefined {
	if (!Array.isArray(reply)) return undefined;
	const [id, row, metadata]: unknown[] = reply;
	const [status, lastHeartbeat, host, pid, capabilities, started = "", task] = texts(row);
	return {
		id,
		status,
		lastHeartbeat,
		host: host === "" ? null : host,
		pid,
		capabilities,
		startedAt: /^\d+$/.test(started) ? new Date(Number(started)).toISOString() : started,
		taskId: task === "" ? null : task,
		metadata: metadataJson(texts(metadata)),
	};
}

/** Values are JSON already. */
function metadataJson(keysAndValues: readonly string[]): string {
	const entries: string[] = [];
	for (let at = 0; at < keysAndValues.length; at += 2) {
		entries.push(`${JSON.stringify(keysAndValues[at])}:${keysAndValues[at + 1] ?? "null"}`);
	}
	return `{${entries.join(",")}}`;
}
