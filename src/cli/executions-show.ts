/** `flatstate executions show ID`: how one execution stands, and how it came there. */
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { type Pause, type PauseRequest, readPause } from "../../compiler/xstate/pause.ts";
import { readSpending, type Spending } from "../../compiler/xstate/spending.ts";
import { type LaunchIntent, parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import { readOrigin, readProgress } from "../../runtime/checkpoint/progress.ts";
import { spendingOf } from "../../runtime/machine/run-result.ts";
import type { LeaseHolder } from "../../runtime/store/execution-lock.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import { describeExecution } from "./describe-execution.ts";
import { type AttemptView, executionAttempts } from "./execution-attempts.ts";
import { type ExecutionPath, executionPath } from "./execution-path.ts";
import { executionPages } from "./executions-list.ts";
import { isCorrupt, requireExecution, type StoreCommandOptions, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { wantsColor, writeTo } from "./streams.ts";

export interface ShowCommandOptions extends StoreCommandOptions {
	/** All checkpoints, not only the last ones. */
	readonly all?: boolean;
	readonly json?: boolean;
}

/** Everything that is shown of an execution. */
export interface ExecutionView {
	readonly summary: ExecutionSummary;
	/** Null where something else than flatstate started it. */
	readonly input: Readonly<Record<string, unknown>> | null;
	/** Who runs it; null = nobody, or the store has no locks. */
	readonly holder: LeaseHolder | null;
	/** Children that it waits for. */
	readonly pending: readonly ExecutionSummary[];
	/** Machines that are yet to be launched. */
	readonly launches: readonly LaunchIntent[];
	/** What was spent, by machine, state and agent. */
	readonly spent: readonly Spending[];
	/** What it asks, where it pauses in the middle of a state. */
	readonly request: PauseRequest | null;
	readonly path: ExecutionPath;
	/** At key results, in the part of the path that is shown. */
	readonly attempts: readonly AttemptView[];
}

const shownCheckpoints = 50;

/**
 * Prints an execution for a person, or with `--json` as one object.
 * @throws UsageError for an unknown id, StoreError
 */
export function showCommand(executionId: string, options: ShowCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		const view = await viewOf(store, executionId, options.all ? Number.POSITIVE_INFINITY : shownCheckpoints);
		await writeTo(process.stdout, options.json ? jsonOf(view) : textOf(view));
		return exitCodes.done;
	});
}

function textOf(view: ExecutionView): string {
	const { isTTY, columns } = process.stdout;
	const width = isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
	const paint = pc.createColors(wantsColor(process.stdout));
	return describeExecution(view, { width, paint, now: isTTY ? Date.now() : null });
}

function jsonOf({ summary, input, holder, pending, launches, spent, request, path, attempts }: ExecutionView): string {
	const shown = {
		...summary,
		...(request && { request }),
		input,
		lease: holder && {
			holder: holder.label,
			acquired_at: new Date(holder.acquiredAt).toISOString(),
			expires_at: holder.expiresAt === null ? null : new Date(holder.expiresAt).toISOString(),
		},
		pending_children: pending.map(({ execution_id, machine_name, status }) => ({ execution_id, machine_name, status })),
		pending_launches: launches,
		...spendingOf(spent),
		earlier_checkpoints: path.earlier,
		path: path.steps,
		...(attempts.length > 0 && {
			attempts: attempts.map(({ results, ...attempt }) => ({ ...attempt, key_results: results })),
		}),
	};
	return printable(`${JSON.stringify(shown, null, "\t")}\n`);
}

async function viewOf(store: Store, executionId: string, last: number): Promise<ExecutionView> {
	const { persistence, lock } = store;
	const { summary, origin, latestKey } = await requireExecution(store, executionId);
	const { pending, started } = await childrenOf(store, summary);
	const { intents, spent, pause } = latestKey === null ? nothing : await latestOf(store, latestKey);
	const isOpen = pause !== undefined && pause.channel === summary.waiting_channel;
	const path = await executionPath(persistence, summary, last);
	return {
		summary,
		input: readOrigin(origin)?.input ?? null,
		holder: lock === null ? null : await lock.holder(summary.root_execution_id),
		pending,
		launches: intents.filter(({ launched, execution_id }) => !launched && !started.has(execution_id)),
		spent,
		request: isOpen ? pause.request : null,
		path,
		attempts: await executionAttempts(
			persistence,
			executionId,
			path.steps.find(({ step }) => step !== null)?.step ?? 0,
		),
	};
}

interface Children {
	/** Those that it waits for. Launched executions and forks have roots of their own: nobody waits for those. */
	readonly pending: readonly ExecutionSummary[];
	/** Ids of all. */
	readonly started: ReadonlySet<string>;
}

async function childrenOf(store: Store, parent: ExecutionSummary): Promise<Children> {
	const { execution_id: parentExecutionId, root_execution_id: root } = parent;
	const pending: ExecutionSummary[] = [];
	const started = new Set<string>();
	for await (const page of executionPages(store.persistence, { parentExecutionId })) {
		for (const child of page) {
			started.add(child.execution_id);
			const isAwaited = child.root_execution_id === root && child.execution_id !== root;
			if (isAwaited && child.status !== "done") pending.push(child);
		}
	}
	return { pending, started };
}

interface Latest {
	readonly intents: readonly LaunchIntent[];
	readonly spent: readonly Spending[];
	readonly pause?: Pause | undefined;
}

const nothing: Latest = { intents: [], spent: [] };

/** What the latest checkpoint alone says. */
async function latestOf({ persistence }: Store, key: string): Promise<Latest> {
	try {
		const stored = await persistence.loadCheckpoint(key);
		if (stored === null) return nothing;
		const intents = parseSnapshot(stored.text, key).pending_launches ?? [];
		const run = readProgress(stored.progress)?.run;
		return { intents, spent: readSpending(run?.spent), pause: readPause(run?.pause) };
	} catch (error) {
		// The path says of the same checkpoint that it cannot be read.
		if (isCorrupt(error)) return nothing;
		throw error;
	}
}
