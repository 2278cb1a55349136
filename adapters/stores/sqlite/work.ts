/** Pools of work in the table of spec section 17.2: what is done stays, with its result. */
import type { PushedWork, StoredItem, WorkRows } from "../stored-work.ts";
import type { Connection } from "./connection.ts";
import type { SqliteRow } from "./driver.ts";
import { numberOf } from "./rows.ts";

/** The first pending item of a pool: rows are numbered as they are pushed. */
const first = "SELECT rowid FROM work_pool WHERE pool_name = ? AND status = 'pending' ORDER BY rowid LIMIT 1";

export class SqliteWork implements WorkRows {
	readonly #connection: Connection;
	readonly #now: () => number;

	constructor(connection: Connection, now: () => number) {
		this.#connection = connection;
		this.#now = now;
	}

	async push(pool: string, { id, data, maxRetries }: PushedWork): Promise<void> {
		this.#connection.write(() =>
			this.#connection
				.sql(
					`INSERT INTO work_pool(item_id, pool_name, data, status, attempts, max_retries, created_at)
					VALUES (?, ?, ?, 'pending', 0, ?, ?)`,
				)
				.run([id, pool, data, maxRetries, this.#time()]),
		);
	}

	async claim(pool: string, workerId: string): Promise<StoredItem | undefined> {
		// Whoever finds none needs no right to write.
		if (this.#connection.read(() => this.#connection.sql(first).get([pool])) === undefined) return undefined;
		const row = this.#connection.transaction(() =>
			this.#connection
				.sql(
					`UPDATE work_pool SET status = 'claimed', claimed_by = ?, claimed_at = ?, attempts = attempts + 1
					WHERE rowid = (${first}) RETURNING *`,
				)
				.get([workerId, this.#time(), pool]),
		);
		return row === undefined ? undefined : storedOf(row);
	}

	async complete(pool: string, id: string, result: string): Promise<boolean> {
		return this.#change(
			pool,
			id,
			`UPDATE work_pool SET status = 'done', result = ? WHERE pool_name = ? AND item_id = ? AND status <> 'done'`,
			result,
		);
	}

	async fail(pool: string, id: string, error: string | null): Promise<boolean> {
		const cleared = (column: string) => `${column} = CASE WHEN attempts >= max_retries THEN ${column} END`;
		return this.#change(
			pool,
			id,
			`UPDATE work_pool SET status = CASE WHEN attempts >= max_retries THEN 'poisoned' ELSE 'pending' END,
				${cleared("claimed_by")}, ${cleared("claimed_at")}, error = ?
			WHERE pool_name = ? AND item_id = ? AND status = 'claimed'`,
			error,
		);
	}

	async get(pool: string, id: string): Promise<StoredItem | undefined> {
		const row = this.#connection.read(() => this.#find(pool, id));
		return row === undefined ? undefined : storedOf(row);
	}

	async size(pool: string): Promise<number> {
		const sql = "SELECT count(*) AS n FROM work_pool WHERE pool_name = ? AND status = 'pending'";
		return this.#connection.read(() => numberOf(this.#connection.sql(sql).get([pool])?.n));
	}

	async release(pool: string, workerId: string): Promise<number> {
		return this.#connection.write(() => {
			const sql = `UPDATE work_pool SET status = 'pending', claimed_by = NULL, claimed_at = NULL
				WHERE pool_name = ? AND claimed_by = ? AND status = 'claimed' RETURNING 1`;
			return this.#connection.sql(sql).all([pool, workerId]).length;
		});
	}

	#change(pool: string, id: string, sql: string, value: string | null): boolean {
		return this.#connection.transaction(() => {
			this.#connection.sql(sql).run([value, pool, id]);
			return this.#find(pool, id) !== undefined;
		});
	}

	#find(pool: string, id: string): SqliteRow | undefined {
		return this.#connection.sql("SELECT * FROM work_pool WHERE item_id = ? AND pool_name = ?").get([id, pool]);
	}

	#time(): string {
		return new Date(this.#now()).toISOString();
	}
}

function storedOf(row: SqliteRow): StoredItem {
	return {
		id: row.item_id,
		data: row.data,
		status: row.status,
		claimedBy: row.claimed_by,
		claimedAt: row.claimed_at,
		attempts: row.attempts,
		maxRetries: row.max_retries,
		createdAt: row.created_at,
		error: row.error,
		result: row.result,
	};
}
