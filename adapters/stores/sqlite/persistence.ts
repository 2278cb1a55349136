/** Checkpoints and executions in SQLite (spec section 13.4). */
import { latestKey, parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import {
	CorruptCheckpointError,
	type MachineSnapshot,
	parseSnapshot,
} from "../../../runtime/checkpoint/machine-snapshot.ts";
import { LeaseLostError } from "../../../runtime/store/errors.ts";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type {
	Durability,
	ExecutionCommit,
	LogRow,
	PersistenceBackend,
	PruneOptions,
	StoredCheckpoint,
	StoredExecution,
} from "../../../runtime/store/persistence-backend.ts";
import type { CommitWriter } from "./commit.ts";
import type { Connection } from "./connection.ts";
import { lookUp, readRow } from "./executions.ts";
import { readForeign, readKey } from "./foreign.ts";
import type { SqliteLock } from "./lock.ts";
import { deleteFamily, pruneExecutions } from "./removal.ts";
import { bytesOf, column, numberOf, prefixRange, textOf, textOfBytes, textOrNull } from "./rows.ts";

const utf8 = new TextDecoder();

export interface PersistenceParts {
	readonly connection: Connection;
	readonly writer: CommitWriter;
	readonly lock: SqliteLock;
	readonly durability: Durability;
	readonly now: () => number;
	/** Called after a commit with results. */
	readonly onResults: () => void;
}

export class SqlitePersistence implements PersistenceBackend {
	readonly durability: Durability;
	readonly #parts: PersistenceParts;
	readonly #connection: Connection;

	constructor(parts: PersistenceParts) {
		this.durability = parts.durability;
		this.#parts = parts;
		this.#connection = parts.connection;
	}

	async save(key: string, value: Uint8Array): Promise<void> {
		const { executionId, name } = parseCheckpointKey(key);
		if (key === latestKey(executionId)) {
			const target = utf8.decode(value);
			parseCheckpointKey(target);
			this.#movePointer(executionId, target);
			return;
		}
		const snapshot = readableSnapshot(utf8.decode(value), name);
		this.#connection.write(() =>
			this.#connection
				.sql(
					`INSERT OR REPLACE INTO machine_checkpoints(
						checkpoint_key, execution_id, machine_name, event, current_state, waiting_channel, snapshot_json,
						created_at, progress)
					VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
				)
				.run([
					key,
					executionId,
					snapshot?.machine_name ?? null,
					snapshot?.event ?? null,
					snapshot?.current_state ?? null,
					snapshot?.waiting_channel ?? null,
					value,
					snapshot?.created_at ?? null,
				]),
		);
	}

	async load(key: string): Promise<Uint8Array | null> {
		const { executionId } = parseCheckpointKey(key);
		return this.#connection.read(() => {
			if (key !== latestKey(executionId)) return bytesOf(this.#checkpoint(key)?.snapshot_json);
			const row = this.#connection
				.sql("SELECT latest_key FROM machine_latest WHERE execution_id = ?")
				.get([executionId]);
			return bytesOf(row?.latest_key);
		});
	}

	async delete(key: string): Promise<void> {
		const { executionId } = parseCheckpointKey(key);
		readForeign(this.#connection);
		this.#connection.transaction(() => {
			if (key === latestKey(executionId)) {
				this.#connection.sql("DELETE FROM machine_latest WHERE execution_id = ?").run([executionId]);
			} else {
				this.#connection.sql("DELETE FROM machine_checkpoints WHERE checkpoint_key = ?").run([key]);
				const sql = "DELETE FROM machine_latest WHERE execution_id = ? AND latest_key = ?";
				this.#connection.sql(sql).run([executionId, key]);
			}
			// It was no foreign program that deleted the pointer: the execution stays, with its log.
			this.#connection.sql("DELETE FROM flatstate_foreign WHERE execution_id = ?").run([executionId]);
		});
	}

	/** Done when it returns: one statement, or one transaction where there are several commits or more than one row. */
	commit(commits: readonly ExecutionCommit[], lease: Lease | null): undefined {
		if (!this.#parts.writer.write(commits, lease)) {
			const key = lease?.key ?? "";
			throw new LeaseLostError(
				key,
				this.#connection.read(() => this.#parts.lock.holderNow(key)),
			);
		}
		if (commits.some(({ result }) => result !== undefined)) this.#parts.onResults();
	}

	async loadExecution(executionId: string): Promise<StoredExecution | null> {
		readForeign(this.#connection);
		const row = this.#connection.read(() =>
			this.#connection
				.sql(
					`SELECT e.*, o.text AS origin, l.latest_key FROM flatstate_executions e
					LEFT JOIN flatstate_origins o ON o.execution_id = e.execution_id
					LEFT JOIN machine_latest l ON l.execution_id = e.execution_id
					WHERE e.execution_id = ?`,
				)
				.get([executionId]),
		);
		if (row === undefined) return null;
		return {
			summary: readRow(row, this.#connection.name),
			origin: textOrNull(row.origin),
			latestKey: textOrNull(row.latest_key),
		};
	}

	async loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		parseCheckpointKey(key);
		return this.#connection.read(() => {
			const row = this.#checkpoint(key);
			const text = textOfBytes(row?.snapshot_json);
			return text === null ? null : { text, progress: textOrNull(row?.progress) };
		});
	}

	async listCheckpoints(executionId: string): Promise<readonly string[]> {
		const rows = this.#connection.read(() =>
			this.#connection
				.sql(
					`SELECT checkpoint_key FROM machine_checkpoints WHERE checkpoint_key >= ? AND checkpoint_key < ?
					ORDER BY rowid`,
				)
				.all(prefixRange(`${executionId}/`)),
		);
		// Names sort like steps up to a million steps only; the sort keeps the order of writing within a step.
		return column(rows, "checkpoint_key")
			.flatMap((key) => {
				const parts = readKey(key);
				return parts === null ? [] : [{ key, step: parts.step ?? -1 }];
			})
			.sort((a, b) => a.step - b.step)
			.map(({ key }) => key);
	}

	async loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		const rows = this.#connection.read(() =>
			this.#connection
				.sql("SELECT step, text FROM flatstate_log WHERE execution_id = ? AND step >= ? ORDER BY step, place")
				.all([executionId, fromStep]),
		);
		return rows.map(({ step, text }) => ({ step: numberOf(step), text: textOf(text) }));
	}

	async listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		readForeign(this.#connection);
		const { sql, values } = lookUp(filter, "execution_id");
		return column(
			this.#connection.read(() => this.#connection.sql(sql).all(values)),
			"execution_id",
		);
	}

	async listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		readForeign(this.#connection);
		const { sql, values } = lookUp(filter, "*");
		const rows = this.#connection.read(() => this.#connection.sql(sql).all(values));
		return rows.map((row) => readRow(row, this.#connection.name));
	}

	async deleteExecution(executionId: string): Promise<void> {
		readForeign(this.#connection);
		await deleteFamily(this.#connection, this.#parts.lock, executionId);
	}

	async prune(options: PruneOptions): Promise<number> {
		readForeign(this.#connection);
		return pruneExecutions(this.#connection, this.#parts.lock, this.#parts.now(), options);
	}

	#checkpoint(key: string) {
		const sql = "SELECT snapshot_json, progress FROM machine_checkpoints WHERE checkpoint_key = ?";
		return this.#connection.sql(sql).get([key]);
	}

	/** Without our mark, so that the row is read from the snapshot like a foreign program's. */
	#movePointer(executionId: string, target: string): void {
		const now = new Date(this.#parts.now()).toISOString();
		this.#connection.write(() =>
			this.#connection
				.sql(
					`INSERT INTO machine_latest(execution_id, latest_key, updated_at, flatstate_key) VALUES (?, ?, ?, NULL)
					ON CONFLICT(execution_id) DO UPDATE SET
						latest_key = excluded.latest_key, updated_at = excluded.updated_at, flatstate_key = NULL`,
				)
				.run([executionId, target, now]),
		);
	}
}

/** Null for what cannot be read: it is stored all the same. */
function readableSnapshot(text: string, name: string): MachineSnapshot | null {
	try {
		return parseSnapshot(text, name);
	} catch (error) {
		if (error instanceof CorruptCheckpointError) return null;
		throw error;
	}
}
