/**
 * What flatstate stores of an execution beyond the MachineSnapshot: its origin, once, and beside each checkpoint the
 * progress. Whoever knows only the MachineSnapshot still resumes, with less saved work (docs/durability.md).
 */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { noUsage, type RunData, type TokenUsage } from "../../compiler/xstate/machine-context.ts";
import { readPause } from "../../compiler/xstate/pause.ts";
import { readSpending } from "../../compiler/xstate/spending.ts";
import { readError, reviveError, storeError } from "../steps/journal.ts";

/** What an execution was started with. */
export interface Origin {
	readonly format: 1;
	/** Portable id of the machine's plan within its bundle. */
	readonly machine: string;
	readonly input: Readonly<Record<string, unknown>>;
	readonly depth: number;
	/** The machine's file where it was started; only to find modules of hooks. Null for text and objects. */
	readonly file: string | null;
	/** Of its stored configuration; null without one. */
	readonly config_hash: string | null;
	/** Step of its first checkpoint, where it did not begin at the machine's start: a fork, or what was imported. */
	readonly begins_at?: number;
	/** The `traceparent` of its first life, where that was traced. */
	readonly trace?: string;
	/** The join that waits for its end, where it is a child that runs on its own. */
	readonly join?: string;
	/** What a worker must have to run it. */
	readonly requires?: readonly string[];
}

/** Where exactly the machine stands. */
export interface Progress {
	readonly format: 1;
	/** The XState state. */
	readonly at: string;
	/** `context.machine.run` without the input. */
	readonly run: Readonly<Record<string, unknown>>;
}

/** @returns undefined for a text that is no origin */
export function readOrigin(text: string | null): Origin | undefined {
	const value = parse(text);
	if (!isRecord(value) || value.format !== 1) return undefined;
	const { machine, input, depth, file, config_hash, begins_at, trace, join, requires } = value;
	if (typeof machine !== "string") return undefined;
	return {
		format: 1,
		machine,
		input: isRecord(input) ? input : {},
		depth: typeof depth === "number" ? depth : 0,
		file: typeof file === "string" ? file : null,
		config_hash: typeof config_hash === "string" ? config_hash : null,
		...(typeof begins_at === "number" && { begins_at }),
		...(typeof trace === "string" && { trace }),
		...(typeof join === "string" && { join }),
		...(Array.isArray(requires) && { requires: requires.filter((need) => typeof need === "string") }),
	};
}

/** @returns undefined for a text that is no progress */
export function readProgress(text: string | null): Progress | undefined {
	const value = parse(text);
	if (!isRecord(value) || value.format !== 1 || typeof value.at !== "string") return undefined;
	return { format: 1, at: value.at, run: isRecord(value.run) ? value.run : {} };
}

/**
 * The runtime's data as plain JSON: without the input, which the origin has, and the tool loop, which the snapshot has, and
 * with the error as data.
 */
export function storeRun({ input: _, tool_loop: __, failure, ...run }: RunData): Record<string, unknown> {
	return failure === undefined ? run : { ...run, failure: storeError(failure) };
}

/** The runtime's data again. What is missing or of another type gets `initial`'s value. */
export function reviveRun(stored: Readonly<Record<string, unknown>>, initial: RunData): RunData {
	const { limits, usage, spent, effect_step, failure, failure_names, ...rest } = stored;
	return {
		...initial,
		...pick(rest),
		limits: { ...initial.limits, ...(isRecord(limits) && numbersOrNull(limits)) },
		usage: readUsage(usage),
		...(spent !== undefined && { spent: readSpending(spent) }),
		effect_step: typeof effect_step === "number" ? effect_step : initial.effect_step,
		...(isRecord(failure) && { failure: reviveError(readError(failure)) }),
		...(Array.isArray(failure_names) && { failure_names: failure_names.filter((name) => typeof name === "string") }),
	};
}

function pick({
	output,
	final,
	next,
	asks,
	held,
	resuming,
	channel,
	signal,
	pause,
}: Record<string, unknown>): Partial<RunData> {
	const open = readPause(pause);
	return {
		...(open && { pause: open }),
		...(output !== undefined && { output }),
		...(final !== undefined && { final }),
		...((typeof next === "string" || next === null) && { next }),
		...(typeof asks === "boolean" && { asks }),
		...(typeof held === "string" && { held }),
		...(typeof resuming === "boolean" && { resuming }),
		...((typeof channel === "string" || channel === null) && { channel }),
		...(signal !== undefined && { signal }),
	};
}

const limitNames = ["max_steps", "max_agent_calls", "max_cost", "max_tokens", "max_depth"];

function numbersOrNull(limits: Record<string, unknown>): Record<string, number | null> {
	const entries = Object.entries(limits).flatMap(([key, limit]) =>
		limitNames.includes(key) && (typeof limit === "number" || (limit === null && key !== "max_depth"))
			? [[key, limit] as const]
			: [],
	);
	return Object.fromEntries(entries);
}

/** Counts of tokens that were JSON. */
export function readUsage(usage: unknown): TokenUsage {
	if (!isRecord(usage)) return noUsage;
	const number = (value: unknown): number => (typeof value === "number" ? Math.max(0, value) : 0);
	const { input_tokens, output_tokens, total_tokens } = usage;
	return {
		input_tokens: number(input_tokens),
		output_tokens: number(output_tokens),
		total_tokens: number(total_tokens),
	};
}

function parse(text: string | null): unknown {
	if (text === null) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
