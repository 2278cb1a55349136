/** Which conditions a context key reaches, and through which templates: a walk forward over the state graph. */
import { references } from "../../../compiler/expression/index.ts";
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { MachinePlan, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { type ConditionExpression, conditionExpression } from "./condition-expression.ts";
import { MachineReads } from "./machine-reads.ts";

/** One key of the context and what is stored in it. */
export type Write = readonly [key: string, structure: Structure];

/** An expression that decides something, and how a value comes to it. */
export interface Reader extends ConditionExpression {
	readonly state: string;
	/** Templates that carry the value on after the source's own, in order. */
	readonly chain: readonly Write[];
	/** Index of the transition that it is the condition of; undefined for tests in templates and for lists. */
	readonly transition?: number;
	/** Whether it belongs to the state where the value comes from. */
	readonly isOwn: boolean;
	/** Values that the expression itself should take: lists of several lengths, for a `foreach`. */
	readonly values?: readonly unknown[];
}

/** So many places are looked at for one source, and so many conditions are kept; nearer ones come first. */
const MOST_PLACES = 400;
const MOST_READERS = 40;
/** For each transition of the state where the value comes from so many more. */
const READERS_PER_TRANSITION = 2;

interface Place {
	readonly state: StatePlan;
	/** Before its work, or at its transitions. */
	readonly at: "work" | "transitions";
	readonly key: string;
	readonly chain: readonly Write[];
}

const readsOf = new WeakMap<MachinePlan, MachineReads>();

/** What the states of a plan read, worked out once. */
export function machineReads(plan: MachinePlan): MachineReads {
	const known = readsOf.get(plan) ?? new MachineReads(plan);
	readsOf.set(plan, known);
	return known;
}

/**
 * Conditions that the given keys reach from a state on, nearest first. A key is followed until a state stores another
 * value in it.
 *
 * @param at whether the keys are set before the state's work (an action, the run's start) or by it
 */
export function readersFrom(
	plan: MachinePlan,
	from: StatePlan,
	at: "work" | "transitions",
	keys: Iterable<string>,
): readonly Reader[] {
	const reads = machineReads(plan);
	const found: Reader[] = [];
	const known = new Map<Expression, Set<string>>();
	const seen = new Set<string>();
	const open: Place[] = [];
	const most = MOST_READERS + READERS_PER_TRANSITION * from.transitions.length;
	const visit = (place: Place): void => {
		const name = `${place.at} ${place.key} ${place.state.name}`;
		if (seen.has(name)) return;
		seen.add(name);
		open.push(place);
	};
	const keep = (reader: Reader): void => {
		// The same condition may be come to through templates, too, and then reads more of the value.
		const ways = known.get(reader.expression) ?? new Set<string>();
		known.set(reader.expression, ways);
		const way = reader.chain.map(([key]) => key).join("\0");
		if (ways.has(way)) return;
		ways.add(way);
		found.push(reader);
	};
	if (at === "transitions") for (const reader of [...checkReaders(from), ...outputReaders(from)]) keep(reader);
	for (const key of keys) visit({ state: from, at, key, chain: [] });
	for (const place of open) {
		if (seen.size > MOST_PLACES || found.length >= most) break;
		const { state, key, chain } = place;
		if (place.at === "work") {
			for (const test of reads.testsOf(state, key)) keep({ state: state.name, ...test, chain, isOwn: false });
			let isOverwritten = false;
			for (const [target, structure] of reads.writesOf(state)) {
				if (reads.structureReads(structure, key)) {
					visit({ state, at: "transitions", key: target, chain: [...chain, [target, structure]] });
				}
				if (target === key) isOverwritten = true;
			}
			if (!isOverwritten) visit({ state, at: "transitions", key, chain });
			for (const next of reads.errorTargets(state)) visit({ state: next, at: "work", key, chain });
			continue;
		}
		for (const [index, { when }] of state.transitions.entries()) {
			if (when === undefined) break;
			if (when === "never" || !reads.conditionReads(when, key)) continue;
			const expression = conditionExpression(when.node);
			if (expression === undefined) continue;
			const isOwn = state === from && chain.length === 0;
			keep({ state: state.name, ...expression, chain, transition: index, isOwn });
		}
		for (const next of reads.targets(state)) visit({ state: next, at: "work", key, chain });
	}
	return found;
}

/** The checks of the state's key results that read its `output`. */
function checkReaders({ name, keyResults }: StatePlan): readonly Reader[] {
	return (keyResults?.items ?? []).flatMap(({ check }): Reader[] => {
		if (check.kind !== "expression" || !references(check.condition.node).some(({ path: [root] }) => root === "output"))
			return [];
		const expression = conditionExpression(check.condition.node);
		return expression === undefined ? [] : [{ state: name, ...expression, chain: [], isOwn: false }];
	});
}

/** Conditions of the state itself that read its `output`. */
function outputReaders(state: StatePlan): readonly Reader[] {
	return state.transitions.flatMap(({ when }, transition): Reader[] => {
		if (when === undefined || when === "never") return [];
		if (!references(when.node).some(({ path: [root] }) => root === "output")) return [];
		const expression = conditionExpression(when.node);
		return expression === undefined ? [] : [{ state: state.name, ...expression, chain: [], transition, isOwn: true }];
	});
}
