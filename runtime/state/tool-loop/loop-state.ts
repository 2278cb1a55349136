/** Where a tool loop stands, as `tool_loop_state` of a `tool_call` snapshot has it (spec sections 12.3 and 12.5). */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { patchBetween } from "../../../compiler/xstate/machine-context.ts";
import { type ChainMessage, readChain } from "../../tools/chain.ts";

export interface LoopState {
	readonly chain: readonly ChainMessage[];
	readonly turns: number;
	readonly toolCalls: number;
	/** US dollars. */
	readonly cost: number;
}

type Context = Readonly<Record<string, unknown>>;

/**
 * The specification's fields, and of our own the agent and what the loop has changed in the context: the snapshot's context
 * is that of the state's beginning, from which the log is read.
 */
export function storedLoopState(
	{ chain, turns, toolCalls, cost }: LoopState,
	agent: string,
	before: Context,
	after: Context,
): Readonly<Record<string, unknown>> {
	const patch = Object.entries(patchBetween(before, after));
	return {
		chain: [...chain],
		turns,
		tool_calls_count: toolCalls,
		loop_cost: cost,
		agent,
		context: Object.fromEntries(patch.filter(([, value]) => value !== undefined)),
		removed: patch.flatMap(([key, value]) => (value === undefined ? [key] : [])),
	};
}

export interface StoredLoop extends LoopState {
	/** Changes of the context. */
	readonly changed: Context;
	readonly removed: readonly string[];
}

/** @returns undefined for what is no state of this agent's loop */
export function readLoopState(stored: unknown, agent: string): StoredLoop | undefined {
	if (!isRecord(stored)) return undefined;
	if (typeof stored.agent === "string" && stored.agent !== agent) return undefined;
	const chain = readChain(stored.chain);
	if (chain.length === 0) return undefined;
	const { turns, tool_calls_count, loop_cost, context, removed } = stored;
	const { machine: _, ...changed } = isRecord(context) ? context : {};
	return {
		chain,
		turns: Math.max(1, Math.trunc(amount(turns))),
		toolCalls: Math.trunc(amount(tool_calls_count)),
		cost: amount(loop_cost),
		changed,
		removed: Array.isArray(removed) ? removed.filter((key) => typeof key === "string" && key !== "machine") : [],
	};
}

function amount(value: unknown): number {
	return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
