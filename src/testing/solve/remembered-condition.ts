/** Conditions that remember what they gave: CEL's macros and patterns run under a watch on the time, which is most of a search. */

import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type ConditionNode, compileCondition, references } from "../../../compiler/expression/index.ts";
import type { Scope } from "./evaluate.ts";

/** So many values of one condition are remembered, and texts of values up to so many characters. */
const MOST_REMEMBERED = 2000;
const LONGEST_VALUES = 2000;

type Condition = (scope: Scope) => unknown;
type Given = { readonly value: unknown } | { readonly error: unknown };

const made = new WeakMap<ConditionNode, Condition>();

/** A compiled condition. What it gives depends on nothing but the values that it reads. */
export function rememberedCondition(node: ConditionNode, text: string): Condition {
	const known = made.get(node) ?? (node.kind === "cel" ? remembering(node, text) : compileCondition(node, text));
	made.set(node, known);
	return known;
}

function remembering(node: ConditionNode, text: string): Condition {
	const evaluate = compileCondition(node, text);
	const paths = references(node).map(({ path }) => path);
	const known = new Map<string, Given>();
	return (scope) => {
		const place = JSON.stringify(paths.map((path) => readAt(scope, path)));
		if (place.length > LONGEST_VALUES) return evaluate(scope);
		let given = known.get(place);
		if (given === undefined) {
			given = attempt(() => evaluate(scope));
			if (known.size >= MOST_REMEMBERED) known.clear();
			known.set(place, given);
		}
		if ("error" in given) throw given.error;
		return given.value;
	};
}

/** How far a path leads, and what stands there; of a list all of it, whichever item is read. What is missing is no null. */
function readAt(scope: Scope, path: readonly string[]): readonly unknown[] {
	let at: unknown = scope;
	for (const [depth, key] of path.entries()) {
		if (!isRecord(at)) return [depth, at];
		if (!Object.hasOwn(at, key)) return [depth];
		at = at[key];
	}
	return [path.length, at];
}

function attempt(run: () => unknown): Given {
	try {
		return { value: run() };
	} catch (error) {
		return { error };
	}
}
