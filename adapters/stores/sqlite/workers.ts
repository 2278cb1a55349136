/** The registry of workers in the table of spec section 17.1. */
import type { Metadata, StoredWorker, WorkerRow, WorkerRows } from "../stored-registrations.ts";
import type { Connection } from "./connection.ts";
import type { SqliteRow, SqliteValue } from "./driver.ts";
import { recordOf } from "./rows.ts";

export class SqliteWorkers implements WorkerRows {
	readonly #connection: Connection;
	readonly #now: () => number;

	constructor(connection: Connection, now: () => number) {
		this.#connection = connection;
		this.#now = now;
	}

	async put({ id, host, pid, capabilities, startedAt, metadata }: WorkerRow): Promise<void> {
		const now = this.#time();
		this.#connection.write(() =>
			this.#connection
				.sql(
					`INSERT OR REPLACE INTO worker_registry(worker_id, status, last_heartbeat, host, pid, capabilities, started_at,
						current_task_id, metadata) VALUES (?, 'active', ?, ?, ?, ?, ?, NULL, ?)`,
				)
				.run([id, now, host, pid, capabilities, startedAt ?? now, JSON.stringify(metadata)]),
		);
	}

	async beat(id: string, metadata: Metadata | undefined, taskId: string | null | undefined): Promise<boolean> {
		return this.#connection.transaction(() => {
			const row = this.#connection.sql("SELECT metadata FROM worker_registry WHERE worker_id = ?").get([id]);
			if (row === undefined) return false;
			this.#set(id, "last_heartbeat = ?", this.#time());
			if (taskId !== undefined) this.#set(id, "current_task_id = ?", taskId);
			if (metadata !== undefined) {
				this.#set(id, "metadata = ?", JSON.stringify({ ...recordOf(row.metadata), ...metadata }));
			}
			return true;
		});
	}

	async setStatus(id: string, status: string): Promise<boolean> {
		return this.#connection.write(() => this.#set(id, "status = ?", status));
	}

	async get(id: string): Promise<StoredWorker | undefined> {
		const sql = "SELECT * FROM worker_registry WHERE worker_id = ?";
		const row = this.#connection.read(() => this.#connection.sql(sql).get([id]));
		return row === undefined ? undefined : storedOf(row);
	}

	async all(): Promise<{ readonly rows: readonly StoredWorker[]; readonly now: number }> {
		const rows = this.#connection.read(() => this.#connection.sql("SELECT * FROM worker_registry").all([]));
		return { rows: rows.map(storedOf), now: this.#now() };
	}

	async remove(id: string): Promise<void> {
		this.#connection.write(() => this.#connection.sql("DELETE FROM worker_registry WHERE worker_id = ?").run([id]));
	}

	#set(id: string, column: string, value: SqliteValue): boolean {
		const sql = `UPDATE worker_registry SET ${column} WHERE worker_id = ? RETURNING 1`;
		return this.#connection.sql(sql).get([value, id]) !== undefined;
	}

	#time(): string {
		return new Date(this.#now()).toISOString();
	}
}

function storedOf(row: SqliteRow): StoredWorker {
	return {
		id: row.worker_id,
		status: row.status,
		lastHeartbeat: row.last_heartbeat,
		host: row.host,
		pid: row.pid,
		capabilities: row.capabilities,
		startedAt: row.started_at,
		taskId: row.current_task_id,
		metadata: row.metadata,
	};
}
