/** Checkpoints, logs and rows of executions in the memory of this process. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import type { InMemoryResultBackend } from "../../../runtime/results/memory-result-backend.ts";
import { resultUri } from "../../../runtime/results/result-uri.ts";
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
import { checkCommit } from "../check-commit.ts";
import { summaryOfSaved } from "../foreign-snapshot.ts";
import type { ProcessLeases } from "../process-lock.ts";
import { ExecutionIndex } from "./execution-index.ts";
import type { MemoryJoins } from "./memory-joins.ts";
import type { MemorySignals } from "./memory-signals.ts";
import { familyOf, prunable } from "./pruning.ts";

/** What is stored under a key: text that we wrote, or bytes that something else wrote. */
type Stored = { readonly step: number; readonly progress: string | null } & (
	| { readonly text: string }
	| { readonly bytes: Uint8Array }
);

interface Execution {
	/** Whether flatstate wrote it; else it is gone with its last checkpoint. */
	committed: boolean;
	origin: string | null;
	latestKey: string | null;
	/** In the order of writing. */
	readonly checkpoints: Map<string, Stored>;
	readonly log: LogRow[];
}

export interface MemoryPersistenceParts {
	readonly results: InMemoryResultBackend;
	readonly leases: ProcessLeases;
	readonly signals: MemorySignals;
	readonly joins: MemoryJoins;
	readonly now: () => number;
	/** Throws where the store is closed. */
	readonly checkOpen: () => void;
}

export class MemoryPersistence implements PersistenceBackend {
	readonly durability: Durability = {
		processKill: false,
		powerLoss: false,
		text: "Nothing outlives this process. Use file:, sqlite:, redis: or postgres: to keep executions.",
	};
	readonly #executions = new Map<string, Execution>();
	readonly #index = new ExecutionIndex();
	readonly #parts: MemoryPersistenceParts;

	constructor(parts: MemoryPersistenceParts) {
		this.#parts = parts;
	}

	async save(key: string, value: Uint8Array): Promise<void> {
		this.#parts.checkOpen();
		const { executionId, name, step = -1 } = parseCheckpointKey(key);
		const execution = this.#executionOf(executionId);
		if (name === "latest") {
			execution.latestKey = decode(value);
		} else {
			execution.checkpoints.delete(key);
			execution.checkpoints.set(key, { step, progress: null, bytes: Uint8Array.from(value) });
			if (execution.latestKey !== key) return;
		}
		const latest = execution.latestKey;
		const stored = latest === null ? undefined : execution.checkpoints.get(latest);
		if (latest === null || stored === undefined) return;
		const row = this.#index.get(executionId);
		const known = row === undefined ? null : { row, committed: execution.committed };
		this.#index.set(summaryOfSaved(latest, textOf(stored), known, this.#parts.now()));
	}

	async load(key: string): Promise<Uint8Array | null> {
		this.#parts.checkOpen();
		const { executionId, name } = parseCheckpointKey(key);
		const execution = this.#executions.get(executionId);
		if (execution === undefined) return null;
		if (name === "latest") return execution.latestKey === null ? null : encode(execution.latestKey);
		const stored = execution.checkpoints.get(key);
		if (stored === undefined) return null;
		return "bytes" in stored ? Uint8Array.from(stored.bytes) : encode(stored.text);
	}

	async delete(key: string): Promise<void> {
		this.#parts.checkOpen();
		const { executionId, name } = parseCheckpointKey(key);
		const execution = this.#executions.get(executionId);
		if (execution === undefined) return;
		if (name === "latest" || execution.latestKey === key) execution.latestKey = null;
		execution.checkpoints.delete(key);
		if (execution.checkpoints.size === 0 && !execution.committed) {
			this.#executions.delete(executionId);
			this.#index.delete(executionId);
		}
	}

