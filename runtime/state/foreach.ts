/** `foreach:` of a state: one child machine for each item (spec section 10.4, decisions: item templates). */
import pLimit from "p-limit";
import type { ForeachPlan } from "../../compiler/plan/plan.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import { checkChild, childValue, type IntendedChild, intendChild, startChild } from "./child.ts";
import { ValueError } from "./errors.ts";
import { type Item, itemsOf } from "./foreach-items.ts";
import { intendRemote, runRemotely, runsRemotely } from "./remote-children.ts";
import { stepKey } from "./step-keys.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

/** Runs a child for every item. @throws ValueError where the value is no list */
export async function runForeach(visit: Visit, foreach: ForeachPlan): Promise<unknown> {
	const { state, steps } = visit;
	// What is wrong for every item is the state's error, and no item's.
	checkChild(visit, foreach.machine);
	const items = itemsOf(visit, foreach);
	const keys = items.map(({ key }) => stepKey.item(key));
	if (await runsRemotely(visit, keys)) return runItemsRemotely(visit, foreach, items);
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
		requireItems(visit, items);
		const [item, outcome] = await Promise.race(items.map(async (item) => [item, await guarded(item)] as const));
		limit?.clearQueue();
		steps.cancelAll();
		const value = childValue(outcome);
		return keyed ? { [item.key]: value } : [value];
	}
	const values = (await Promise.all(items.map(guarded))).map(childValue);
	return keyed ? Object.fromEntries(items.map(({ key }, index) => [key, values[index]])) : values;
}

/** @throws ValueError where there is nothing of which one could end first */
function requireItems({ state }: Visit, items: readonly Item[]): void {
	if (items.length > 0) return;
	throw new ValueError(`\`foreach\` of state \`${state.name}\` with mode \`any\` got no items.`);
}

async function runItemsRemotely(visit: Visit, foreach: ForeachPlan, items: readonly Item[]): Promise<unknown> {
	const first = visit.state.mode === "any";
	if (first) requireItems(visit, items);
	const keyed = foreach.key !== undefined;
	const intended = items.map((item) => [item, intend(visit, foreach, item, intendRemote)] as const);
	const children = intended.flatMap(([, child]) => ("failure" in child ? [] : [child]));
	const failed = new Map<string, ChildOutcome>(
		intended.flatMap(([{ key }, child]) => ("failure" in child ? [[key, { error: child.failure }] as const] : [])),
	);
	// What cannot even be started has ended first.
	const ran =
		first && failed.size > 0
			? new Map<string, ChildOutcome>()
			: await runRemotely(visit, children, { first, atOnce: foreach.maxConcurrency });
	const outcomes = intended.flatMap(([{ key }, child]): (readonly [string, ChildOutcome])[] => {
		const outcome = failed.get(key) ?? ("failure" in child ? undefined : ran.get(child.key));
		return outcome ? [[key, outcome]] : [];
	});
	const [firstRan] = ran.keys();
	const shown = first
		? outcomes.filter(([key]) => failed.has(key) || stepKey.item(key) === firstRan).slice(0, 1)
		: outcomes;
	const values = shown.map(([key, outcome]) => [key, childValue(outcome)] as const);
	return keyed ? Object.fromEntries(values) : values.map(([, value]) => value);
}

function intend(
	visit: Visit,
	foreach: ForeachPlan,
	item: Item,
	intendOne = intendChild,
): IntendedChild | { readonly failure: unknown } {
	const { input: structure } = visit.state;
	try {
		const input = structure === undefined ? {} : visit.render(structure, undefined, { [foreach.as]: item.value });
		return intendOne(visit, stepKey.item(item.key), foreach.machine, input);
	} catch (failure) {
		return { failure };
	}
}
