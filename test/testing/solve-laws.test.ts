/** Laws of the solver on random machines: nothing that a run does is called dead, and every answer keeps to its schema. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import type { TransitionId } from "../../src/testing/scenario/scenario.ts";
import { answerSpace, type FlatContext } from "../../src/testing/solve/answer-space.ts";
import { proveDead } from "../../src/testing/solve/prove-dead.ts";
import { answerShape, type Shape } from "../../src/testing/solve/shape.ts";
import { goalSolver } from "../../src/testing/solve/solve-goal.ts";
import { afterWork, startContext, stateOf, takenBy } from "./solve-judge.ts";
import { askingMachine, compiledOr, constant, machine, valueOfShape, wanderingMachine } from "./solve-machines.ts";

/** Follows a run and gives what it took. */
function follow(plan: MachinePlan, input: FlatContext, next: () => unknown): readonly TransitionId[] {
	const taken: TransitionId[] = [];
	let state = stateOf(plan, plan.initial);
	let context = startContext(plan, input);
	for (let step = 0; step < 12 && state.kind !== "final"; step += 1) {
		const before = context;
		const output = state.agent === undefined ? undefined : next();
		let error: readonly string[] | undefined;
		let choice: number | "none" | "error" = "error";
		try {
			if (state.agent !== undefined) context = afterWork(plan, state, before, output);
			choice = takenBy(state, context, output);
		} catch {
			choice = "error";
		}
		if (choice === "error") error = ["ExpressionError", "Error", "expression_error"];
		if (choice === "none") error = ["NoTransitionError", "Error", "no_transition"];
		let to: string | undefined;
		if (error === undefined) {
			to = state.transitions[Number(choice)]?.to;
			taken.push({ state: state.name, kind: "transition", index: Number(choice), to: to ?? "" });
		} else {
			const names = state.onError?.byType.map(([name]) => name) ?? [];
			const name = error.find((one) => names.includes(one));
			to = state.onError?.byType.find(([one]) => one === name)?.[1] ?? state.onError?.default;
			if (to === undefined) return taken;
			taken.push({ state: state.name, kind: "error", error: name ?? "default", to });
		}
		if (to === undefined) return taken;
		state = stateOf(plan, to);
	}
	return taken;
}

describe("on random machines", () => {
	test("solved answers reach nearly all that random ones reach", () => {
		let reached = 0;
		const missed: unknown[] = [];
		fc.assert(
			fc.property(askingMachine, fc.gen(), (made, gen) => {
				const plan = compiledOr(made);
				fc.pre(plan !== undefined);
				const [state] = plan.states;
				if (state === undefined) return;
				const context = startContext(plan, { a: gen(() => constant) });
				const attempt = (output: unknown) => attemptAt(plan, state, context, output);
				const solved = new Set(
					answerSpace(plan)
						.agentOutputs(state, context)
						.map((output) => attempt(output).taken),
				);
				const random = fc.sample(valueOfShape(answerShape(plan.agents.judge)), { numRuns: 300, seed: 1 });
				const found = new Map(random.map((output) => [attempt(output).taken, output] as const));
				for (const [taken, output] of found) {
					const isSolved =
						solved.has(taken) ||
						(typeof taken === "number" &&
							goalSolver(plan)({ state, transition: taken, context, attempt }) !== undefined);
					if (isSolved) reached += 1;
					else missed.push({ taken, output, state });
				}
			}),
			{ numRuns: 150 },
		);
		expect(missed.length, JSON.stringify(missed)).toBeLessThanOrEqual(reached * 0.03);
	});

	test.each([
		["of all kinds", machine],
		["with few numbers that are compared again and again", wanderingMachine],
	])("%s, what a run takes is never called dead", (_, machines) => {
		let dead = 0;
		let alive = 0;
		fc.assert(
			fc.property(machines, fc.gen(), (made, gen) => {
				const plan = compiledOr(made);
				fc.pre(plan !== undefined);
				const shape = answerShape(plan.agents.judge);
				const outputs = fc.oneof({ weight: 8, arbitrary: valueOfShape(shape) }, fc.constant({ _raw: "no JSON" }));
				for (let run = 0; run < 6; run += 1) {
					const input = { a: gen(() => constant) };
					for (const id of follow(plan, input, () => gen(() => outputs))) {
						expect(proveDead(plan, id), JSON.stringify(id)).toBeUndefined();
					}
				}
				for (const state of plan.states) {
					for (const [index, { to }] of state.transitions.entries()) {
						if (proveDead(plan, { state: state.name, kind: "transition", index, to }) === undefined) alive += 1;
						else dead += 1;
					}
				}
			}),
			{ numRuns: 600 },
		);
		// A law about proofs says nothing where none is found.
		expect(dead).toBeGreaterThan(alive / 20);
	});

	test("every answer fits the agent's schema, and there are few of them", () => {
		fc.assert(
			fc.property(machine, fc.gen(), (made, gen) => {
				const plan = compiledOr(made);
				fc.pre(plan !== undefined);
				const shape = answerShape(plan.agents.judge);
				const space = answerSpace(plan);
				const context = startContext(plan, { a: gen(() => constant) });
				for (const state of plan.states) {
					if (state.agent === undefined) continue;
					const outputs = space.agentOutputs(state, context);
					expect(outputs.length).toBeGreaterThan(0);
					expect(outputs.length).toBeLessThan(40);
					for (const output of outputs) expect(fits(output, shape), JSON.stringify(output)).toBe(true);
				}
			}),
			{ numRuns: 200 },
		);
	});
});

/** What comes of one answer in a state. */
function attemptAt(plan: MachinePlan, state: StatePlan, before: FlatContext, output: unknown) {
	try {
		const context = afterWork(plan, state, before, output);
		return { context, output, taken: takenBy(state, context, output) };
	} catch {
		return { context: before, output, taken: "error" as const };
	}
}

/** A schema's judge of its own, apart from the one that the solver uses. */
function fits(value: unknown, shape: Shape): boolean {
	if (shape.enum !== undefined) return shape.enum.includes(value);
	switch (shape.type) {
		case "int":
			return Number.isInteger(value);
		case "float":
			return typeof value === "number";
		case "bool":
			return typeof value === "boolean";
		case "str":
			return typeof value === "string";
		case "list":
			return Array.isArray(value) && value.every((item) => shape.items === undefined || fits(item, shape.items));
		case "object": {
			if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
			const own = new Map<string, unknown>(Object.entries(value));
			const fields = shape.properties ?? new Map<string, Shape>();
			if ([...own.keys()].some((key) => shape.properties !== undefined && !fields.has(key))) return false;
			return [...fields].every(([name, one]) => (own.has(name) ? fits(own.get(name), one) : !one.required));
		}
		default:
			return value !== undefined;
	}
}
