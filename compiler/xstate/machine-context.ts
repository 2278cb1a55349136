/** The XState context of a compiled machine: the flat context itself, with the runtime's data under `machine`. */

import type { EventObject } from "xstate";
import { isRecord } from "../document/plain-data.ts";
import type { Pause } from "./pause.ts";
import { addSpending, type Spending } from "./spending.ts";

/** Caps on one execution; null = none. */
export interface Limits {
	readonly max_steps: number | null;
	readonly max_agent_calls: number | null;
	/** US dollars. */
	readonly max_cost: number | null;
	readonly max_tokens: number | null;
	readonly max_depth: number;
}

export interface TokenUsage {
	readonly input_tokens: number;
	readonly output_tokens: number;
	readonly total_tokens: number;
}

/** What has been spent before anything was. */
export const noUsage: TokenUsage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };

/** Both together. */
export function addUsage(total: TokenUsage, more: TokenUsage | undefined): TokenUsage {
	if (!more) return total;
	return {
		input_tokens: total.input_tokens + more.input_tokens,
		output_tokens: total.output_tokens + more.output_tokens,
		total_tokens: total.total_tokens + more.total_tokens,
	};
}

/** `run.spent` with what a state has spent more; nothing to set where that is nothing. */
export function withSpending(run: RunData, more: readonly Spending[] | undefined): Pick<RunData, "spent"> {
	return more === undefined || more.length === 0 ? {} : { spent: addSpending(run.spent ?? [], more) };
}

export type LimitName = "max_steps" | "max_agent_calls" | "max_cost" | "max_tokens";

/** What the runtime keeps beside the fields that the specification names. Plain JSON but for `failure`. */
export interface RunData {
	/** The input that the execution was started with. */
	readonly input: Readonly<Record<string, unknown>>;
	readonly limits: Limits;
	readonly usage: TokenUsage;
	/** What was spent where; absent while it is nothing. */
	readonly spent?: readonly Spending[];
	/** The step of the last state that had an effect, or where a chain of states without effects has paused. */
	readonly effect_step: number;
	/** The condition, by its text, that held in the middle of the state's tool loop and has ended it. */
	readonly held?: string;
	/** The tool loop to go on with, from a snapshot that was taken in it and has no log. */
	readonly tool_loop?: Readonly<Record<string, unknown>>;
	/** The last state's output, kept where a condition of that state reads `output`. */
	readonly output?: unknown;
	/** The run's output, once a final state has been reached. */
	readonly final?: unknown;
	/** Where `flatstate:goto` goes, or where an `on_transition` hook is asked about. */
	readonly next?: string | null;
	/** Whether a hook has a say in where the state goes next. */
	readonly asks?: boolean;
	/** Set while a chain of states without effects pauses: the step is not counted again. */
	readonly resuming?: boolean;
	/** The error that is being routed. */
	readonly failure?: unknown;
	/** Names that `on_error` may match, best first. */
	readonly failure_names?: readonly string[];
	/** The channel that this execution waits on. */
	readonly channel?: string | null;
	/** Data of the signal that ended the waiting. */
	readonly signal?: unknown;
	/** Set while the state pauses in the middle of its work, until its answer comes as a signal. */
	readonly pause?: Pause;
	readonly stopped?: LimitName | "hook" | null;
}

/** `context.machine` (spec section 6.4) and, under `run`, what is ours. */
export interface MachineMeta {
	readonly execution_id: string;
	readonly machine_name: string;
	readonly parent_execution_id: string | null;
	readonly spec_version: string;
	readonly step: number;
	readonly current_state: string;
	readonly total_api_calls: number;
	readonly total_cost: number;
	readonly depth: number;
	readonly run: RunData;
}

/** The context of every compiled machine. */
export interface MachineContext extends Record<string, unknown> {
	machine: MachineMeta;
}

/** Whether a context is one of a compiled machine. */
export function isMachineContext(context: unknown): context is MachineContext {
	return isRecord(context) && isRecord(context.machine) && isRecord(context.machine.run);
}

/** An event of a compiled machine: `signal.<channel>`, or `signal` with a channel, and `data` wakes a waiting state. */
export interface MachineEvent extends EventObject {
	readonly channel?: string;
	readonly data?: unknown;
}

/** What the state actor gives back to its machine. */
export interface StateResult {
	/** Keys to set; a key set to `undefined` is removed. */
	readonly patch: Readonly<Record<string, unknown>>;
	readonly output?: unknown;
	/** The run's output, from a final state. */
	readonly final?: unknown;
	readonly next?: string | null;
	readonly asks?: boolean;
	/** See `RunData.held`. */
	readonly held?: string;
	readonly calls?: number;
	readonly cost?: number;
	readonly usage?: TokenUsage;
	readonly spent?: readonly Spending[];
}

/** Options of one execution that do not belong to the user's input. */
export interface StartOptions {
	readonly executionId?: string;
	readonly parentExecutionId?: string | null;
	readonly depth?: number;
	readonly limits?: Partial<Limits>;
}

/** Under a symbol the options are seen by nobody else, neither by JSON nor by templates. */
const startOptions = Symbol("flatstate.start");

/**
 * Attaches options to an input object, for the machine that is started with that very object.
 * @returns a fresh copy of `input` that carries the options
 */
export function withStartOptions(
	input: Readonly<Record<string, unknown>>,
	options: StartOptions,
): Record<string, unknown> {
	// Not enumerable: whoever copies the input to start another machine with it must not pass on this one's id.
	return Object.defineProperty({ ...input }, startOptions, { value: options });
}

/** Takes what `withStartOptions` joined apart again. */
export function splitStartOptions(input: Readonly<Record<string, unknown>>): {
	readonly input: Readonly<Record<string, unknown>>;
	readonly options: StartOptions;
} {
	const { [startOptions]: options = {}, ...rest }: Readonly<Record<string, unknown>> & Carrier = input;
	return { input: rest, options };
}

interface Carrier {
	readonly [startOptions]?: StartOptions;
}

/** The first limit that these totals have reached, or null. */
export function reachedLimit(meta: MachineMeta): LimitName | null {
	const { limits, usage } = meta.run;
	if (limits.max_steps !== null && meta.step >= limits.max_steps) return "max_steps";
	if (limits.max_agent_calls !== null && meta.total_api_calls >= limits.max_agent_calls) return "max_agent_calls";
	if (limits.max_cost !== null && meta.total_cost >= limits.max_cost) return "max_cost";
	if (limits.max_tokens !== null && usage.total_tokens >= limits.max_tokens) return "max_tokens";
	return null;
}

/** The patch that turns `before` into `after`. */
export function patchBetween(
	before: Readonly<Record<string, unknown>>,
	after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	const patch: Record<string, unknown> = {};
	for (const key of Object.keys(after)) {
		if (key !== "machine" && !Object.is(before[key], after[key])) patch[key] = after[key];
	}
	for (const key of Object.keys(before)) {
		if (key !== "machine" && before[key] !== undefined && !Object.hasOwn(after, key)) patch[key] = undefined;
	}
	return patch;
}
