/** Checkpoints and executions in Redis. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
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
import { summaryOfSaved } from "../foreign-snapshot.ts";
import { parseSummary } from "../stored-summary.ts";
import { fromBlob, textOfBlob, toBlob } from "./blob.ts";
import {
	deleteScript,
	loadCheckpointScript,
	loadExecutionScript,
	loadScript,
	logScript,
	namesScript,
	pointScript,
	saveScript,
} from "./checkpoint-scripts.ts";
import { checkCommitted, commitArguments, commitScript, logPlaceLength, rowArguments } from "./commit-script.ts";
import type { RedisConnection } from "./connection.ts";
import { type DeletionClock, pruneExecutions, removeExecution } from "./deletion.ts";
import { lookUpIds, lookUpRows } from "./lookup.ts";
import { textOrNull, texts } from "./reply.ts";

export class RedisPersistence implements PersistenceBackend {
	readonly durability: Durability;
	readonly #connection: RedisConnection;
	readonly #clock: DeletionClock;

	constructor(connection: RedisConnection, durability: Durability, clock: DeletionClock) {
		this.#connection = connection;
		this.durability = durability;
		this.#clock = clock;
	}

	async save(key: string, value: Uint8Array): Promise<void> {
		const { executionId, name } = parseCheckpointKey(key);
		const blob = toBlob(value);
		await this.#connection.gate.run(async () => {
			const stored = await this.#loadExecution(executionId);
			// Only flatstate writes an origin.
			const previous = stored && { row: stored.summary, committed: stored.origin !== null };
			const row = (text: string, at: string) =>
				rowArguments(summaryOfSaved(at, textOfBlob(text, at), previous, this.#clock.now()));
			if (name !== "latest") {
				const args = [executionId, name, blob, toBlob(key), ...row(blob, key)];
				await this.#connection.script("write", saveScript, args);
				return;
			}
			const target = textOfBlob(blob, key);
			const checkpoint = await this.#connection.script("read", loadScript, [target]);
			const args = [executionId, blob, ...(typeof checkpoint === "string" ? row(checkpoint, target) : [])];
			await this.#connection.script("write", pointScript, args);
		});
	}

	async load(key: string): Promise<Uint8Array | null> {
		parseCheckpointKey(key);
		const blob = await this.#read(() => this.#connection.script("read", loadScript, [key]));
		return typeof blob === "string" ? new Uint8Array(Buffer.from(fromBlob(blob, key))) : null;
	}

	async delete(key: string): Promise<void> {
		const { executionId, name } = parseCheckpointKey(key);
		const args = [executionId, name, toBlob(key)];
		await this.#connection.gate.run(() => this.#connection.script("write", deleteScript, args));
	}

	async commit(commits: readonly ExecutionCommit[], lease: Lease | null): Promise<void> {
		if (commits.length === 0) return;
		const args = commitArguments(commits, lease);
		const reply = await this.#connection.gate.run(() => this.#connection.script("write", commitScript, args));
		checkCommitted(reply, lease);
	}

	loadExecution(executionId: string): Promise<StoredExecution | null> {
		return this.#connection.gate.run(() => this.#loadExecution(executionId));
	}

	async loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		const { executionId, name } = parseCheckpointKey(key);
		const reply = await this.#read(() => this.#connection.script("read", loadCheckpointScript, [executionId, name]));
		const [blob, progress]: unknown[] = Array.isArray(reply) ? reply : [];
		return typeof blob === "string" ? { text: textOfBlob(blob, key), progress: textOrNull(progress) } : null;
	}

	async listCheckpoints(executionId: string): Promise<readonly string[]> {
		const names = texts(await this.#read(() => this.#connection.script("read", namesScript, [executionId])));
		return names
			.map((name) => ({ key: `${executionId}/${name}`, step: parseCheckpointKey(`${executionId}/${name}`).step ?? -1 }))
			.sort((a, b) => a.step - b.step)
			.map(({ key }) => key);
	}

	async loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		const args = [executionId, String(fromStep)];
		const reply = texts(await this.#read(() => this.#connection.script("read", logScript, args)));
		const rows: LogRow[] = [];
		for (let index = 0; index + 1 < reply.length; index += 2) {
			rows.push({ text: (reply[index] ?? "").slice(logPlaceLength), step: Number(reply[index + 1]) });
		}
		return rows;
	}

	listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		return this.#read(() => lookUpIds(this.#connection, filter));
	}

	listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		return this.#read(() => lookUpRows(this.#connection, filter));
	}

	async deleteExecution(executionId: string): Promise<void> {
		await this.#connection.gate.run(() => removeExecution(this.#connection, this.#clock, executionId));
	}

	prune(options: PruneOptions): Promise<number> {
		return this.#connection.gate.run(() => pruneExecutions(this.#connection, this.#clock, options));
	}

	#read<Result>(run: () => Promise<Result>): Promise<Result> {
		return this.#connection.gate.run(run);
	}

	/** Checkpoints that a plain Keyv wrote are in no index, but whoever knows the id finds them. */
	async #loadExecution(executionId: string): Promise<StoredExecution | null> {
		const reply = await this.#connection.script("read", loadExecutionScript, [executionId]);
		const [summary, origin, pointer]: unknown[] = Array.isArray(reply) ? reply : [];
		const latestKey = typeof pointer === "string" ? textOfBlob(pointer, `${executionId}/latest`) : null;
		if (typeof summary === "string") {
			return { summary: parseSummary(summary, this.#connection.name), origin: textOrNull(origin), latestKey };
		}
		if (latestKey === null) return null;
		const blob = await this.#connection.script("read", loadScript, [latestKey]);
		if (typeof blob !== "string") return null;
		const text = textOfBlob(blob, latestKey);
		return { summary: summaryOfSaved(latestKey, text, null, this.#clock.now()), origin: null, latestKey };
	}
}
