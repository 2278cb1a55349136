/** Opens the store that a command line names, finds executions in it, and says what was named wrongly. */
import { existsSync } from "node:fs";
import { type CheckpointKey, parseCheckpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import {
	CorruptCheckpointError,
	type MachineSnapshot,
	parseSnapshot,
} from "../../runtime/checkpoint/machine-snapshot.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import { ExecutionLockedError, StoreError, UnknownExecutionError } from "../../runtime/store/errors.ts";
import type { PersistenceBackend, StoredExecution } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { openStore, parseStoreUrl, storeForms } from "../open-store.ts";
import { firstError } from "./first-error.ts";
import { UsageError } from "./usage-error.ts";

export interface StoreCommandOptions {
	/** Address of the store; default: the variable FLATSTATE_STORE. */
	readonly store?: string;
}

export interface UseStoreOptions {
	/** Whether a store that is not there yet is made. */
	readonly create?: boolean;
}

/**
 * Opens the store, uses it and closes it again.
 * @throws UsageError for an address, an id or a key that the person who typed it can mend; else whatever `use` throws
 */
export async function withStore<T>(
	options: StoreCommandOptions,
	use: (store: Store) => Promise<T>,
	{ create = false }: UseStoreOptions = {},
): Promise<T> {
	return mendable(async () => {
		const url = storeUrl(options);
		if (!create) requireStore(url);
		await using store = await openStore(url);
		return await use(store);
	});
}

/** @throws UsageError in place of an error that the person who typed the command can mend */
export async function mendable<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (thrown) {
		const error = firstError(thrown);
		if (isMendable(error)) throw new UsageError(error.message, { cause: error });
		throw error;
	}
}

/** The address of the store. @throws UsageError where none is given */
export function storeUrl({ store }: StoreCommandOptions): string {
	const url = store ?? process.env.FLATSTATE_STORE;
	if (url !== undefined && url.trim() !== "") return url;
	throw new UsageError(
		`No store is given. Name one with --store URL, or in the environment variable FLATSTATE_STORE: ${storeForms}.`,
	);
}

/** @throws UnknownExecutionError */
export async function requireExecution(store: Store, executionId: string): Promise<StoredExecution> {
	const stored = await store.persistence.loadExecution(executionId);
	if (stored === null) throw new UnknownExecutionError(executionId, store.name);
	return stored;
}

/**
 * The key of the latest checkpoint, or of the last one of a step.
 * @throws UsageError where there is none
 */
export async function requireCheckpointKey(
	persistence: PersistenceBackend,
	executionId: string,
	latestKey: string | null,
	step: number | undefined,
): Promise<string> {
	if (step === undefined) {
		if (latestKey !== null) return latestKey;
		throw new UsageError(`Execution ${executionId} has no checkpoint yet.`);
	}
	const keys = (await persistence.listCheckpoints(executionId)).map((key) => ({ key, ...parseCheckpointKey(key) }));
	const found = keys.findLast((key) => key.step === step);
	if (found !== undefined) return found.key;
	throw new UsageError(`Execution ${executionId} has no checkpoint of step ${step}${stepsText(keys)}.`);
}

/** Whether an error means that one checkpoint cannot be read, while the store works. */
export function isCorrupt(error: unknown): error is CorruptCheckpointError | StoreError {
	return error instanceof CorruptCheckpointError || (error instanceof StoreError && error.code === "store_corrupt");
}

/** Tells what to do about a checkpoint that cannot be read. @throws UsageError where it cannot */
export async function orEarlierStep<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!isCorrupt(error)) throw error;
		throw new UsageError(`${error.message} Name the step of another checkpoint with --at STEP.`, { cause: error });
	}
}

/** A checkpoint's text as it was stored, and the snapshot in it. @throws UsageError, CorruptCheckpointError */
export async function requireCheckpoint(
	persistence: PersistenceBackend,
	key: string,
): Promise<{ readonly text: string; readonly snapshot: MachineSnapshot }> {
	const stored = await persistence.loadCheckpoint(key);
	if (stored === null) throw new UsageError(`The checkpoint ${key} is not there any more.`);
	return { text: stored.text, snapshot: parseSnapshot(stored.text, key) };
}

/** Holds the execution's lease meanwhile. @throws ExecutionLockedError where somebody runs it */
export async function whileHeld<T>({ lock }: Store, executionId: string, work: () => Promise<T>): Promise<T> {
	if (lock === null) return work();
	const lease = await lock.acquire(executionId);
	if (lease === null) throw new ExecutionLockedError(executionId, await lock.holder(executionId));
	try {
		return await work();
	} finally {
		await lock.release(lease);
	}
}

/** `, only of the steps 1, 2, 5`, or of many: `, only of steps from 1 to 900`. */
function stepsText(keys: readonly CheckpointKey[]): string {
	const steps = [...new Set(keys.flatMap(({ step }) => step ?? []))];
	if (steps.length === 0) return "";
	if (steps.length <= 12) return `, only of ${steps.length === 1 ? "step" : "the steps"} ${steps.join(", ")}`;
	return `, only of steps from ${steps[0]} to ${steps.at(-1)}`;
}

function requireStore(url: string): void {
	const address = parseStoreUrl(url);
	if (address.kind !== "file" && address.kind !== "sqlite") return;
	if (existsSync(address.path)) return;
	throw new UsageError(`There is no store at ${address.path}. The first \`flatstate run --store …\` makes it.`);
}

function isMendable(error: unknown): error is Error {
	const codes: readonly string[] = [
		"unknown_execution",
		"unknown_step",
		"execution_exists",
		"child_execution",
		"config_missing",
		"invalid_store_url",
		"store_driver_missing",
		"invalid_queue_url",
		"queue_driver_missing",
		"store_not_shared",
		"invalid_checkpoint_key",
		"invalid_prune",
		"invalid_queue_url",
		"queue_driver_missing",
		"store_not_shared",
	];
	return error instanceof FlatstateError && codes.includes(error.code);
}
