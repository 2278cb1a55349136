/** Which context keys can still decide something when a state is entered: what is not among them need not be followed. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { machineReads } from "./readers.ts";

/** Every key. */
const ALL = "*";

/** Live keys by state; `*` stands for all of them. */
export function liveKeys(plan: MachinePlan): ReadonlyMap<string, ReadonlySet<string>> {
	const live = new Map<string, Set<string>>(plan.states.map(({ name }) => [name, new Set()]));
	const before = predecessorsIn(plan);
	const open = new Set(plan.states.toReversed());
	for (const state of open) {
		open.delete(state);
		const keys = live.get(state.name);
		if (keys === undefined) continue;
		const size = keys.size;
		for (const key of keysAt(plan, state, live)) keys.add(key);
		if (keys.size > size) for (const earlier of before.get(state.name) ?? []) open.add(earlier);
	}
	return live;
}

function predecessorsIn(plan: MachinePlan): ReadonlyMap<string, readonly StatePlan[]> {
	const before = new Map<string, StatePlan[]>();
	for (const state of plan.states) {
		for (const { name } of machineReads(plan).targets(state)) {
			const known = before.get(name);
			if (known === undefined) before.set(name, [state]);
			else known.push(state);
		}
	}
	return before;
}

function keysAt(
	plan: MachinePlan,
	state: StatePlan,
	live: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
	const reads = machineReads(plan);
	const after = new Set<string>();
	for (const { when } of state.transitions) {
		if (when !== undefined && when !== "never") for (const key of reads.conditionKeys(when)) after.add(key);
	}
	for (const { name } of reads.targets(state)) for (const key of live.get(name) ?? []) after.add(key);
	const found = new Set<string>();
	const writes = reads.writesOf(state);
	const written = new Set(writes.map(([key]) => key));
	for (const key of after) if (!written.has(key)) found.add(key);
	// What is stored in a key that decides nothing decides nothing either.
	for (const [key, structure] of writes) {
		if (after.has(key) || after.has(ALL)) for (const read of reads.structureKeys(structure)) found.add(read);
	}
	// A later template may read what an earlier one has stored, or, for the first output of two, the other way round.
	for (const [, structure] of writes)
		for (const key of reads.structureKeys(structure)) if (written.has(key)) found.add(key);
	for (const { check } of state.keyResults?.items ?? []) {
		if (check.kind === "expression") for (const key of reads.conditionKeys(check.condition)) found.add(key);
	}
	for (const { name } of reads.errorTargets(state)) for (const key of live.get(name) ?? []) found.add(key);
	return found;
}
