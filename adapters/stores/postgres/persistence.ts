/** Checkpoints, logs and rows of executions in Postgres. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { LeaseLostError, StoreError } from "../../../runtime/store/errors.ts";
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
import { parseSummary } from "../stored-summary.ts";
import { planCommits } from "./commit-plan.ts";
import { CommitStatements } from "./commit-statement.ts";
import type { Database } from "./database.ts";
import type { KeyvModule } from "./driver.ts";
import { deleteForeign, parseKey, saveForeign } from "./foreign-writes.ts";
import type { PostgresLock } from "./lock.ts";
import { lookup } from "./lookups.ts";
import { deleteExecution, prune } from "./removal.ts";
import { isPlain, storedName } from "./stored-name.ts";
import type { Tables } from "./tables.ts";

export interface PersistenceOptions {
	readonly database: Database;
	readonly tables: Tables;
	readonly lock: PostgresLock;
	/** On `flatstate_checkpoints`. */
	readonly keyv: InstanceType<KeyvModule["Keyv"]>;
	readonly durability: Durability;
	/** Whether commits may be said to be done before they are on the server's disk. */
	readonly isLazy: boolean;
	readonly now: () => number;
}

export class PostgresPersistence implements PersistenceBackend {
	readonly durability: Durability;
	readonly #options: PersistenceOptions;
	readonly #database: Database;
	readonly #tables: Tables;
	readonly #statements: CommitStatements;

	constructor(options: PersistenceOptions) {
		this.#options = options;
		this.#database = options.database;
		this.#tables = options.tables;
		this.durability = options.durability;
		this.#statements = new CommitStatements(options.tables, options.isLazy);
	}

	async commit(commits: readonly ExecutionCommit[], lease: Lease | null): Promise<void> {
		return this.#database.gate.run(async () => {
			if (commits.length === 0) return;
			const entitlement = lease && { key: storedName(lease.key), token: lease.token };
			const [row] = await this.#database.write(this.#statements.statement(planCommits(commits), entitlement));
			if (lease !== null && row?.entitled !== true) {
				throw new LeaseLostError(lease.key, await this.#options.lock.holder(lease.key));
			}
		});
	}

	async save(key: string, value: Uint8Array): Promise<void> {
		return this.#database.gate.run(async () => {
			await saveForeign(this.#options, key, value);
		});
	}

	async load(key: string): Promise<Uint8Array | null> {
		return this.#database.gate.run(async () => {
			const { executionId, name } = parseKey(key);
			if (name === "latest") {
				const latestKey = (await this.loadExecution(executionId))?.latestKey;
				return typeof latestKey === "string" ? Buffer.from(latestKey) : null;
			}
			const value: unknown = await this.#options.keyv.get(key);
			if (value === undefined) return null;
			if (typeof value === "string") return Buffer.from(value);
			if (value instanceof Uint8Array) return value;
			throw this.#corrupt(`checkpoint ${key}`);
		});
	}

	async delete(key: string): Promise<void> {
		return this.#database.gate.run(async () => {
			await deleteForeign(this.#options, key);
		});
	}

	async loadExecution(executionId: string): Promise<StoredExecution | null> {
		return this.#database.gate.run(async () => {
			if (!isPlain(executionId)) return null;
			const [row] = await this.#database.read(
				`SELECT summary, latest_key, body FROM ${this.#tables.executions} AS execution
					LEFT JOIN ${this.#tables.origins} AS origin USING (id) WHERE id = $1`,
				[executionId],
			);
			if (row === undefined) return null;
			return {
				summary: parseSummary(row.summary, this.#database.name),
				origin: typeof row.body === "string" ? row.body : null,
				latestKey: typeof row.latest_key === "string" ? row.latest_key : null,
			};
		});
	}

	async loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		return this.#database.gate.run(async () => {
			parseKey(key);
			const [row] = await this.#database.read(
				`SELECT body, bytes, progress FROM ${this.#tables.checkpoints} WHERE key = $1`,
				[key],
			);
			if (row === undefined) return null;
			const progress = typeof row.progress === "string" ? row.progress : null;
			if (typeof row.body === "string") return { text: row.body, progress };
			if (row.bytes instanceof Uint8Array) return { text: Buffer.from(row.bytes).toString("utf8"), progress };
			throw this.#corrupt(`checkpoint ${key}`);
		});
	}

	async listCheckpoints(executionId: string): Promise<readonly string[]> {
		return this.#database.gate.run(async () => {
			if (executionId === "" || !isPlain(executionId)) return [];
			// All keys between the id with a slash and the id with the next character.
			const rows = await this.#database.read(
				`SELECT key FROM ${this.#tables.checkpoints} WHERE key > $1::text || '/' AND key < $1::text || '0' ORDER BY seq`,
				[executionId],
			);
			const stepOf = (key: string) => parseCheckpointKey(key).step ?? Number.POSITIVE_INFINITY;
			return rows
				.map(({ key }) => String(key))
				.map((key) => ({ key, step: stepOf(key) }))
				.sort((a, b) => (a.step === b.step ? 0 : a.step - b.step))
				.map(({ key }) => key);
		});
	}

	async loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		return this.#database.gate.run(async () => {
			if (!isPlain(executionId)) return [];
			const rows = await this.#database.read(
				`SELECT step::float8 AS step, body FROM ${this.#tables.log}
					WHERE execution_id = $1 AND step >= $2::bigint ORDER BY step, seq`,
				[executionId, Math.ceil(fromStep)],
			);
			return rows.map(({ step, body }) => {
				if (typeof step !== "number" || typeof body !== "string") throw this.#corrupt(`log of ${executionId}`);
				return { step, text: body };
			});
		});
	}

	async listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		return this.#database.gate.run(async () => {
			const { text, values } = lookup(this.#tables, "id", filter);
			return (await this.#database.read(text, values)).map(({ id }) => String(id));
		});
	}

	async listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		return this.#database.gate.run(async () => {
			const { text, values } = lookup(this.#tables, "summary", filter);
			const rows = await this.#database.read(text, values);
			return rows.map(({ summary }) => parseSummary(summary, this.#database.name));
		});
	}

	async deleteExecution(executionId: string): Promise<void> {
		return this.#database.gate.run(async () => {
			if (executionId !== "" && isPlain(executionId)) {
				await deleteExecution(this.#database, this.#tables, executionId);
			}
		});
	}

	async prune(options: PruneOptions): Promise<number> {
		return this.#database.gate.run(async () => {
			return prune(this.#database, this.#tables, this.#options.lock, this.#options.now(), options);
		});
	}

	#corrupt(what: string): StoreError {
		return new StoreError("store_corrupt", `${this.#database.name} has a ${what} that cannot be read.`);
	}
}
