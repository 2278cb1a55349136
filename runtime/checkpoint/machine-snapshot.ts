/** `MachineSnapshot`: an execution at one moment, with exactly the specification's fields (spec section 13.3). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { FlatstateError } from "../errors.ts";

/** When a snapshot is taken (spec section 13.2), in the order within a step. */
export const checkpointEvents = [
	"machine_start",
	"state_enter",
	"execute",
	"tool_call",
	"waiting",
	"state_exit",
	"machine_end",
] as const;

export type CheckpointEvent = (typeof checkpointEvents)[number];

/** A machine that a state has started, or is about to start (spec section 10.7). */
export interface LaunchIntent {
	readonly execution_id: string;
	readonly machine: string;
	readonly input: Readonly<Record<string, unknown>>;
	readonly launched: boolean;
}

/** All fields are always written; null = not set. */
export interface MachineSnapshot {
	readonly execution_id: string;
	readonly machine_name: string;
	readonly spec_version: string;
	/** A state's name; `start` with `machine_start`, `end` with `machine_end`. */
	readonly current_state: string;
	readonly context: Readonly<Record<string, unknown>>;
	readonly step: number;
	/** ISO 8601 with microseconds and `+00:00`. */
	readonly created_at: string;
	readonly event: CheckpointEvent;
	readonly output: unknown;
	readonly total_api_calls: number;
	/** US dollars. */
	readonly total_cost: number;
	readonly parent_execution_id: string | null;
	readonly pending_launches: readonly LaunchIntent[] | null;
	readonly waiting_channel: string | null;
	readonly tool_loop_state: Readonly<Record<string, unknown>> | null;
	readonly config_hash: string | null;
}

/** A checkpoint that cannot be read: cut off, not JSON, or without a field that it must have. */
export class CorruptCheckpointError extends FlatstateError {
	constructor(key: string, reason: string, options?: ErrorOptions) {
		super("corrupt_checkpoint", `Checkpoint ${key} cannot be read: ${reason}.`, options);
	}
}

/**
 * Reads a snapshot's JSON text. Fields that are missing or null get their defaults, unknown fields are dropped, so that
 * snapshots of other releases and runtimes can be read (spec section 13.3).
 * @param key names the snapshot in messages
 * @throws CorruptCheckpointError
 */
export function parseSnapshot(text: string, key: string): MachineSnapshot {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		value = parsePython(text);
		if (value !== undefined) return readSnapshot(value, key);
		throw new CorruptCheckpointError(key, text.trim() === "" ? "it is empty" : "it is no JSON", { cause: error });
	}
	if (text.length > 2 * deepest && isTooDeep(value)) throw new CorruptCheckpointError(key, "it is nested too deep");
	return readSnapshot(value, key);
}

/** Levels of nesting. Of more the stack may run over wherever such data are walked through. */
const deepest = 2000;

function isTooDeep(value: unknown): boolean {
	let level: readonly unknown[] = [value];
	for (let depth = 0; level.length > 0; depth += 1) {
		if (depth > deepest) return true;
		level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
	}
	return false;
}

/** Texts stay as they are; outside of them stand the words. */
const textOrWord = /"[^"\\]*(?:\\.[^"\\]*)*"|\bNaN\b|\bInfinity\b/gs;

/** Python writes numbers that JSON does not have (spec section 13.3). @returns undefined for what is no JSON otherwise either */
function parsePython(text: string): unknown {
	if (!/\b(?:NaN|Infinity)\b/.test(text)) return undefined;
	const json = text.replace(textOrWord, (found) => (found === "NaN" ? "null" : found === "Infinity" ? "1e999" : found));
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** The same for a value that was JSON. @throws CorruptCheckpointError */
export function readSnapshot(value: unknown, key: string): MachineSnapshot {
	if (!isRecord(value)) throw new CorruptCheckpointError(key, "it is no mapping");
	const text = (name: string): string => {
		const field = value[name];
		if (typeof field !== "string" || field === "") throw new CorruptCheckpointError(key, `\`${name}\` is no text`);
		return field;
	};
	const event = value.event ?? eventOf(value.current_state);
	const known = checkpointEvents.find((name) => name === event);
	if (!known) throw new CorruptCheckpointError(key, `its event ${JSON.stringify(event)} is not known`);
	const step = value.step ?? 0;
	if (!isStep(step)) throw new CorruptCheckpointError(key, "`step` is no count");
	if (!isRecord(value.context ?? {})) throw new CorruptCheckpointError(key, "`context` is no mapping");
	return {
		execution_id: text("execution_id"),
		machine_name: optionalText(value.machine_name) ?? "",
		spec_version: optionalText(value.spec_version) ?? "",
		current_state: text("current_state"),
		context: isRecord(value.context) ? value.context : {},
		step,
		created_at: optionalText(value.created_at) ?? "",
		event: known,
		output: value.output ?? null,
		total_api_calls: amount(value.total_api_calls),
		total_cost: amount(value.total_cost),
		parent_execution_id: optionalText(value.parent_execution_id),
		pending_launches: readIntents(value.pending_launches),
		waiting_channel: optionalText(value.waiting_channel),
		tool_loop_state: isRecord(value.tool_loop_state) ? value.tool_loop_state : null,
		config_hash: optionalText(value.config_hash),
	};
}

/** Snapshots of early releases have no event (spec section 23). */
function eventOf(state: unknown): CheckpointEvent {
	if (state === "start") return "machine_start";
	return state === "end" ? "machine_end" : "execute";
}

function optionalText(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

/** Nobody has earned anything by calls: what a store says must not give a budget more than it has. */
function amount(value: unknown): number {
	return typeof value === "number" && Number.isFinite(value) ? Math.max(0, value) : 0;
}

/** Steps are part of keys, and sorted there. */
function isStep(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value < 1e15;
}

/** Intents that were JSON; null for none. */
export function readIntents(value: unknown): LaunchIntent[] | null {
	if (!Array.isArray(value)) return null;
	const intents = value.flatMap((intent: unknown) => {
		if (!isRecord(intent)) return [];
		const { execution_id, machine, input, launched } = intent;
		if (typeof execution_id !== "string" || typeof machine !== "string") return [];
		return [{ execution_id, machine, input: isRecord(input) ? input : {}, launched: launched === true }];
	});
	return intents.length > 0 ? intents : null;
}
