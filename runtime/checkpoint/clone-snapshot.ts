/** Forks: an execution of its own that starts where another one stood (spec section 13.7). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { isResult } from "../state/step-keys.ts";
import { StoreError, UnknownExecutionError } from "../store/errors.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { LogRow, PersistenceBackend } from "../store/persistence-backend.ts";
import { checkExecutionId, checkpointKey, latestKey, parseCheckpointKey } from "./checkpoint-key.ts";
import { readRows, writeRows } from "./log.ts";
import { CorruptCheckpointError, type MachineSnapshot, parseSnapshot } from "./machine-snapshot.ts";
import { type Origin, readOrigin } from "./progress.ts";
import { summaryOfSnapshot } from "./summary-of-snapshot.ts";
import { isoMicroseconds } from "./time-text.ts";

export interface CloneSnapshotOptions {
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

export interface CloneExecutionOptions extends CloneSnapshotOptions {
	/** The source's checkpoint to start from; default: its latest. */
	readonly key?: string;
	/** Names the store in messages. */
	readonly storeName?: string;
}

/**
 * A deep copy of a snapshot as another execution's first: a new id, made now, the source as its parent, no launches left
 * to make. Everything else stays, `waiting_channel` and `tool_loop_state` too (spec section 13.7).
 */
export function cloneSnapshot(
	snapshot: MachineSnapshot,
	newId: string,
	{ now }: CloneSnapshotOptions,
): MachineSnapshot {
	const copy = structuredClone(snapshot);
	return {
		...copy,
		execution_id: newId,
		context: withOwnIds(copy.context, newId, snapshot.execution_id),
		created_at: isoMicroseconds(now()),
		parent_execution_id: snapshot.execution_id,
		pending_launches: null,
	};
}

/**
 * Stores a fork of an execution, from its latest or an earlier checkpoint. The source is only read. Calls and children
 * that the source has finished in the step where the fork starts are not made again.
 * @returns the fork's first snapshot
 * @throws UnknownExecutionError, CorruptCheckpointError, and StoreError: `invalid_checkpoint_key` for a key that is no
 * checkpoint of the source, and for a new id that cannot be one or is taken
 */
export async function cloneExecution(
	persistence: PersistenceBackend,
	sourceId: string,
	newId: string,
	options: CloneExecutionOptions,
): Promise<MachineSnapshot> {
	checkExecutionId(newId);
	const source = await persistence.loadExecution(sourceId);
	const key = options.key ?? source?.latestKey ?? null;
	if (source === null || key === null) throw new UnknownExecutionError(sourceId, options.storeName ?? "the store");
	if ((await persistence.loadExecution(newId)) !== null) {
		throw new StoreError("invalid_checkpoint_key", `There is an execution ${newId} already. Choose another id.`);
	}
	const stored = parseCheckpointKey(key).executionId === sourceId ? await persistence.loadCheckpoint(key) : null;
	if (stored === null) {
		throw new StoreError("invalid_checkpoint_key", `Execution ${sourceId} has no checkpoint ${key}.`);
	}
	const { snapshot, text } = cloneOf(parseSnapshot(stored.text, key), newId, key, options);
	const newKey = checkpointKey(newId, snapshot.step, snapshot.event);
	if (stored.progress === null) {
		// Something else than flatstate wrote the source: so it is with the fork.
		await persistence.save(newKey, Buffer.from(text));
		await persistence.save(latestKey(newId), Buffer.from(newKey));
		return snapshot;
	}
	const commit = {
		summary: summaryOfFork(snapshot, key === source.latestKey ? source.summary : undefined),
		...originOfFork(source.origin, snapshot),
		checkpoint: { key: newKey, text, progress: stored.progress },
		log: await paidResults(persistence, sourceId, snapshot.step),
	};
	await persistence.commit([commit], null);
	return snapshot;
}

/** @throws CorruptCheckpointError where something else than flatstate has stored what is nested too deep to be written */
function cloneOf(source: MachineSnapshot, newId: string, key: string, options: CloneSnapshotOptions) {
	try {
		const snapshot = cloneSnapshot(source, newId, options);
		return { snapshot, text: JSON.stringify(snapshot) };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new CorruptCheckpointError(key, "it is nested too deep", { cause: error });
	}
}

/** What the source was started with, and that the fork has nothing of what was before its first checkpoint. */
function originOfFork(source: string | null, { step }: MachineSnapshot): { readonly origin?: string } {
	const origin = readOrigin(source);
	return origin ? { origin: JSON.stringify({ ...origin, begins_at: step } satisfies Origin) } : {};
}

/**
 * What the source has paid for in the step that the fork starts with; what it has only decided, such as ids of children
 * and times, the fork decides anew.
 */
async function paidResults(persistence: PersistenceBackend, sourceId: string, step: number): Promise<LogRow[]> {
	const entries = readRows(await persistence.loadLog(sourceId, step));
	const paid = entries.filter((entry) => entry.step === step && isResult(entry.key) && !("error" in entry.entry));
	return writeRows(paid, (value) => JSON.stringify(value));
}

/** What stands under `context.machine` is what templates and conditions read of the execution. */
function withOwnIds(
	context: MachineSnapshot["context"],
	executionId: string,
	parentId: string,
): MachineSnapshot["context"] {
	if (!isRecord(context.machine)) return context;
	return { ...context, machine: { ...context.machine, execution_id: executionId, parent_execution_id: parentId } };
}

/** @param source the row of the source where the fork starts from its latest checkpoint: that it failed, or how long it waits, is true of the fork too */
function summaryOfFork(snapshot: MachineSnapshot, source: ExecutionSummary | undefined): ExecutionSummary {
	const summary = summaryOfSnapshot(snapshot);
	if (source === undefined) return summary;
	const { status, error, waiting_channel, wake_at } = source;
	// An execution whose children wait does, too; the fork has no children yet.
	if (status === "waiting" && snapshot.event !== "waiting") return summary;
	return { ...summary, status, error, waiting_channel, wake_at };
}
