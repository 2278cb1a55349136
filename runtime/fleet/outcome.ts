/** How a child ended on another worker, as the text that a join keeps. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { LimitReachedError } from "../../compiler/xstate/errors.ts";
import type { LimitName } from "../../compiler/xstate/machine-context.ts";
import type { Spending } from "../../compiler/xstate/spending.ts";
import type { LoadedExecution } from "../checkpoint/load-execution.ts";
import type { RunResult } from "../machine/run-result.ts";
import { limitOfRow } from "../machine/stopped.ts";
import { readError, reviveError, storeError } from "../steps/journal.ts";
import type { ChildOutcome } from "../steps/spawn.ts";

/** How an execution that has ended did so. */
export type Ended = Extract<RunResult, { status: "done" | "failed" | "stopped" }>;

/** @param spent what it has spent, by machine, state and agent */
export function outcomeText(result: Ended, spent: readonly Spending[]): string {
	const { agentCalls: calls, cost, usage } = result;
	const summary = { calls, cost, usage, spent };
	switch (result.status) {
		case "done":
			return JSON.stringify({ output: result.output ?? null, summary });
		case "failed":
			return JSON.stringify({ error: storeError(result.error), summary });
		case "stopped":
			return JSON.stringify({ stopped: result.reason, summary });
	}
}

/** A child that could not be run at all. */
export function failureText(error: unknown): string {
	return JSON.stringify({ error: storeError(error), summary: null });
}

const budgets: readonly LimitName[] = ["max_agent_calls", "max_cost", "max_tokens"];

/** What a join's text says. A limit of the child's own is its end, with the output `{}`; one that it shares is its parent's. */
export function readOutcome(text: string): ChildOutcome {
	const value: unknown = JSON.parse(text);
	if (!isRecord(value)) return { error: new TypeError("The outcome of a child cannot be read.") };
	const { output, error, stopped, summary } = value;
	if (isRecord(error)) return { error: reviveError(readError(error)), summary };
	const budget = budgets.find((name) => name === stopped);
	if (budget !== undefined) return { error: new LimitReachedError(budget), summary };
	return { output: stopped === undefined ? output : {}, summary };
}

/** How an execution of the store has ended; undefined where it has not. */
export function storedOutcome({ summary, snapshot, usage, spent }: LoadedExecution): ChildOutcome | undefined {
	const totals = { calls: summary.total_api_calls, cost: summary.total_cost, usage, ...(spent && { spent }) };
	const { status, error } = summary;
	if (status === "done") return { output: snapshot.output ?? {}, summary: totals };
	const failure = error ?? { name: "Error", message: "The machine failed." };
	if (status === "failed") return { error: reviveError(failure), summary: totals };
	const limit = limitOfRow(summary);
	return limit && readOutcome(JSON.stringify({ stopped: limit, summary: totals }));
}

/** Whether a child stopped at a budget that it shares with its parent. */
export function isBudgetOutcome(outcome: ChildOutcome): boolean {
	return "error" in outcome && outcome.error instanceof LimitReachedError;
}
