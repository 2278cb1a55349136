/** Reads an execution from a store: its latest checkpoint that can be read, and what is known beyond it. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { TokenUsage } from "../../compiler/xstate/machine-context.ts";
import { readSpending, type Spending } from "../../compiler/xstate/spending.ts";
import { coerceAgentResult } from "../agents/result.ts";
import type { Logger } from "../logging/logger.ts";
import { isAgentCall, isOfAttempt, isTime, partOf, stepKey } from "../state/step-keys.ts";
import { StoreError } from "../store/errors.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { PersistenceBackend } from "../store/persistence-backend.ts";
import { checkpointKey } from "./checkpoint-key.ts";
import type { EarlierLife } from "./execution-record.ts";
import { journalsOf, type LogEntry, launchedIn, readRows, visitName, withoutRetried } from "./log.ts";
import { CorruptCheckpointError, type MachineSnapshot, parseSnapshot } from "./machine-snapshot.ts";
import { type Origin, type Progress, readOrigin, readProgress, readUsage } from "./progress.ts";

export interface LoadedExecution {
	readonly summary: ExecutionSummary;
	readonly snapshot: MachineSnapshot;
	/** Absent where something else than flatstate wrote the checkpoint. */
	readonly progress: Progress | undefined;
	readonly origin: Origin | undefined;
	readonly usage: TokenUsage;
	/** Where it was spent; absent where nothing was. */
	readonly spent?: readonly Spending[];
	/**
	 * Whether there is no checkpoint yet, since `checkpoint_on` asked for none so far: the machine starts from its input
	 * again, and the log answers for what was done.
	 */
	readonly isFresh: boolean;
	/** Whether it had failed, and what had failed is tried again, perhaps in more than one life. */
	readonly isRetry: boolean;
	readonly earlier: EarlierLife;
}

/**
 * Loads what an execution goes on from. Where the latest checkpoint cannot be read, the one before it is taken, and the
 * log answers for what was done since.
 * @param retriesFailed whether steps that failed are forgotten, so that they are tried again
 * @returns null for an execution that is not in the store
 * @throws CorruptCheckpointError where no checkpoint can be read
 */
export async function loadExecution(
	persistence: PersistenceBackend,
	executionId: string,
	logger: Logger,
	retriesFailed: boolean,
): Promise<LoadedExecution | null> {
	const stored = await persistence.loadExecution(executionId);
	if (!stored) return null;
	const { summary, latestKey } = stored;
	const origin = readOrigin(stored.origin);
	const checkpoint = await readCheckpoint(persistence, executionId, latestKey, logger);
	if (!checkpoint && !origin) {
		const reason = "there is no checkpoint of this execution in the store";
		throw new CorruptCheckpointError(`${executionId}/latest`, reason);
	}
	const { snapshot, progress } = checkpoint ?? { snapshot: startOf(summary, origin), progress: null };
	const { event, current_state, step, waiting_channel } = snapshot;
	const rows = readRows(await persistence.loadLog(executionId, snapshot.step));
	const { entries, isRetry } = withoutRetried(rows, keptOf);
	const retries = retriesFailed && summary.status === "failed";
	const journals = journalsOf(retries ? keptOf(entries) : entries);
	const known = readProgress(progress);
	return {
		summary,
		snapshot,
		progress: known,
		origin,
		usage: readUsage(known?.run.usage),
		...(known?.run.spent !== undefined && { spent: readSpending(known.run.spent) }),
		isFresh: checkpoint === undefined,
		isRetry: retries || isRetry,
		earlier: {
			summary: { ...summary, event, current_state, step, waiting_channel },
			journals,
			retries,
			launches: [...(snapshot.pending_launches ?? []), ...launchedIn(entries)],
			hasOrigin: stored.origin !== null,
			...(checkpoint && { checkpoint: { key: checkpointKey(executionId, step, event), createdAt: timeIn(snapshot) } }),
		},
	};
}

function timeIn({ created_at }: MachineSnapshot): string | null {
	return Number.isNaN(Date.parse(created_at)) ? null : created_at;
}

/** An execution as it began. */
function startOf(summary: ExecutionSummary, origin: Origin | undefined): MachineSnapshot {
	return {
		execution_id: summary.execution_id,
		machine_name: summary.machine_name,
		spec_version: "",
		current_state: "start",
		context: {},
		step: 0,
		created_at: summary.created_at,
		event: "machine_start",
		output: null,
		total_api_calls: 0,
		total_cost: 0,
		parent_execution_id: summary.parent_execution_id,
		pending_launches: null,
		waiting_channel: null,
		tool_loop_state: null,
		config_hash: origin?.config_hash ?? null,
	};
}

/** A visit whose attempts are used up begins with the first one anew. */
function keptOf(entries: readonly LogEntry[]): readonly LogEntry[] {
	const usedUp = new Set(entries.filter(isLastAttempt).map(({ step, at }) => visitName(step, at)));
	return entries.filter(
		(entry) => isKept(entry) && !(isOfAttempt(entry.key) && usedUp.has(visitName(entry.step, entry.at))),
	);
}

function isLastAttempt({ key, entry }: LogEntry): boolean {
	if (partOf(key).key !== stepKey.verdict || !("output" in entry)) return false;
	return isRecord(entry.output) && entry.output.exhausted === true;
}

/** Failures are tried again, with their time anew. */
function isKept({ key, entry }: LogEntry): boolean {
	if ("error" in entry || isTime(key) || key === stepKey.error) return false;
	// An agent may answer with an error (spec section 8.3).
	return !isAgentCall(key) || !coerceAgentResult(entry.output).error;
}

/** @returns undefined where none was ever written */
async function readCheckpoint(
	persistence: PersistenceBackend,
	executionId: string,
	latestKey: string | null,
	logger: Logger,
): Promise<{ readonly snapshot: MachineSnapshot; readonly progress: string | null } | undefined> {
	let failure: unknown;
	const tried = new Set<string>();
	const attempt = async (key: string) => {
		tried.add(key);
		try {
			const stored = await persistence.loadCheckpoint(key);
			if (!stored) throw new CorruptCheckpointError(key, "it is not there");
			const snapshot = parseSnapshot(stored.text, key);
			if (snapshot.execution_id !== executionId) {
				throw new CorruptCheckpointError(key, `it is of execution ${snapshot.execution_id}`);
			}
			return { snapshot, progress: stored.progress };
		} catch (error) {
			if (!(error instanceof CorruptCheckpointError) && !isCorrupt(error)) throw error;
			failure ??= error;
			return undefined;
		}
	};
	const latest = latestKey === null ? undefined : await attempt(latestKey);
	if (latest) return latest;
	for (const key of [...(await persistence.listCheckpoints(executionId))].reverse()) {
		if (tried.has(key)) continue;
		const earlier = await attempt(key);
		if (!earlier) continue;
		const reason = failure instanceof Error ? failure.message : "The latest checkpoint is missing.";
		logger.warn(`${reason} Execution ${executionId} goes on from ${key}, the checkpoint before it.`);
		return earlier;
	}
	if (failure !== undefined) throw failure;
	return undefined;
}

function isCorrupt(error: unknown): boolean {
	return error instanceof StoreError && error.code === "store_corrupt";
}
