/** The port to checkpoints (spec section 13.4), with the transaction that durability needs beside it. */
import type { Lease } from "./execution-lock.ts";
import type { ExecutionFilter, ExecutionSummary } from "./execution-summary.ts";

/** One line of an execution's log: finished steps, as JSON text that only the recorder reads. */
export interface LogRow {
	/** The machine's step that it belongs to; rows of one execution come in ascending order of steps. */
	readonly step: number;
	readonly text: string;
}

/** A snapshot on its way to the store. */
export interface CheckpointWrite {
	/** `<execution id>/step_<6 digits>_<event>.json`; the same key again replaces what was there. */
	readonly key: string;
	/** The MachineSnapshot as JSON text. */
	readonly text: string;
	/** What flatstate knows beyond the MachineSnapshot, as JSON text. */
	readonly progress: string;
}

/** What one execution has to store; written whole or not at all. */
export interface ExecutionCommit {
	/** Replaces the execution's row. */
	readonly summary: ExecutionSummary;
	/** What an execution was started with, as JSON text; only its first commit has it. */
	readonly origin?: string;
	/** Becomes the latest checkpoint. */
	readonly checkpoint?: CheckpointWrite;
	/** Appended. */
	readonly log: readonly LogRow[];
	/** The execution's result as JSON text, for `flatagents://<execution id>/result`. */
	readonly result?: string;
}

/** What a store knows of an execution without reading its checkpoints. */
export interface StoredExecution {
	readonly summary: ExecutionSummary;
	/** Null where something else than flatstate wrote the checkpoints. */
	readonly origin: string | null;
	/** Key of the latest checkpoint. */
	readonly latestKey: string | null;
}

/** A checkpoint as it was stored. */
export interface StoredCheckpoint {
	readonly text: string;
	/** Null where something else than flatstate wrote it. */
	readonly progress: string | null;
}

export interface PruneOptions {
	/** Executions last changed longer ago than this many seconds; exactly so many is not longer. */
	readonly maxAgeSeconds?: number;
	/** Of those that are left, keep the so many that changed last; of the same time, the smaller ids. 0 keeps none. */
	readonly maxCount?: number;
}

/** How surely a finished `commit` is still there. */
export interface Durability {
	/** After SIGKILL of this process. */
	readonly processKill: boolean;
	/** After the machine that stores it lost power. */
	readonly powerLoss: boolean;
	/** In words, with the setting that changes it. */
	readonly text: string;
}

/**
 * Checkpoints by key, as bytes, and executions by what they do.
 *
 * Methods reject with a StoreError; `save`, `load` and `delete` with its code `invalid_checkpoint_key` for a key that is
 * empty, starts with `/` or has a part `..`. Whatever a foreign program wrote by the layout of spec section 13.4 is found
 * like what we wrote. After `Store.close` all reject with `store_closed`.
 */
export interface PersistenceBackend {
	readonly durability: Durability;

	/** Stores bytes under a checkpoint's key, or, under `<execution id>/latest`, the key of the latest checkpoint. */
	save(key: string, value: Uint8Array): Promise<void>;
	load(key: string): Promise<Uint8Array | null>;
	/**
	 * Deletes a checkpoint, and the pointer to it if it was the latest. An execution that was committed stays, with its row
	 * and its log; without a pointer its `latestKey` is null. One that only something else wrote may be gone with its
	 * pointer, and is with its last checkpoint.
	 */
	delete(key: string): Promise<void>;

	/**
	 * Writes all of `commits` in one transaction, children before their parents in the list.
	 * @param lease what entitles the writer, until it is given back or somebody else takes it, also when its time is over;
	 * null where no lock is used
	 * @returns undefined where it is done when the call returns; then it throws instead of rejecting
	 * @throws LeaseLostError where the lease entitles no more: nothing is written then
	 */
	commit(commits: readonly ExecutionCommit[], lease: Lease | null): Promise<void> | undefined;

	loadExecution(executionId: string): Promise<StoredExecution | null>;
	/** A checkpoint with what belongs to it. */
	loadCheckpoint(key: string): Promise<StoredCheckpoint | null>;
	/**
	 * Keys of an execution's checkpoints, oldest first: by step, then in the order of writing. Each is there once; one that
	 * was written again counts as written then.
	 */
	listCheckpoints(executionId: string): Promise<readonly string[]>;
	/** Rows of the log from step `fromStep` on, in the order of writing. Costs nothing for the steps before. */
	loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]>;

	/** Sorted by id. Uses an index for every filter. */
	listExecutionIds(filter?: ExecutionFilter): Promise<string[]>;
	/** The rows of `listExecutionIds`. */
	listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]>;
	/**
	 * Deletes an execution with its checkpoints, log and result, the signals that are addressed to it, and the children
	 * that it waited for, of a child its own children only. Ends the lease on it, whoever holds it, so that nobody goes on
	 * writing what is gone. Nothing to do where there is none.
	 */
	deleteExecution(executionId: string): Promise<void>;
	/**
	 * Deletes whole executions as `deleteExecution` does, by age, then by number. Only roots have an age and are counted,
	 * by their own rows: a child that a parent waits for, or waited for, goes and stays with its root, however old it is.
	 * A child whose root is gone counts as a root. A root whose lease is held is kept; it takes the place that it has
	 * among those that changed last, and none of another.
	 * @returns how many executions were deleted, children not counted
	 * @throws StoreError `invalid_prune` for a negative number
	 */
	prune(options: PruneOptions): Promise<number>;
}
