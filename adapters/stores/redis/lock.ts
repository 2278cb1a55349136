/**
 * Leases in Redis: a hash for each key. It stays for a day after a lease has ended, since its token is what a commit is
 * compared with; without it, a commit is refused.
 */
import type { ExecutionLock, Lease, LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import { describeProcess, isDeadOwner, ownIdentity } from "../../../runtime/store/owner.ts";
import { readHolder } from "./commit-script.ts";
import type { RedisConnection } from "./connection.ts";
import { lease } from "./row-scripts.ts";
import { script } from "./script.ts";

/** How long the token of a lease that has ended lets its owner write where nobody else has taken it. */
const keptMs = 24 * 3600 * 1000;

/**
 * Arguments: key, owner, label, identity, milliseconds, now, and an owner whose lease may be taken. Gives 1, token, and
 * the times of the lease, or 0 and who holds it. Tokens of all keys come from one counter that never goes back.
 */
const acquireScript = script(`${lease}
local now, holder = clock(ARGV[6]), lease_of(ARGV[1])
if held(holder, now) and holder[1] ~= ARGV[7] then return {'0', holder[1], holder[5] or ''} end
local token, expires = call('INCR', p .. 'token'), now + tonumber(ARGV[5])
call('HSET', p .. 'lease:' .. ARGV[1], 'owner', ARGV[2], 'label', ARGV[3], 'identity', ARGV[4],
	'acquired', text(now), 'expires', text(expires), 'token', text(token))
call('PEXPIRE', p .. 'lease:' .. ARGV[1], text(tonumber(ARGV[5]) + ${keptMs}))
return {'1', text(token), text(now), text(expires)}
`);

/** Arguments: key, owner, milliseconds, now. Gives when the lease ends now. */
const renewScript = script(`
local key = p .. 'lease:' .. ARGV[1]
if call('HGET', key, 'owner') ~= ARGV[2] then return false end
local expires = text(clock(ARGV[4]) + tonumber(ARGV[3]))
call('HSET', key, 'expires', expires)
call('PEXPIRE', key, text(tonumber(ARGV[3]) + ${keptMs}))
return expires
`);

/** Arguments: key, owner. */
const releaseScript = script(`
local key = p .. 'lease:' .. ARGV[1]
if call('HGET', key, 'owner') ~= ARGV[2] then return 0 end
return call('DEL', key)
`);

/** Arguments: key, now. Gives owner, label, the times, and the identity; nothing where nobody holds it. */
const holderScript = script(`${lease}
local holder = lease_of(ARGV[1])
if not held(holder, clock(ARGV[2])) then return false end
return {holder[1], holder[2] or '', holder[3] or '0', holder[4], holder[5] or ''}
`);

export interface LockOptions {
	readonly leaseSeconds: number;
	/** Milliseconds since 1970 as text, or an empty text for the server's own clock. */
	readonly time: () => string;
	readonly newId: () => string;
}

export class RedisLock implements ExecutionLock {
	readonly heartbeatMs: number;
	readonly #connection: RedisConnection;
	readonly #options: LockOptions;
	readonly #leaseMs: string;

	constructor(connection: RedisConnection, options: LockOptions) {
		this.#connection = connection;
		this.#options = options;
		this.#leaseMs = String(Math.round(options.leaseSeconds * 1000));
		this.heartbeatMs = Math.max(1, Math.floor((options.leaseSeconds * 1000) / 3));
	}

	acquire(key: string): Promise<Lease | null> {
		return this.#connection.gate.run(async () => {
			const owner = this.#options.newId();
			const identity = ownIdentity();
			const label = describeProcess(identity);
			const args = [key, owner, label, JSON.stringify(identity), this.#leaseMs];
			// Twice: a lease that a dead process held is taken from that owner only, since another may have been quicker.
			for (let takenFrom = "", attempt = 0; attempt < 2; attempt++) {
				const reply = await this.#connection.script("write", acquireScript, [...args, this.#options.time(), takenFrom]);
				const [state, first, second, third]: unknown[] = Array.isArray(reply) ? reply : [];
				if (state === "1") {
					const [token, acquiredAt, expiresAt] = [Number(first), Number(second), Number(third)];
					return { key, owner, label, token, acquiredAt, expiresAt };
				}
				if (typeof first !== "string" || typeof second !== "string" || !isDeadOwner(second)) return null;
				takenFrom = first;
			}
			return null;
		});
	}

	renew(held: Lease): Promise<Lease | null> {
		return this.#connection.gate.run(async () => {
			const args = [held.key, held.owner, this.#leaseMs, this.#options.time()];
			const expires = await this.#connection.script("write", renewScript, args);
			return typeof expires === "string" ? { ...held, expiresAt: Number(expires) } : null;
		});
	}

	async release(held: Lease): Promise<void> {
		await this.#connection.gate.run(() => this.#connection.script("write", releaseScript, [held.key, held.owner]));
	}

	holder(key: string): Promise<LeaseHolder | null> {
		return this.#connection.gate.run(async () => {
			const reply = await this.#connection.script("read", holderScript, [key, this.#options.time()]);
			const [owner, label, acquired, expires, identity]: unknown[] = Array.isArray(reply) ? reply : [];
			if (typeof identity === "string" && isDeadOwner(identity)) return null;
			return readHolder(owner, label, acquired, expires);
		});
	}
}
