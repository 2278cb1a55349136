/** Checkpoints in files, laid out as spec section 13.4 has it, with log and index beside. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { StoreError } from "../../../runtime/store/errors.ts";
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
import type { StoreGate } from "../store-gate.ts";
import type { Access } from "./access.ts";
import type { Catalog } from "./catalog.ts";
import { type CommitParts, CommitWriter } from "./commit-writer.ts";
import type { Deletion } from "./deletion.ts";
import { decodeText } from "./disk.ts";
import { writeFailure } from "./failures.ts";
import { assertExecutionName, latestName } from "./layout.ts";

export interface FilePersistenceParts extends CommitParts {
	readonly catalog: Catalog;
	readonly deletion: Deletion;
	readonly gate: StoreGate;
	readonly access: Access;
	/** Wakes those who wait for the result of an execution. */
	readonly onResult: (executionId: string) => void;
}

const powerLossText =
	"A finished commit survives the end of the process, also by SIGKILL, and a loss of power: files and their folders " +
	"are brought to the disk (fsync). `durability=process` leaves out the folders.";
const processText =
	"A finished commit survives the end of the process, also by SIGKILL. After a loss of power the last commits may be " +
	"missing, but each file that is there is whole: files are brought to the disk (fsync) before they count, their " +
	"folders and the index are not: `durability=power` brings these too. An index that was removed is made anew.";

export class FilePersistence implements PersistenceBackend {
	readonly durability: Durability;
	readonly #parts: FilePersistenceParts;
	readonly #writer: CommitWriter;

	constructor(parts: FilePersistenceParts) {
		this.#parts = parts;
		this.#writer = new CommitWriter(parts);
		const { powerLoss } = parts.disk;
		this.durability = { processKill: true, powerLoss, text: powerLoss ? powerLossText : processText };
	}

	save(key: string, value: Uint8Array): Promise<void> {
		return this.#parts.access("write", () => {
			const { executionId: id, name } = parseKey(key);
			assertExecutionName(id);
			const { layout, executions, markers } = this.#parts;
			const path = layout.file(id, name);
			if (!executions.exists(id) || !executions.isOwn(id)) return this.#replace(layout.execution(id), path, value);
			const before = executions.summary(id);
			const next = this.#preview(key, value);
			if (next !== null) markers.add(before, next);
			this.#replace(layout.execution(id), path, value);
			const after = executions.summary(id);
			if (after !== null) markers.remove(markers.add(before, after));
		});
	}

	/** The row of one of ours once `value` is saved; null where that does not change it. */
	#preview(key: string, value: Uint8Array): ExecutionSummary | null {
		const { executionId: id, name } = parseKey(key);
		const { executions } = this.#parts;
		const text = decodeText(value);
		if (name !== latestName) return executions.latestKey(id) === key ? executions.preview(id, key, text) : null;
		return text.startsWith(`${id}/`) && isKey(text) ? executions.preview(id, text) : null;
	}

	load(key: string): Promise<Uint8Array | null> {
		return this.#parts.access("read", () => {
			const { executionId, name } = parseKey(key);
			const { disk, layout, executions } = this.#parts;
			return executions.exists(executionId) ? disk.readBytes(layout.file(executionId, name)) : null;
		});
	}

	delete(key: string): Promise<void> {
		return this.#parts.access("write", () => {
			const { executionId: id, name } = parseKey(key);
			const { disk, layout, executions, logs } = this.#parts;
			if (!executions.exists(id)) return;
			const pointer = layout.file(id, latestName);
			if (name === latestName || disk.readText(pointer)?.trim() === key) {
				const summary = executions.isOwn(id) ? executions.summary(id) : null;
				// Without a pointer, this line alone says that the execution was not only begun.
				if (summary !== null) logs.append(id, null, { rows: [], summary, latest: null });
				disk.remove(pointer);
			}
			disk.remove(layout.file(id, name));
			disk.syncDirectory(layout.execution(id));
		});
	}

	/**
	 * Synchronous: bringing the files of one execution to the disk at the same time on other threads took as long (about
	 * 0.8 ms), and a commit that nothing can come between needs no queue.
	 */
	commit(commits: readonly ExecutionCommit[], lease: Lease | null): undefined {
		this.#parts.gate.check();
		try {
			this.#writer.write(commits, lease);
		} catch (error) {
			throw writeFailure(error, this.#parts.layout.dir);
		}
		for (const { summary, result } of commits) {
			this.#parts.catalog.noteOwn(summary.execution_id);
			if (result !== undefined) this.#parts.onResult(summary.execution_id);
		}
	}

	loadExecution(executionId: string): Promise<StoredExecution | null> {
		return this.#parts.access("read", () => this.#parts.executions.load(executionId));
	}

	loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		return this.#parts.access("read", () => {
			parseKey(key);
			return this.#parts.executions.checkpoint(key);
		});
	}

	listCheckpoints(executionId: string): Promise<readonly string[]> {
		return this.#parts.access("read", () => this.#parts.executions.checkpoints(executionId));
	}

	loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		return this.#parts.access("read", () => this.#parts.executions.log(executionId, fromStep));
	}

	async listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		return (await this.listExecutions(filter)).map(({ execution_id }) => execution_id);
	}

	listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		return this.#parts.access("read", () => this.#parts.catalog.list(filter));
	}

	deleteExecution(executionId: string): Promise<void> {
		return this.#parts.access("write", () => this.#parts.deletion.deleteExecution(executionId));
	}

	prune(options: PruneOptions): Promise<number> {
		return this.#parts.access("write", () => this.#parts.deletion.prune(options));
	}

	#replace(folder: string, path: string, value: Uint8Array): void {
		const { disk, layout } = this.#parts;
		const temporary = `${layout.temporary}/${process.pid}-${process.hrtime.bigint()}`;
		disk.makeDirectory(layout.temporary);
		disk.within(layout.temporary, () => disk.create(temporary, value));
		disk.operations.makeDirectory(folder);
		disk.operations.rename(temporary, path);
		disk.syncDirectory(folder);
	}
}

function isKey(text: string): boolean {
	try {
		return parseCheckpointKey(text).step !== undefined;
	} catch {
		return false;
	}
}

/** @throws StoreError `invalid_checkpoint_key`, also for the names that are kept for the store's own files */
function parseKey(key: string) {
	const parsed = parseCheckpointKey(key);
	if (!parsed.name.startsWith(".")) return parsed;
	const shown = JSON.stringify(key.slice(0, 200));
	throw new StoreError("invalid_checkpoint_key", `Invalid checkpoint key ${shown}: its name starts with a dot.`);
}
