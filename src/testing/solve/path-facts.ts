/** What the way to a state says about the context: conditions that held, or did not, on every way, and still do. */
import { type Expression, references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { comparedIn } from "./condition-cases.ts";
import { declaredEffects } from "./effects.ts";
import { machineReads } from "./readers.ts";

/** Something that holds on every way to a place. */
export interface Fact {
	/** What is false there. */
	readonly denied: Expression;
	/** What has held, in the words of the file. */
	readonly text: string;
}

/** By the text of what is false. */
export type Facts = ReadonlyMap<string, Fact>;

export const NO_FACTS: Facts = new Map();

/** More are not carried along. */
const MOST_FACTS = 12;

/** The facts of a state's entry that still hold at its transitions: those on keys that nothing sets meanwhile. */
export function factsAfterWork(plan: MachinePlan, state: StatePlan, facts: Facts, isHooked: boolean): Facts {
	if (facts.size === 0 || isHooked) return NO_FACTS;
	const reads = machineReads(plan);
	const set = new Set(reads.writesOf(state).map(([key]) => key));
	if (state.action !== undefined) {
		const effects = declaredEffects(plan, state.action);
		if (effects === undefined) return NO_FACTS;
		for (const key of effects.keys()) set.add(key);
	}
	return new Map([...facts].filter(([, fact]) => ![...reads.expressionKeys(fact.denied)].some((key) => set.has(key))));
}

/** The facts behind a transition: its condition held, and those before it did not. */
export function factsBehind(state: StatePlan, index: number, facts: Facts): Facts {
	const behind = new Map(facts);
	for (const [at, { when }] of state.transitions.slice(0, index + 1).entries()) {
		if (when === undefined || when === "never" || when.node.kind !== "simple") continue;
		const { expression } = when.node;
		if (expression === null || behind.size >= MOST_FACTS || !isOfContext(expression)) continue;
		const text = when.text.trim();
		if (at < index) behind.set(text, { denied: expression, text: `not (${text})` });
		else behind.set(`not (${text})`, { denied: negated(expression), text });
	}
	return behind;
}

/** The context keys that facts are about. */
export function keysOf(plan: MachinePlan, facts: Facts): ReadonlySet<string> {
	const reads = machineReads(plan);
	return new Set([...facts.values()].flatMap(({ denied }) => [...reads.expressionKeys(denied)]));
}

/** Those that hold on both ways. */
export function commonFacts(one: Facts, other: Facts): Facts {
	return new Map([...one].filter(([text]) => other.has(text)));
}

/** The facts that say something about the same places as the conditions do. */
export function factsAbout(conditions: readonly Expression[], facts: Facts): Facts {
	if (facts.size === 0) return facts;
	const places = new Set(conditions.flatMap(placesOf));
	return new Map([...facts].filter(([, { denied }]) => placesOf(denied).some((place) => places.has(place))));
}

function placesOf(expression: Expression): readonly string[] {
	return (comparedIn([expression])?.paths ?? []).map((path) => path.join("."));
}

const negations = new WeakMap<Expression, Expression>();

function negated(operand: Expression): Expression {
	const { start, end } = operand;
	const made = negations.get(operand) ?? { kind: "not", operand, start, end };
	negations.set(operand, made);
	return made;
}

/** The runtime sets keys of its own, and an output is gone with its state. */
function isOfContext(expression: Expression): boolean {
	if (comparedIn([expression]) === undefined) return false;
	return references({ kind: "simple", expression }).every(({ path: [root, key] }) => {
		if (root !== "context" || key === undefined) return false;
		return !key.startsWith("_") && !["machine", "last_error", "last_error_type", "attempt", "history"].includes(key);
	});
}
