/** `flatstate executions fork`, `prune` and `delete`: what changes the executions of a store. */
import { randomUUID } from "node:crypto";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { cloneExecution } from "../../runtime/checkpoint/clone-snapshot.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { PruneOptions } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { oneLine } from "./columns.ts";
import { executionPages } from "./executions-list.ts";
import {
	orEarlierStep,
	requireCheckpointKey,
	requireExecution,
	type StoreCommandOptions,
	whileHeld,
	withStore,
} from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { counted } from "./print-diagnostics.ts";
import { writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

export interface ForkCommandOptions extends StoreCommandOptions {
	/** The step whose last checkpoint it starts from. */
	readonly at?: number;
	/** The fork's id; default: a random one. */
	readonly id?: string;
}

/**
 * Stores a fork; its id is the one line on stdout.
 * @throws UsageError for an unknown id or step, and a new id that is taken
 */
export function forkCommand(executionId: string, options: ForkCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		const { persistence, name: storeName } = store;
		const { latestKey } = await requireExecution(store, executionId);
		const key = await requireCheckpointKey(persistence, executionId, latestKey, options.at);
		const newId = options.id ?? randomUUID();
		await orEarlierStep(() => cloneExecution(persistence, executionId, newId, { key, storeName, now: Date.now }));
		await writeTo(process.stdout, `${oneLine(newId)}\n`);
		return exitCodes.done;
	});
}

export interface PruneCommandOptions extends StoreCommandOptions {
	/** Seconds since the last change. */
	readonly olderThan?: number;
	/** How many of the others stay. */
	readonly keep?: number;
	readonly dryRun?: boolean;
}

/**
 * Deletes whole executions by age and number, and says how many; with `--dry-run` their ids go to stdout instead.
 * @throws UsageError where neither is given
 */
export function pruneCommand(options: PruneCommandOptions): Promise<ExitCode> {
	const { olderThan, keep } = options;
	if (olderThan === undefined && keep === undefined) {
		throw new UsageError("Say what to delete: --older-than DURATION, --keep N, or both.");
	}
	const prune: PruneOptions = {
		...(olderThan !== undefined && { maxAgeSeconds: olderThan }),
		...(keep !== undefined && { maxCount: keep }),
	};
	return withStore(options, async (store) => {
		if (options.dryRun) {
			const ids = await prunable(store, prune, Date.now());
			await writeTo(process.stdout, ids.map((id) => `${oneLine(id)}\n`).join(""));
			await writeTo(process.stderr, `Would delete ${counted(ids.length, "execution")}.\n`);
		} else {
			const deleted = await store.persistence.prune(prune);
			await writeTo(process.stderr, `Deleted ${counted(deleted, "execution")}.\n`);
		}
		return exitCodes.done;
	});
}

/** What `prune` would delete now. Children go with their roots and are not counted. */
async function prunable(store: Store, { maxAgeSeconds, maxCount }: PruneOptions, now: number): Promise<string[]> {
	const rows: ExecutionSummary[] = [];
	for await (const page of executionPages(store.persistence, {})) rows.push(...page);
	const ids = new Set(rows.map(({ execution_id }) => execution_id));
	// A child whose root is gone counts as a root.
	const roots = rows.filter((row) => row.execution_id === row.root_execution_id || !ids.has(row.root_execution_id));
	const before = maxAgeSeconds === undefined ? Number.NEGATIVE_INFINITY : now - maxAgeSeconds * 1000;
	const changed = ({ updated_at }: ExecutionSummary): number => Date.parse(updated_at) || 0;
	const left = roots.filter((root) => changed(root) >= before).sort((a, b) => changed(b) - changed(a) || byId(a, b));
	const kept = new Set(left.slice(0, maxCount));
	const chosen: string[] = [];
	for (const root of roots) {
		if (kept.has(root)) continue;
		if ((await store.lock?.holder(root.execution_id)) == null) chosen.push(root.execution_id);
	}
	return chosen;
}

function byId(a: ExecutionSummary, b: ExecutionSummary): number {
	return a.execution_id < b.execution_id ? -1 : 1;
}

/**
 * Deletes executions with all that belongs to them.
 * @throws UsageError for an unknown id and a child that its parent waits for; ExecutionLockedError while one is run
 */
export function deleteCommand(executionIds: readonly string[], options: StoreCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		const ids = [...new Set(executionIds)];
		for (const id of ids) await requireRoot(store, id);
		for (const id of ids) await whileHeld(store, id, () => store.persistence.deleteExecution(id));
		await writeTo(process.stderr, `Deleted ${counted(ids.length, "execution")}.\n`);
		return exitCodes.done;
	});
}

async function requireRoot(store: Store, executionId: string): Promise<void> {
	const { root_execution_id: root } = (await requireExecution(store, executionId)).summary;
	if (root === executionId || (await store.persistence.loadExecution(root)) === null) return;
	throw new UsageError(printable(`Execution ${executionId} belongs to ${root}, which waits for it. Delete ${root}.`));
}
