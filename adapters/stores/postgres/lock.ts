/** Leases as rows: they end by the server's clock, and a process of this machine that died gives its leases up at once. */
import type { ExecutionLock, Lease, LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import { describeProcess, isDeadOwner, ownIdentity } from "../../../runtime/store/owner.ts";
import type { Database, Queries, Row } from "./database.ts";
import { clockOr } from "./server-clock.ts";
import { storedName } from "./stored-name.ts";
import type { Tables } from "./tables.ts";

export interface LockOptions {
	readonly database: Database;
	readonly tables: Tables;
	readonly leaseSeconds: number;
	/** Milliseconds since 1970; absent: the server's clock, so that the clocks of the hosts do not matter. */
	readonly now?: () => number;
	readonly newId: () => string;
}

const columns = "token::float8, owner, label, identity, acquired_at::float8, expires_at::float8";

export class PostgresLock implements ExecutionLock {
	readonly heartbeatMs: number;
	readonly #options: LockOptions;
	readonly #database: Database;
	readonly #table: string;
	readonly #leaseMs: number;

	constructor(options: LockOptions) {
		this.#options = options;
		this.#database = options.database;
		this.#table = options.tables.leases;
		this.#leaseMs = Math.ceil(options.leaseSeconds * 1000);
		this.heartbeatMs = Math.max(1, Math.floor(this.#leaseMs / 3));
	}

	async acquire(key: string): Promise<Lease | null> {
		return this.#database.gate.run(async () => {
			const owner = this.#options.newId();
			// A lost answer leaves a lease that nobody knows, until its time is over: asked again, it would be held.
			const taken = await this.#take(key, owner, null);
			if (taken) return this.#leaseOf(key, taken);
			const row = await this.#read(key);
			if (row === undefined) return null;
			const gone = isDeadOwner(row.identity) ? row.token : null;
			const takenOver = gone === null ? undefined : await this.#take(key, owner, gone);
			return takenOver ? this.#leaseOf(key, takenOver) : null;
		});
	}

	async renew(lease: Lease): Promise<Lease | null> {
		return this.#database.gate.run(async () => {
			const [row] = await this.#database.repeat(
				`UPDATE ${this.#table} SET expires_at = ${clockOr("$3")} + $4::bigint
					WHERE key = $1 AND token = $2::bigint RETURNING ${columns}`,
				[storedName(lease.key), lease.token, this.#now(), this.#leaseMs],
			);
			return row ? this.#leaseOf(lease.key, row) : null;
		});
	}

	async release(lease: Lease): Promise<void> {
		return this.#database.gate.run(async () => {
			await this.#database.repeat(`DELETE FROM ${this.#table} WHERE key = $1 AND token = $2::bigint`, [
				storedName(lease.key),
				lease.token,
			]);
		});
	}

	async holder(key: string): Promise<LeaseHolder | null> {
		return this.#database.gate.run(async () => {
			const row = await this.#read(key);
			if (row === undefined || row.is_over === true || isDeadOwner(row.identity)) return null;
			const { owner, label, acquiredAt, expiresAt } = this.#leaseOf(key, row);
			return { owner, label, acquiredAt, expiresAt };
		});
	}

	/** Takes, within a transaction, those leases that nobody holds. @returns their keys */
	async acquireFree(query: Queries, keys: readonly string[]): Promise<string[]> {
		const held = await query(`SELECT ${columns} FROM ${this.#table} WHERE key = ANY ($1::text[])`, [keys]);
		const dead = held.filter(({ identity }) => isDeadOwner(identity)).map(({ token }) => token);
		const rows = await query(
			`INSERT INTO ${this.#table} AS held (key, token, owner, label, identity, acquired_at, expires_at)
				SELECT key, nextval('${this.#options.tables.tokens}'), $2, $3, $4, now, now + $5::bigint
				FROM unnest($1::text[]) AS wanted (key), (SELECT ${clockOr("$6")} AS now) AS clock ORDER BY key
				ON CONFLICT (key) DO UPDATE SET token = excluded.token, owner = excluded.owner
				WHERE held.expires_at <= excluded.acquired_at OR held.token = ANY ($7::bigint[])
				RETURNING key`,
			[keys, this.#options.newId(), ...this.#self(), this.#leaseMs, this.#now(), dead],
		);
		return rows.map(({ key }) => String(key));
	}

	/** @param gone the token of a holder that is known to be dead */
	async #take(key: string, owner: string, gone: unknown): Promise<Row | undefined> {
		const [row] = await this.#database.write({
			name: "flatstate_acquire",
			text: `INSERT INTO ${this.#table} AS held (key, token, owner, label, identity, acquired_at, expires_at)
				SELECT $1, nextval('${this.#options.tables.tokens}'), $2, $3, $4, now, now + $5::bigint
				FROM (SELECT ${clockOr("$6")} AS now) AS clock
				ON CONFLICT (key) DO UPDATE SET token = excluded.token, owner = excluded.owner, label = excluded.label,
					identity = excluded.identity, acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
				WHERE held.expires_at <= excluded.acquired_at OR held.token = $7::bigint
				RETURNING ${columns}`,
			values: [storedName(key), owner, ...this.#self(), this.#leaseMs, this.#now(), gone],
		});
		return row;
	}

	async #read(key: string): Promise<Row | undefined> {
		const [row] = await this.#database.read(
			`SELECT ${columns}, expires_at <= ${clockOr("$2")} AS is_over FROM ${this.#table} WHERE key = $1`,
			[storedName(key), this.#now()],
		);
		return row;
	}

	#self(): [label: string, identity: string] {
		const identity = ownIdentity();
		return [describeProcess(identity), JSON.stringify(identity)];
	}

	#now(): number | null {
		return this.#options.now?.() ?? null;
	}

	#leaseOf(key: string, { token, owner, label, acquired_at, expires_at }: Row): Lease {
		return {
			key,
			token: Number(token),
			owner: String(owner),
			label: String(label),
			acquiredAt: Number(acquired_at),
			expiresAt: Number(expires_at),
		};
	}
}
