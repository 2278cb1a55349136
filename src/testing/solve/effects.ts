/** What actions may do to the context: as `metadata.effects` declares it, else as the conditions let one suppose. */
import { isRecord, own, ownRecord } from "../../../compiler/document/plain-data.ts";
import { references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { machineReads } from "./readers.ts";
import { templatesOf } from "./structure-templates.ts";

/** Values by context key, all of them possible. */
export type DeclaredEffects = ReadonlyMap<string, readonly unknown[]>;

/** `metadata: { effects: { ACTION: { key: [values…] } } }` of the machine's document; undefined where it says nothing. */
export function declaredEffects(plan: MachinePlan, action: string): DeclaredEffects | undefined {
	const declared = own(ownRecord(plan.metadata, "effects"), action);
	if (!isRecord(declared)) return undefined;
	return new Map(Object.entries(declared).map(([key, values]) => [key, Array.isArray(values) ? values : [values]]));
}

/** So many combinations of declared values are offered. */
const MOST_COMBINATIONS = 24;

/** Every combination of the declared values, or where these are too many each value once. */
export function combinations(effects: DeclaredEffects): readonly Readonly<Record<string, unknown>>[] {
	const entries = [...effects].filter(([, values]) => values.length > 0);
	const total = entries.reduce((count, [, values]) => count * values.length, 1);
	if (total <= MOST_COMBINATIONS) {
		let made: readonly (readonly (readonly [string, unknown])[])[] = [[]];
		for (const [key, values] of entries)
			made = made.flatMap((one) => values.map((value) => [...one, [key, value] as const]));
		return made.map((one) => Object.fromEntries(one));
	}
	const most = Math.max(...entries.map(([, values]) => values.length));
	return Array.from({ length: most }, (_, round) =>
		Object.fromEntries(entries.map(([key, values]) => [key, values[round % values.length]])),
	);
}

/**
 * Keys that the state's action may be supposed to set: conditions read them, nothing in the file writes them after the
 * start or declares that it does, and their first value is a constant. Of several actions those count that a condition follows first.
 */
export function supposedKeys(plan: MachinePlan, state: StatePlan): readonly string[] {
	const known = supposed.get(plan) ?? keysByState(plan);
	supposed.set(plan, known);
	return known.get(state.name) ?? [];
}

const supposed = new WeakMap<MachinePlan, ReadonlyMap<string, readonly string[]>>();

function keysByState(plan: MachinePlan): ReadonlyMap<string, readonly string[]> {
	const reads = machineReads(plan);
	const written = new Set(
		plan.states.flatMap((state) => [
			...reads.writesOf(state).map(([key]) => key),
			...(state.action === undefined ? [] : (declaredEffects(plan, state.action)?.keys() ?? [])),
		]),
	);
	const initial = new Map(plan.context);
	const wanted = new Set<string>();
	for (const state of plan.states) {
		for (const { when } of state.transitions) {
			if (when === undefined || when === "never") continue;
			for (const key of reads.conditionKeys(when)) wanted.add(key);
		}
		for (const { check } of state.keyResults?.items ?? []) {
			if (check.kind === "expression") for (const key of reads.conditionKeys(check.condition)) wanted.add(key);
		}
		const items = state.foreach?.items;
		if (items !== undefined) for (const key of reads.structureKeys(items)) wanted.add(key);
	}
	const keys = [...wanted].filter((key) => isOwnKey(key) && !written.has(key) && !readsInput(initial.get(key)));
	const found = new Map<string, string[]>();
	const actions = plan.states.filter(
		({ action }) => action !== undefined && declaredEffects(plan, action) === undefined,
	);
	for (const key of keys) {
		const near = actions.filter((state) => reachesReader(plan, state, key));
		for (const { name } of near.length > 0 ? near : actions) found.set(name, [...(found.get(name) ?? []), key]);
	}
	return found;
}

function isOwnKey(key: string): boolean {
	return (
		key !== "*" &&
		!key.startsWith("_") &&
		!["machine", "last_error", "last_error_type", "attempt", "history"].includes(key)
	);
}

function readsInput(structure: Structure | undefined): boolean {
	if (structure === undefined) return false;
	return templatesOf(structure).some(({ node }) => references(node).some(({ path: [root] }) => root === "input"));
}

/** Whether something that reads the key comes after the state, before another action. */
function reachesReader(plan: MachinePlan, from: StatePlan, key: string): boolean {
	const reads = machineReads(plan);
	const seen = new Set<string>();
	const open = [from];
	for (const state of open) {
		if (seen.has(state.name)) continue;
		seen.add(state.name);
		const conditions = state.transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when]));
		const checks = (state.keyResults?.items ?? []).flatMap(({ check }) =>
			check.kind === "expression" ? [check.condition] : [],
		);
		if ([...conditions, ...checks].some((when) => reads.conditionReads(when, key))) return true;
		if (state.foreach !== undefined && reads.structureReads(state.foreach.items, key)) return true;
		open.push(...reads.targets(state).filter((next) => next.action === undefined));
	}
	return false;
}