	commit(commits: readonly ExecutionCommit[], lease: Lease | null): undefined {
		this.#parts.checkOpen();
		this.#parts.leases.checkWriter(lease);
		// All that can fail comes before the first change.
		const steps = commits.map(checkCommit);
		for (const [index, commit] of commits.entries()) this.#apply(commit, steps[index] ?? -1);
	}

	async loadExecution(executionId: string): Promise<StoredExecution | null> {
		this.#parts.checkOpen();
		const execution = this.#executions.get(executionId);
		const summary = this.#index.get(executionId);
		if (execution === undefined || summary === undefined) return null;
		return { summary: copyOf(summary), origin: execution.origin, latestKey: execution.latestKey };
	}

	async loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		this.#parts.checkOpen();
		const stored = this.#executions.get(parseCheckpointKey(key).executionId)?.checkpoints.get(key);
		return stored === undefined ? null : { text: textOf(stored), progress: stored.progress };
	}

	async listCheckpoints(executionId: string): Promise<readonly string[]> {
		this.#parts.checkOpen();
		const checkpoints = this.#executions.get(executionId)?.checkpoints ?? [];
		const ours = [...checkpoints].filter(([, { step }]) => step >= 0);
		return ours.sort(([, a], [, b]) => a.step - b.step).map(([key]) => key);
	}

	async loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		this.#parts.checkOpen();
		const log = this.#executions.get(executionId)?.log ?? [];
		let from = log.length;
		while (from > 0 && (log[from - 1]?.step ?? -1) >= fromStep) from--;
		return log.slice(from).map(({ step, text }) => ({ step, text }));
	}

	async listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		this.#parts.checkOpen();
		return this.#index.find(filter).map((row) => row.execution_id);
	}

	async listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		this.#parts.checkOpen();
		return this.#index.find(filter).map(copyOf);
	}

	async deleteExecution(executionId: string): Promise<void> {
		this.#parts.checkOpen();
		this.#parts.leases.drop(executionId);
		await this.#remove(familyOf(executionId, this.#index));
	}

	async prune(options: PruneOptions): Promise<number> {
		this.#parts.checkOpen();
		const { leases, now } = this.#parts;
		const isHeld = (id: string) => leases.get(id) !== undefined;
		const families = prunable(options, this.#index, now(), isHeld);
		await this.#remove(families.flat());
		return families.length;
	}

	#apply({ summary, origin, checkpoint, log, result }: ExecutionCommit, step: number): void {
		const id = summary.execution_id;
		const execution = this.#executionOf(id);
		this.#index.set(copyOf(summary));
		execution.committed = true;
		if (origin !== undefined) execution.origin = origin;
		for (const row of log) execution.log.push({ step: row.step, text: row.text });
		if (checkpoint !== undefined) {
			const { key, text, progress } = checkpoint;
			execution.checkpoints.delete(key);
			execution.checkpoints.set(key, { step, text, progress });
			execution.latestKey = key;
		}
		if (result !== undefined) this.#parts.results.writeJson(resultUri(id), result);
	}

	#executionOf(id: string): Execution {
		const found = this.#executions.get(id);
		if (found !== undefined) return found;
		const made: Execution = { committed: false, origin: null, latestKey: null, checkpoints: new Map(), log: [] };
		this.#executions.set(id, made);
		return made;
	}

	async #remove(ids: readonly string[]): Promise<void> {
		const known = ids.filter((id) => this.#executions.delete(id));
		for (const id of known) {
			this.#index.delete(id);
			this.#parts.signals.removeOf(id);
			this.#parts.joins.removeOf(id);
		}
		await Promise.all(known.map((id) => this.#parts.results.delete(resultUri(id))));
	}
}

function copyOf(summary: ExecutionSummary): ExecutionSummary {
	return { ...summary, error: summary.error === null ? null : { ...summary.error } };
}

function textOf(stored: Stored): string {
	return "text" in stored ? stored.text : decode(stored.bytes);
}

function encode(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
}
