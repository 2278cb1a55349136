/** Pools of work as rows: claimed with row locks that nobody waits for. */
import type { PushedWork, StoredItem, WorkRows } from "../stored-work.ts";
import type { Database, Row } from "./database.ts";
import { clockOr } from "./server-clock.ts";
import type { Tables } from "./tables.ts";

const columns = `item.id, item.data, item.status, item.claimed_by, item.claimed_at::float8, item.attempts::float8,
	item.max_retries::float8, item.created_at::float8, item.error, item.result`;

export class PostgresWork implements WorkRows {
	readonly #database: Database;
	readonly #table: string;
	readonly #now: () => number | null;

	/** @param now milliseconds since 1970; absent: the server's clock */
	constructor(database: Database, tables: Tables, now?: () => number) {
		this.#database = database;
		this.#table = tables.work;
		this.#now = now ?? (() => null);
	}

	async push(pool: string, { id, data, maxRetries }: PushedWork): Promise<void> {
		await this.#database.write({
			name: "flatstate_push",
			text: `INSERT INTO ${this.#table} (id, pool, data, max_retries, created_at)
				VALUES ($1, $2, $3, $4::bigint, ${clockOr("$5")})`,
			values: [id, pool, data, maxRetries, this.#now()],
		});
	}

	async claim(pool: string, workerId: string): Promise<StoredItem | undefined> {
		const [row] = await this.#database.write({
			name: "flatstate_claim_work",
			text: `WITH next AS MATERIALIZED (
					SELECT id FROM ${this.#table} WHERE pool = $1 AND status = 'pending'
					ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
				) UPDATE ${this.#table} AS item SET status = 'claimed', claimed_by = $2, claimed_at = ${clockOr("$3")},
					attempts = item.attempts + 1
				FROM next WHERE item.id = next.id RETURNING ${columns}`,
			values: [pool, workerId, this.#now()],
		});
		return row === undefined ? undefined : storedOf(row);
	}

	async complete(pool: string, id: string, result: string): Promise<boolean> {
		const change = "SET status = 'done', result = $3 WHERE status <> 'done'";
		return isThere(await this.#database.repeat(this.#changing(change), [pool, id, result]));
	}

	async fail(pool: string, id: string, error: string | null): Promise<boolean> {
		const isOver = "attempts >= max_retries";
		const change = `SET status = CASE WHEN ${isOver} THEN 'poisoned' ELSE 'pending' END,
			claimed_by = CASE WHEN ${isOver} THEN claimed_by END,
			claimed_at = CASE WHEN ${isOver} THEN claimed_at END, error = $3 WHERE status = 'claimed'`;
		// Not repeated: another worker may have claimed it since.
		return isThere(await this.#database.write({ text: this.#changing(change), values: [pool, id, error] }));
	}

	async get(pool: string, id: string): Promise<StoredItem | undefined> {
		const sql = `SELECT ${columns} FROM ${this.#table} AS item WHERE id = $2 AND pool = $1`;
		const [row] = await this.#database.read(sql, [pool, id]);
		return row === undefined ? undefined : storedOf(row);
	}

	async size(pool: string): Promise<number> {
		const sql = `SELECT count(*)::float8 AS n FROM ${this.#table} WHERE pool = $1 AND status = 'pending'`;
		const [row] = await this.#database.read(sql, [pool]);
		return Number(row?.n);
	}

	async release(pool: string, workerId: string): Promise<number> {
		const rows = await this.#database.write({
			text: `UPDATE ${this.#table} SET status = 'pending', claimed_by = NULL, claimed_at = NULL
				WHERE pool = $1 AND claimed_by = $2 AND status = 'claimed' RETURNING id`,
			values: [pool, workerId],
		});
		return rows.length;
	}

	/** Changes an item where a condition holds, and gives a row where the item is there at all. */
	#changing(change: string): string {
		return `WITH changed AS (UPDATE ${this.#table} ${change} AND pool = $1 AND id = $2)
			SELECT id FROM ${this.#table} WHERE pool = $1 AND id = $2`;
	}
}

function isThere(rows: readonly Row[]): boolean {
	return rows.length > 0;
}

function storedOf({ claimed_by, claimed_at, max_retries, created_at, ...row }: Row): StoredItem {
	const { id, data, status, attempts, error, result } = row;
	return {
		id,
		data,
		status,
		claimedBy: claimed_by,
		claimedAt: claimed_at,
		attempts,
		maxRetries: max_retries,
		createdAt: created_at,
		error,
		result,
	};
}
