/** Leases in the table of spec section 14: at most one writer for an execution, with a fencing token. */
import type { ExecutionLock, Lease, LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import { describeProcess, isDead, ownIdentity, readIdentity } from "../../../runtime/store/owner.ts";
import type { Connection } from "./connection.ts";
import { numberOf, numberOrNull, recordOf, textOf } from "./rows.ts";

export interface LockOptions {
	readonly leaseSeconds: number;
	readonly now: () => number;
	readonly newId: () => string;
}

export class SqliteLock implements ExecutionLock {
	readonly heartbeatMs: number;
	readonly #connection: Connection;
	readonly #options: LockOptions;

	constructor(connection: Connection, options: LockOptions) {
		this.#connection = connection;
		this.#options = options;
		this.heartbeatMs = Math.floor((options.leaseSeconds * 1000) / 3);
	}

	async acquire(key: string): Promise<Lease | null> {
		// Whoever finds it held needs no right to write.
		if (this.#connection.read(() => this.holderNow(key)) !== null) return null;
		return this.#connection.transaction(() => (this.holderNow(key) === null ? this.take(key, "running") : null));
	}

	async renew(lease: Lease): Promise<Lease | null> {
		const renewed: Lease = { ...lease, expiresAt: this.#end() };
		const row = this.#connection.write(() =>
			this.#connection
				.sql(
					`UPDATE execution_leases SET lease_until = ?, updated_at = ?, flatstate_holder = ?
					WHERE execution_id = ? AND owner_id = ? AND fencing_token = ? RETURNING 1`,
				)
				.get([...this.#times(renewed), lease.key, lease.owner, lease.token]),
		);
		return row === undefined ? null : renewed;
	}

	/** The row stays: its token must go on growing, also for other programs. */
	async release(lease: Lease): Promise<void> {
		this.#connection.write(() =>
			this.#connection
				.sql(
					`UPDATE execution_leases SET owner_id = '', phase = 'released', lease_until = 0, flatstate_holder = NULL
					WHERE execution_id = ? AND owner_id = ? AND fencing_token = ?`,
				)
				.run([lease.key, lease.owner, lease.token]),
		);
	}

	async holder(key: string): Promise<LeaseHolder | null> {
		return this.#connection.read(() => this.holderNow(key));
	}

	/** Who holds the key. Needs no transaction of its own. */
	holderNow(key: string): LeaseHolder | null {
		const row = this.#connection.sql("SELECT * FROM execution_leases WHERE execution_id = ?").get([key]);
		const owner = textOf(row?.owner_id);
		if (row === undefined || owner === "") return null;
		const details = recordOf(row.flatstate_holder);
		const until = numberOf(row.lease_until) * 1000;
		if (details?.owner !== owner) {
			// Another program's lease: it gives seconds, and nothing about its process.
			const since = Date.parse(textOf(row.acquired_at));
			const acquiredAt = Number.isNaN(since) ? 0 : since;
			return until < this.#options.now() ? null : { owner, label: `owner ${owner}`, acquiredAt, expiresAt: until };
		}
		const expiresAt = numberOrNull(details.expires_at) ?? until;
		const identity = readIdentity(details.process);
		if (expiresAt <= this.#options.now() || (identity !== undefined && isDead(identity))) return null;
		const label = identity === undefined ? `owner ${owner}` : describeProcess(identity);
		return { owner, label, acquiredAt: numberOf(details.acquired_at), expiresAt };
	}

	/** Takes the lease from whoever has it. Call it in a transaction. */
	take(key: string, phase: "running" | "deleting"): Lease {
		const { now, newId } = this.#options;
		const owner = newId();
		const acquiredAt = now();
		const label = describeProcess(ownIdentity());
		const lease: Lease = { key, owner, label, acquiredAt, expiresAt: this.#end(), token: 0 };
		const [until, updated, holder] = this.#times(lease);
		const row = this.#connection
			.sql(
				`INSERT INTO execution_leases(
					execution_id, owner_id, phase, acquired_at, lease_until, updated_at, flatstate_holder, fencing_token)
				VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT value + 1 FROM flatstate_meta WHERE name = 'fencing_floor'))
				ON CONFLICT(execution_id) DO UPDATE SET
					owner_id = excluded.owner_id, phase = excluded.phase, acquired_at = excluded.acquired_at,
					lease_until = excluded.lease_until, updated_at = excluded.updated_at,
					flatstate_holder = excluded.flatstate_holder, fencing_token = coalesce(fencing_token, 0) + 1
				RETURNING fencing_token`,
			)
			.get([key, owner, phase, new Date(acquiredAt).toISOString(), until, updated, holder]);
		return { ...lease, token: numberOf(row?.fencing_token) };
	}

	#end(): number {
		return this.#options.now() + this.#options.leaseSeconds * 1000;
	}

	/** `lease_until` in seconds, `updated_at`, and what flatstate knows beyond. */
	#times({ owner, acquiredAt, expiresAt }: Lease): [until: number, updated: string, holder: string] {
		const end = expiresAt ?? this.#end();
		const holder = { owner, process: ownIdentity(), acquired_at: acquiredAt, expires_at: end };
		return [Math.ceil(end / 1000), new Date(this.#options.now()).toISOString(), JSON.stringify(holder)];
	}
}
