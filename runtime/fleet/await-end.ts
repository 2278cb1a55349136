/** Waits for the end of an execution that goes on elsewhere: whoever ends it, its row in the store says so. */
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type LoadedExecution, loadExecution } from "../checkpoint/load-execution.ts";
import { silentLogger } from "../logging/logger.ts";
import { type RunResult, type RunTotals, spendingOf } from "../machine/run-result.ts";
import { isGivenUp, limitOfRow } from "../machine/stopped.ts";
import { resultUri } from "../results/result-uri.ts";
import { reviveError } from "../steps/journal.ts";
import { UnknownExecutionError } from "../store/errors.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";

export interface AwaitEndOptions {
	/** Ends the waiting, not the execution. */
	readonly signal?: AbortSignal;
	/** Called with each look at the row. */
	readonly onLook?: (row: ExecutionSummary) => void;
	/** Go on where the execution waits for a signal. Default: false, that is its result then. */
	readonly awaitSignals?: boolean;
	/** Go on for so many milliseconds while the store has no such execution: a job may still be queued. Default 0. */
	readonly unknownMs?: number;
	/** Milliseconds between two looks. Default 200. */
	readonly everyMs?: number;
}

/**
 * How an execution ends that others run.
 * @returns `waiting` where it waits for a signal to itself; one that waits for children or a time goes on by itself
 * @throws UnknownExecutionError, StoreError, and the reason of `signal`
 */
export async function awaitEnd(store: Store, executionId: string, options: AwaitEndOptions = {}): Promise<RunResult> {
	const { signal, onLook, awaitSignals = false, unknownMs = 0, everyMs = 200 } = options;
	for (let waited = 0; ; waited += everyMs) {
		signal?.throwIfAborted();
		const stored = await store.persistence.loadExecution(executionId);
		if (!stored) {
			const failure = await failureToStart(store, executionId);
			if (failure) return failure;
			if (waited >= unknownMs) throw new UnknownExecutionError(executionId, store.name);
		}
		if (stored) {
			onLook?.(stored.summary);
			const result = isOver(stored.summary, awaitSignals) && (await storedEnd(store, executionId));
			if (result) return result;
		}
		await sleep(everyMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
	}
}

/** What a job that could not be run has left as its result. */
async function failureToStart({ results }: Store, executionId: string): Promise<RunResult | undefined> {
	const result = await results.read(resultUri(executionId), { block: false });
	if (!isRecord(result) || typeof result._error !== "string") return undefined;
	const { _error: message, _error_type: name } = result;
	const error = reviveError({ name: typeof name === "string" ? name : "Error", message });
	return { ...nothing, executionId, status: "failed", error };
}

const nothing = {
	...{ state: "start", steps: 0, agentCalls: 0, cost: 0, agents: [], states: [] },
	usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
};

function isOver({ waiting_channel: channel, ...row }: ExecutionSummary, awaitSignals: boolean): boolean {
	if (row.status === "waiting") return channel !== null && !awaitSignals;
	if (row.status === "stopped") return limitOfRow(row) !== undefined || isGivenUp(row);
	return row.status !== "active";
}

/** How an execution of the store has ended, or what signal it waits for; undefined where it has not. */
async function storedEnd({ persistence }: Store, executionId: string): Promise<RunResult | undefined> {
	const loaded = await loadExecution(persistence, executionId, silentLogger, false);
	if (!loaded) return undefined;
	const totals = totalsOf(loaded);
	const { summary, snapshot } = loaded;
	const { status, current_state: state, waiting_channel: channel } = summary;
	switch (status) {
		case "done":
			return { ...totals, status, output: snapshot.output ?? {} };
		case "failed":
			return {
				...totals,
				status,
				error: reviveError(summary.error ?? { name: "Error", message: "The machine failed." }),
			};
		case "stopped": {
			const reason = limitOfRow(summary) ?? (isGivenUp(summary) ? "aborted" : undefined);
			return reason && { ...totals, status, reason, output: {} };
		}
		case "waiting":
			if (channel === null) return undefined;
			return { ...totals, status, channel, waiting: [{ executionId, state, channel }], sleeping: [] };
		case "active":
			return undefined;
	}
}

function totalsOf({ summary, usage, spent }: LoadedExecution): RunTotals {
	return {
		executionId: summary.execution_id,
		state: summary.current_state,
		steps: summary.step,
		agentCalls: summary.total_api_calls,
		cost: summary.total_cost,
		usage,
		...spendingOf(spent),
	};
}
