/**
 * Rate limits in Redis: for each key a sorted set of places by their times, and until when nobody gets one. Both go with
 * the time that they are of.
 */
import type { RateLimitBackend, RatePlace, RateWindow } from "../../../runtime/fleet/rate-limit-backend.ts";
import type { RedisConnection } from "./connection.ts";
import { script } from "./script.ts";

const names = `
local places, paused = p .. 'rate:' .. ARGV[1], p .. 'rate-pause:' .. ARGV[1]
`;

/**
 * Arguments: key, now, id, the longest wait, then requests and milliseconds of each window. Gives 1 or 0, whether the
 * place was taken, and the milliseconds to wait. What the set keeps is all that the longest window can still see.
 */
const reserveScript = script(`${names}
local now, longest = clock(ARGV[2]), 0
local at = math.max(now, tonumber(call('GET', paused) or '0'))
for n = 5, #ARGV, 2 do longest = math.max(longest, tonumber(ARGV[n + 1])) end
call('ZREMRANGEBYSCORE', places, '-inf', text(now - longest))
for n = 5, #ARGV, 2 do
	local rank = tonumber(ARGV[n]) - 1
	local before = call('ZREVRANGE', places, rank, rank, 'WITHSCORES')
	if before[2] then at = math.max(at, tonumber(before[2]) + tonumber(ARGV[n + 1])) end
end
if at - now > tonumber(ARGV[4]) then return {'0', text(at - now)} end
call('ZADD', places, text(at), ARGV[3])
local last = call('ZREVRANGE', places, 0, 0, 'WITHSCORES')
call('PEXPIRE', places, text(tonumber(last[2]) - now + longest + 1000))
return {'1', text(at - now)}
`);

/** Arguments: key, id. */
const releaseScript = script(`${names}
return call('ZREM', places, ARGV[2])
`);

/** Arguments: key, now, milliseconds. */
const pauseScript = script(`${names}
local now = clock(ARGV[2])
local ends = now + tonumber(ARGV[3])
if tonumber(call('GET', paused) or '0') >= ends then return 0 end
call('SET', paused, text(ends), 'PX', text(tonumber(ARGV[3]) + 1000))
return 1
`);

/** Arguments: key, now. */
const pausedScript = script(`${names}
return text(math.max(0, tonumber(call('GET', paused) or '0') - clock(ARGV[2])))
`);

export interface RateLimitOptions {
	/** Milliseconds since 1970 as text, or an empty text for the server's own clock. */
	readonly time: () => string;
	readonly newId: () => string;
}

export class RedisRateLimits implements RateLimitBackend {
	readonly #connection: RedisConnection;
	readonly #options: RateLimitOptions;

	constructor(connection: RedisConnection, options: RateLimitOptions) {
		this.#connection = connection;
		this.#options = options;
	}

	reserve(key: string, windows: readonly RateWindow[], longestWaitMs: number): Promise<RatePlace> {
		return this.#connection.gate.run(async () => {
			const { time, newId } = this.#options;
			const id = newId();
			const limits = windows.flatMap(({ requests, seconds }) => [String(requests), whole(seconds * 1000)]);
			const args = [key, time(), id, whole(longestWaitMs), ...limits];
			const reply = await this.#connection.script("write", reserveScript, args);
			const [taken, waitMs]: unknown[] = Array.isArray(reply) ? reply : [];
			return { id: taken === "1" ? id : null, waitMs: Number(waitMs) };
		});
	}

	async release(key: string, id: string): Promise<void> {
		await this.#connection.gate.run(() => this.#connection.script("write", releaseScript, [key, id]));
	}

	async pause(key: string, milliseconds: number): Promise<void> {
		const args = [key, this.#options.time(), whole(milliseconds)];
		await this.#connection.gate.run(() => this.#connection.script("write", pauseScript, args));
	}

	pausedFor(key: string): Promise<number> {
		return this.#connection.gate.run(async () =>
			Number(await this.#connection.script("read", pausedScript, [key, this.#options.time()])),
		);
	}
}

/** Never too short. */
function whole(milliseconds: number): string {
	return String(Math.ceil(milliseconds));
}
