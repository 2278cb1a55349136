/** The directed search finds outputs that no inverse leads to, and keeps to the agent's schema. */
import { describe, expect, test } from "vitest";
import { goalSolver, solveGoal } from "../../src/testing/solve/solve-goal.ts";
import { afterWork, planOf, startContext, stateOf, takenBy } from "./solve-judge.ts";

interface Search {
	readonly conditions: readonly string[];
	readonly goal: number;
	readonly writes: Readonly<Record<string, unknown>>;
	readonly fields?: Readonly<Record<string, unknown>>;
	readonly context?: Readonly<Record<string, unknown>>;
}

function searchFor({ conditions, goal, writes, fields, context = {} }: Search, withPlan: boolean) {
	const plan = planOf({
		spec: "flatmachine",
		spec_version: "1.0.0",
		data: {
			context,
			agents: {
				judge: {
					spec: "flatagent",
					data: { model: "mock/m", system: "s", user: "u", ...(fields && { output: fields }) },
				},
			},
			states: {
				ask: {
					type: "initial",
					agent: "judge",
					output_to_context: writes,
					transitions: [...conditions.map((condition) => ({ condition, to: "end" })), { to: "end" }],
				},
				end: { type: "final" },
			},
		},
	});
	const state = stateOf(plan, "ask");
	const before = startContext(plan, {});
	let attempts = 0;
	const attempt = (output: unknown) => {
		attempts += 1;
		try {
			const after = afterWork(plan, state, before, output);
			return { context: after, output, taken: takenBy(state, after, output) };
		} catch {
			return { context: before, output, taken: "error" as const };
		}
	};
	const solve = withPlan ? goalSolver(plan) : solveGoal;
	const output = solve({ state, transition: goal, context: before, attempt });
	return { output, taken: output === undefined ? undefined : attempt(output).taken, attempts };
}

const int = { type: "int" };

describe("an output is found", () => {
	test.each<readonly [string, Search]>([
		[
			"for a sum of squares",
			{
				conditions: ["context.s == 25 and context.a > context.b"],
				goal: 0,
				writes: { a: "output.a", b: "output.b", s: "{{ output.a * output.a + output.b * output.b }}" },
				fields: { a: int, b: int },
			},
		],
		[
			"for a number far away",
			{
				conditions: ["context.n == 733"],
				goal: 0,
				writes: { n: "{{ output.n * 3 + 10 - output.m }}" },
				fields: { n: int, m: int },
			},
		],
		[
			"for the fallback behind several conditions",
			{
				conditions: ["context.a > 5", "context.a < 2", "context.b == 'x'"],
				goal: 3,
				writes: { a: "output.a", b: "output.b" },
				fields: { a: int, b: { type: "str" } },
			},
		],
		[
			"for a rest of a division",
			{ conditions: ["context.n % 7 == 3 and context.n > 20"], goal: 0, writes: { n: "output.n" }, fields: { n: int } },
		],
		[
			"for a long enough list",
			{
				conditions: ["context.n >= 4"],
				goal: 0,
				writes: { n: "{{ output.items | length }}" },
				fields: { items: { type: "list" } },
			},
		],
		[
			"for a word in a text",
			{ conditions: ["'no' in context.t and 'yes' in context.t"], goal: 0, writes: { t: "output.content" } },
		],
	])("%s", (_, search) => {
		const { taken, attempts } = searchFor(search, true);
		expect(taken).toBe(search.goal);
		expect(attempts).toBeLessThan(1000);
	});

	test("without the plan", () => {
		const search: Search = { conditions: ["context.n > 41 and context.n < 44"], goal: 0, writes: { n: "output.n" } };
		expect(searchFor(search, false).taken).toBe(0);
	});
});

test("nothing is found, within bounds, where nothing is", () => {
	const search: Search = {
		conditions: ["context.n > 4 and context.n < 3"],
		goal: 0,
		writes: { n: "output.n" },
		fields: { n: int },
	};
	const { output, attempts } = searchFor(search, true);
	expect(output).toBeUndefined();
	expect(attempts).toBeLessThan(1000);
});

test("the same goal has the same answer", () => {
	const search: Search = { conditions: ["context.n % 7 == 3"], goal: 0, writes: { n: "output.n" }, fields: { n: int } };
	expect(searchFor(search, true).output).toEqual(searchFor(search, true).output);
});
