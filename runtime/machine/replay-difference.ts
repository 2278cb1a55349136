/** The first thing in which a replay parts from what was recorded. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { toJsonText } from "../checkpoint/json-text.ts";

/**
 * - `path`: another state; `recorded` null = none
 * - `context`: another value at `path`; undefined = not there
 * - `effect`: the state does something that was not done then
 * - `end`: another end
 */
export type ReplayDifference =
	| { readonly kind: "path"; readonly step: number; readonly recorded: string | null; readonly replayed: string }
	| {
			readonly kind: "context";
			readonly step: number;
			readonly state: string;
			readonly path: string;
			readonly recorded: unknown;
			readonly replayed: unknown;
	  }
	| { readonly kind: "effect"; readonly step: number; readonly recorded: null; readonly replayed: string }
	| { readonly kind: "end"; readonly step: number; readonly recorded: string; readonly replayed: string };

interface Standing {
	readonly state: string;
	readonly context: Readonly<Record<string, unknown>>;
}

interface Recorded {
	readonly current_state: string;
	readonly context: Readonly<Record<string, unknown>>;
}

/** Names that stand for no state of the document. */
const nameless = ["start", "end"];

/** Compares where a replay stands with a recorded snapshot; `context.machine` is the runtime's and not compared. */
export function firstDifference(step: number, replayed: Standing, recorded: Recorded): ReplayDifference | undefined {
	const { state } = replayed;
	if (recorded.current_state !== state && !nameless.includes(recorded.current_state)) {
		return { kind: "path", step, recorded: recorded.current_state, replayed: state };
	}
	const { machine: _, ...before } = recorded.context;
	const { machine: __, ...flat } = replayed.context;
	const now: unknown = JSON.parse(toJsonText(flat, () => undefined));
	if (isDeepStrictEqual(before, now)) return undefined;
	const found = differenceIn("", before, now) ?? { path: "", before, now };
	return { kind: "context", step, state, path: found.path, recorded: found.before, replayed: found.now };
}

interface Found {
	readonly path: string;
	readonly before: unknown;
	readonly now: unknown;
}

function differenceIn(path: string, before: unknown, now: unknown): Found | undefined {
	if (isDeepStrictEqual(before, now)) return undefined;
	if (isRecord(before) && isRecord(now)) {
		for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
			const inner = differenceIn(path === "" ? key : `${path}.${key}`, ownOf(before, key), ownOf(now, key));
			if (inner) return inner;
		}
	}
	if (Array.isArray(before) && Array.isArray(now)) {
		for (let index = 0; index < Math.max(before.length, now.length); index++) {
			const inner = differenceIn(`${path}[${index}]`, before[index], now[index]);
			if (inner) return inner;
		}
	}
	return { path, before, now };
}

function ownOf(record: Record<string, unknown>, key: string): unknown {
	return Object.hasOwn(record, key) ? record[key] : undefined;
}
