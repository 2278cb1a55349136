/** Drives one condition through one machine with the real templates and conditions, as the judge of solved answers. */
import { compileCondition, truthy } from "../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import { compileStructure } from "../../compiler/render/structure.ts";
import { compile } from "../../src/compile.ts";
import type { FlatContext } from "../../src/testing/solve/answer-space.ts";

export function planOf(source: string | Readonly<Record<string, unknown>>): MachinePlan {
	return compile(source).plan;
}

export function stateOf(plan: MachinePlan, name: string): StatePlan {
	const state = plan.states.find((one) => one.name === name);
	if (state === undefined) throw new Error(`no state ${name}`);
	return state;
}

/** The context at the start of a run. @throws ExpressionError */
export function startContext(plan: MachinePlan, input: FlatContext): FlatContext {
	const options = { parsesRendered: plan.parsesRendered };
	return Object.fromEntries(plan.context.map(([key, value]) => [key, compileStructure(value, options)({ input })]));
}

/** The context after the state's work. @throws ExpressionError */
export function afterWork(plan: MachinePlan, state: StatePlan, before: FlatContext, output: unknown): FlatContext {
	let context = before;
	for (const [key, structure] of state.outputToContext) {
		const render = compileStructure(structure, { parsesRendered: plan.parsesRendered });
		context = { ...context, [key]: render({ context, output, input: context }) };
	}
	return context;
}

/** How the nth condition of a state takes a context: true, false or it fails. */
export function verdictOf(state: StatePlan, index: number, context: FlatContext, output: unknown): boolean | "fails" {
	const when = state.transitions[index]?.when;
	if (when === undefined || when === "never") throw new Error("no condition there");
	try {
		return truthy(compileCondition(when.node, when.text)({ context, output, input: context }));
	} catch {
		return "fails";
	}
}

/** How the first condition of a state takes an output. */
export function workVerdict(
	plan: MachinePlan,
	state: StatePlan,
	before: FlatContext,
	output: unknown,
): boolean | "fails" {
	let context: FlatContext;
	try {
		context = afterWork(plan, state, before, output);
	} catch {
		return "fails";
	}
	return verdictOf(state, 0, context, output);
}

/** Which transition a state takes. */
export function takenBy(state: StatePlan, context: FlatContext, output: unknown): number | "none" | "error" {
	for (const [index, { when }] of state.transitions.entries()) {
		if (when === undefined) return index;
		if (when === "never") continue;
		const verdict = verdictOf(state, index, context, output);
		if (verdict === "fails") return "error";
		if (verdict) return index;
	}
	return "none";
}
