/** `foreach:` of a state: one child machine for each item (spec section 10.4, decisions: item templates). */
import pLimit from "p-limit";
import type { ForeachPlan } from "../../compiler/plan/plan.ts";
import { compileStructure } from "../../compiler/render/structure.ts";
import { scopeOf, structureReadsInput } from "../../compiler/xstate/scope.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import { checkChild, childValue, type IntendedChild, intendChild, startChild } from "./child.ts";
import { ValueError } from "./errors.ts";
import { stepKey } from "./step-keys.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

interface Item {
	readonly value: unknown;
	/** The rendered `key`, or the index. */
	readonly key: string;
}

/** Runs a child for every item. @throws ValueError where the value is no list */
export async function runForeach(visit: Visit, foreach: ForeachPlan): Promise<unknown> {
	const { state, steps } = visit;
	// What is wrong for every item is the state's error, and no item's.
	checkChild(visit, foreach.machine);
	const items = itemsOf(visit, foreach);
	const limit = foreach.maxConcurrency === null ? undefined : pLimit(foreach.maxConcurrency);
	const keyed = foreach.key !== undefined;
	// All ids are decided before the first child starts: so one snapshot names them all.
	const intended = new Map(items.map((item) => [item, intend(visit, foreach, item)]));
	const run = async (item: Item): Promise<ChildOutcome> => {
		const child = intended.get(item);
		if (!child || "failure" in child) throw child?.failure;
		visit.throwIfGivenUp();
		if (!steps.has(child.key)) await turnToStart(visit);
		return startChild(visit, child).outcome;
	};
	// An item whose input cannot be made, or whose machine cannot be started, fails alone.
	const guarded = (item: Item) => {
		const start = () => run(item).catch((error: unknown): ChildOutcome => ({ error }));
		return limit ? limit(start) : start();
	};
	if (state.mode === "any") {
		if (items.length === 0)
			throw new ValueError(`\`foreach\` of state \`${state.name}\` with mode \`any\` got no items.`);
		const [item, outcome] = await Promise.race(items.map(async (item) => [item, await guarded(item)] as const));
		limit?.clearQueue();
		steps.cancelAll();
		const value = childValue(outcome);
		return keyed ? { [item.key]: value } : [value];
	}
	const values = (await Promise.all(items.map(guarded))).map(childValue);
	return keyed ? Object.fromEntries(items.map(({ key }, index) => [key, values[index]])) : values;
}

function intend(visit: Visit, foreach: ForeachPlan, item: Item): IntendedChild | { readonly failure: unknown } {
	const { input: structure } = visit.state;
	try {
		const input = structure === undefined ? {} : visit.render(structure, undefined, { [foreach.as]: item.value });
		return intendChild(visit, stepKey.item(item.key), foreach.machine, input);
	} catch (failure) {
		return { failure };
	}
}

function itemsOf(visit: Visit, foreach: ForeachPlan): Item[] {
	const { state, plan } = visit;
	const readItems = compileStructure(foreach.items, { parsesRendered: plan.parsesRendered, values: true });
	const list = readItems(scopeOf(visit.context, undefined, structureReadsInput(foreach.items)));
	if (!Array.isArray(list)) throw noListError(state.name, list);
	const { key } = foreach;
	if (key === undefined) return list.map((value: unknown, index) => ({ value, key: String(index) }));
	// The last item of a key wins, as in the reference; earlier ones are not run.
	const byKey = new Map<string, Item>();
	for (const value of list) {
		const rendered = String(visit.render(key, undefined, { [foreach.as]: value }));
		byKey.set(rendered, { value, key: rendered });
	}
	return [...byKey.values()];
}

/** What a state fails with whose `foreach` gives something else than a list. */
export function noListError(state: string, value: unknown): ValueError {
	return new ValueError(`\`foreach\` of state \`${state}\` must yield a list, got ${nameOf(value)}.`);
}

function nameOf(value: unknown): string {
	if (value === null || value === undefined) return "null";
	return typeof value === "string" ? "text" : typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}
