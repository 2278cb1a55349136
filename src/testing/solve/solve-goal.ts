/** Directed search for an output that makes a state take a certain transition from a certain context. */

import { childrenOf, expressionsOf } from "../../../compiler/checks/visit.ts";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { constantOf, type Expression, references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { Goal, SolveGoal } from "./answer-space.ts";
import { branchDistance } from "./branch-distance.ts";
import { tellingCandidates } from "./candidates.ts";
import { type ConditionExpression, conditionExpression } from "./condition-expression.ts";
import { supposedKeys } from "./effects.ts";
import { movesAt, placesOf, withChange } from "./mutate.ts";
import { setAt } from "./paths.ts";
import { fitTo, leavingOut, UNFIT, words } from "./shape.ts";
import type { Source } from "./source.ts";
import { agentSource, childSources, effectSource, signalSource } from "./sources.ts";
import { templatesOf } from "./structure-templates.ts";
import { hasSeveralChildren, Together } from "./together.ts";

/** Outputs that are tried for one goal. */
const MOST_ATTEMPTS = 800;

interface Start {
	readonly seeds: readonly unknown[];
	/** An output as it may be; `UNFIT` where it may not. */
	fit(output: unknown): unknown;
}

/**
 * A search that keeps to the output schemas of the machine's agents and to the ends of its children, and begins with what was
 * solved.
 * @param plans of child machines by id
 */
export function goalSolver(plan: MachinePlan, plans?: ReadonlyMap<string, MachinePlan>): SolveGoal {
	return (goal) => {
		for (const start of startsFor(plan, goal, plans)) {
			const output = new GoalSearch(goal, start).run();
			if (output !== undefined) return output;
		}
		return undefined;
	};
}

/** A search that knows nothing but the state. */
export const solveGoal: SolveGoal = (goal) =>
	new GoalSearch(goal, { seeds: [plainFor(goal)], fit: (output) => output }).run();

/** An object with every place that the state reads of its output. */
function plainFor({ state }: Goal): unknown {
	const conditions = state.transitions.flatMap(({ when }) =>
		when === undefined || when === "never" ? [] : [when.node],
	);
	const nodes = [
		...state.outputToContext.flatMap(([, structure]) => templatesOf(structure)).map(({ node }) => node),
		...conditions,
	];
	const paths = nodes
		.flatMap((node) => references(node).map(({ path }) => path))
		.filter(([root, key]) => root === "output" && key !== undefined);
	return paths.reduce<unknown>((made, path) => setAt(made, path.slice(1), words(path.at(-1) ?? "")), {});
}

function startsFor(
	plan: MachinePlan,
	{ state, context }: Goal,
	plans: ReadonlyMap<string, MachinePlan> | undefined,
): readonly Start[] {
	if (state.agent === undefined && hasSeveralChildren(state)) {
		const together = new Together(plan, state, plans);
		return [{ seeds: together.seeds(context), fit: (output) => together.fit(output) }];
	}
	return sourcesOf(plan, state, plans).map((source) => ({
		seeds: tellingCandidates(source, context),
		fit: (output) => fitTo(output, source.shape),
	}));
}

/** An agent's answers, and those that leave out what its schema requires, as models do now and then. */
function agentSources(plan: MachinePlan, state: StatePlan): readonly Source[] {
	const source = agentSource(plan, state);
	const shape = state.execution.type === "parallel" ? undefined : leavingOut(source.shape);
	return shape === undefined ? [source] : [source, { ...source, shape }];
}

/** What the goal's outputs are: of an agent, of a child, of a signal, or of an action. */
function sourcesOf(
	plan: MachinePlan,
	state: StatePlan,
	plans: ReadonlyMap<string, MachinePlan> | undefined,
): readonly Source[] {
	if (state.agent !== undefined) return agentSources(plan, state);
	const child =
		state.foreach?.machine ?? (state.machine?.kind === "list" ? state.machine.entries[0] : state.machine)?.name;
	if (child !== undefined) return childSources(plan, state, child, plans);
	if (state.waitFor !== undefined) return [signalSource(plan, state)];
	return [effectSource(plan, state, state.action === undefined ? [] : supposedKeys(plan, state))];
}

class GoalSearch {
	readonly #goal: Goal;
	readonly #start: Start;
	readonly #conditions: readonly (readonly [condition: ConditionExpression, wanted: boolean])[];
	readonly #constants: readonly unknown[];
	readonly #tried = new Map<string, number>();
	#attempts = 0;
	#found: { readonly output: unknown } | undefined;

	constructor(goal: Goal, start: Start) {
		this.#goal = goal;
		this.#start = start;
		this.#conditions = conditionsOf(goal.state, goal.transition);
		this.#constants = constantsIn(goal.state);
	}

	run(): unknown {
		const starts = [...this.#start.seeds]
			.map((value) => [this.#distance(value), value] as const)
			.sort(([one], [other]) => one - other);
		for (const [, value] of starts) {
			this.#climb(value);
			if (this.#found !== undefined || this.#attempts >= MOST_ATTEMPTS) break;
		}
		return this.#found?.output;
	}

	/** Takes the best of all single changes while there is a better one; changes that go on helping are repeated. */
	#climb(start: unknown): void {
		let value = start;
		let least = this.#distance(value);
		for (;;) {
			let better: { readonly value: unknown; readonly distance: number } | undefined;
			for (const path of placesOf(value)) {
				for (const move of movesAt(value, path, this.#constants)) {
					const changed = withChange(value, path, move);
					const distance = this.#distance(changed);
					if (this.#found !== undefined || this.#attempts >= MOST_ATTEMPTS) return;
					if (distance < (better?.distance ?? least)) better = { value: changed, distance };
				}
			}
			if (better === undefined) return;
			({ value, distance: least } = better);
		}
	}

	/** How far an output is from the goal; it is tried once. */
	#distance(value: unknown): number {
		const output = this.#start.fit(value);
		if (output === UNFIT) return Number.POSITIVE_INFINITY;
		const text = JSON.stringify(output) ?? "";
		const known = this.#tried.get(text);
		if (known !== undefined) return known;
		if (this.#attempts >= MOST_ATTEMPTS) return Number.POSITIVE_INFINITY;
		this.#attempts += 1;
		const { context, output: seen, taken } = this.#goal.attempt(output);
		if (taken === this.#goal.transition) this.#found = { output };
		const scope = { context, output: seen, input: isRecord(context) ? context : {} };
		let distance = taken === "error" ? 1 : 0;
		for (const [{ expression, door }, wanted] of this.#conditions) {
			distance += branchDistance(expression, wanted, door, scope);
		}
		this.#tried.set(text, distance);
		return distance;
	}
}

/** What must be false before the transition, and its own condition. */
function conditionsOf(
	{ transitions }: StatePlan,
	goal: number,
): readonly (readonly [condition: ConditionExpression, wanted: boolean])[] {
	return transitions.slice(0, goal + 1).flatMap(({ when }, index) => {
		const condition = when === undefined || when === "never" ? undefined : conditionExpression(when.node);
		return condition === undefined ? [] : [[condition, index === goal] as const];
	});
}

/** The constants of the state's conditions and templates. */
function constantsIn({ transitions, outputToContext }: StatePlan): readonly unknown[] {
	const found = new Map<string, unknown>();
	const collect = (node: Expression): void => {
		const constant = constantOf(node);
		if (constant !== undefined) found.set(JSON.stringify(constant.value), constant.value);
		if (Array.isArray(constant?.value)) for (const item of constant.value) found.set(JSON.stringify(item), item);
		for (const child of childrenOf(node)) collect(child);
	};
	for (const { when } of transitions) {
		const condition = when === undefined || when === "never" ? undefined : conditionExpression(when.node);
		if (condition !== undefined) collect(condition.expression);
	}
	for (const [, structure] of outputToContext) {
		for (const { node } of templatesOf(structure)) {
			for (const { expression } of expressionsOf(node)) collect(expression);
		}
	}
	return [...found.values(), null];
}
