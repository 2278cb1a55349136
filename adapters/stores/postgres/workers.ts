/** The registry of workers as rows. Heartbeats go by the server's clock. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { Metadata, StoredWorker, WorkerRow, WorkerRows } from "../stored-registrations.ts";
import { parsedJson } from "../stored-text.ts";
import type { Database, Queries, Row } from "./database.ts";
import { clockOr } from "./server-clock.ts";
import type { Tables } from "./tables.ts";

const columns = `id, status, last_heartbeat::float8, host, pid::float8, capabilities, started_at, task_id, metadata`;

export class PostgresWorkers implements WorkerRows {
	readonly #database: Database;
	readonly #table: string;
	readonly #now: () => number | null;

	/** @param now milliseconds since 1970; absent: the server's clock */
	constructor(database: Database, tables: Tables, now?: () => number) {
		this.#database = database;
		this.#table = tables.workers;
		this.#now = now ?? (() => null);
	}

	async put({ id, host, pid, capabilities, startedAt, metadata }: WorkerRow): Promise<void> {
		await this.#database.repeat(
			`INSERT INTO ${this.#table} (id, status, last_heartbeat, host, pid, capabilities, started_at, metadata)
				SELECT $1, 'active', now, $3, $4::bigint, $5, coalesce($6,
					to_char(to_timestamp(now / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), $7
				FROM (SELECT ${clockOr("$2")} AS now) AS clock
				ON CONFLICT (id) DO UPDATE SET status = excluded.status, last_heartbeat = excluded.last_heartbeat,
					host = excluded.host, pid = excluded.pid, capabilities = excluded.capabilities,
					started_at = excluded.started_at, task_id = NULL, metadata = excluded.metadata`,
			[id, this.#now(), host, pid, capabilities, startedAt, JSON.stringify(metadata)],
		);
	}

	async beat(id: string, metadata: Metadata | undefined, taskId: string | null | undefined): Promise<boolean> {
		const update = (query: Queries, merged: string | null) =>
			query(
				`UPDATE ${this.#table} SET last_heartbeat = ${clockOr("$2")},
					task_id = CASE WHEN $3 THEN $4 ELSE task_id END, metadata = coalesce($5, metadata)
					WHERE id = $1 RETURNING id`,
				[id, this.#now(), taskId !== undefined, taskId ?? null, merged],
			);
		if (metadata === undefined) {
			const rows = await update((text, values = []) => this.#database.repeat(text, values), null);
			return rows.length > 0;
		}
		return this.#database.transaction(async (query) => {
			const [row] = await query(`SELECT metadata FROM ${this.#table} WHERE id = $1 FOR UPDATE`, [id]);
			if (row === undefined) return false;
			const there = parsedJson(`The metadata of worker ${id}`, row.metadata, this.#database.name);
			await update(query, JSON.stringify({ ...(isRecord(there) && there), ...metadata }));
			return true;
		});
	}

	async setStatus(id: string, status: string): Promise<boolean> {
		const sql = `UPDATE ${this.#table} SET status = $2 WHERE id = $1 RETURNING id`;
		return (await this.#database.repeat(sql, [id, status])).length > 0;
	}

	async get(id: string): Promise<StoredWorker | undefined> {
		const [row] = await this.#database.read(`SELECT ${columns} FROM ${this.#table} WHERE id = $1`, [id]);
		return row === undefined ? undefined : storedOf(row);
	}

	async all(): Promise<{ readonly rows: readonly StoredWorker[]; readonly now: number }> {
		const [clock] = await this.#database.read(`SELECT ${clockOr("$1")}::float8 AS now`, [this.#now()]);
		const rows = await this.#database.read(`SELECT ${columns} FROM ${this.#table}`);
		return { rows: rows.map(storedOf), now: Number(clock?.now) };
	}

	async remove(id: string): Promise<void> {
		await this.#database.repeat(`DELETE FROM ${this.#table} WHERE id = $1`, [id]);
	}
}

function storedOf({ last_heartbeat, started_at, task_id, ...row }: Row): StoredWorker {
	const { id, status, host, pid, capabilities, metadata } = row;
	return {
		id,
		status,
		lastHeartbeat: last_heartbeat,
		host,
		pid,
		capabilities,
		startedAt: started_at,
		taskId: task_id,
		metadata,
	};
}
