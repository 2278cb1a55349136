/** How the search goes: shortest runs first, other inputs, help with what it did not find, bounds, the same every time. */
import { describe, expect, it } from "vitest";
import type { Goal } from "../../src/testing/solve/answer-space.ts";
import { answers, byOne, counting, explored, machine, reaches, scenarioNamed } from "./explored.ts";

describe("a search", () => {
	it("finds a shortest run for each transition, and runs that share their beginning are one", async () => {
		const found = await explored(
			machine(`
context: { way: input.way }
states:
  start:
    type: initial
    transitions:
      - { condition: context.way == 'long', to: one }
      - { to: two }
  one: { transitions: [{ to: two }] }
  two: { transitions: [{ condition: context.way == 'long', to: three }, { to: three }] }
  three: { transitions: [{ to: end }] }
  end: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "start#0": 1, "start#1": 1, "one#0": 2, "two#0": 3, "two#1": 2, "three#0": 3 });
		expect(found.scenarios.map(({ name }) => name)).toEqual([
			"start → two → three → end",
			"start → one → two → three → end",
		]);
	});

	it("finds what one of many transitions and a condition behind it ask of the same answer", async () => {
		const kinds = Array.from({ length: 40 }, (_, index) => index);
		const states = kinds.map(
			(n) => `  s${n}: { transitions: [{ condition: context.n > ${n * 3}, to: more }, { to: done }] }`,
		);
		const found = await explored(
			machine(`
context: { kind: null, n: 0 }
states:
  ask:
    type: initial
    agent: a
    output_to_context: { kind: output.kind, n: output.n }
    transitions:
${kinds.map((n) => `      - { condition: "context.kind == 'k${n}'", to: s${n} }`).join("\n")}
      - { to: done }
${states.join("\n")}
  more: { type: final }
  done: { type: final }
`),
			"solved",
			{ replays: 6 },
		);
		expect(Object.entries(reaches(found)).filter(([, reach]) => typeof reach !== "number")).toEqual([]);
	});

	it("tries inputs of other types where an error route is left", async () => {
		const found = await explored(
			machine(`
context: { n: input.n }
states:
  start:
    type: initial
    on_error: { ExpressionError: broken }
    transitions: [{ condition: context.n > 3, to: high }, { to: low }]
  high: { type: final }
  low: { type: final }
  broken: { type: final }
`),
			answers({ inputs: () => [{ n: 3 }, { n: 4 }] }),
		);
		expect(reaches(found)).toEqual({ "start#0": 1, "start#1": 1, "start!ExpressionError": 1 });
		expect(scenarioNamed(found, "start → broken").input).toEqual({ n: null });
	});

	it("asks for help with what it did not find, and goes on from there", async () => {
		const goals: Goal[] = [];
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    output_to_context: { code: output.code }
    transitions: [{ condition: context.code == 'open sesame', to: cave }, { to: ask }]
  cave: { transitions: [{ to: end }] }
  end: { type: final }
`),
			answers(),
			{
				solve: (goal) => {
					goals.push(goal);
					return [{ code: "wrong" }, { code: "open sesame" }].find(
						(output) => goal.attempt(output).taken === goal.transition,
					);
				},
			},
		);
		expect(reaches(found)).toEqual({ "ask#0": 1, "ask#1": 1, "cave#0": 2 });
		expect(goals.map(({ state, transition }) => [state.name, transition])).toEqual([["ask", 0]]);
	});

	it("gives up at its bounds, and says so", async () => {
		const found = await explored(counting(40), byOne, { bounds: { situations: 10 } });
		expect(found.isCutShort).toBe(true);
		expect(reaches(found)["check#0"]).toBe("unsolved");
	});

	it("gets deep also where there are more situations than it may look at", async () => {
		const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
		const found = await explored(
			machine(`
states:
${keys
	.map(
		(key, index) => `
  s${index}:
    agent: a
    output_to_context: { ${key}: output.n }
    transitions: [{ to: ${index + 1 < keys.length ? `s${index + 1}` : "end"} }]`,
	)
	.join("")}
  start: { type: initial, transitions: [{ to: s0 }] }
  end:
    transitions: [{ condition: ${keys.map((key) => `context.${key} == 8`).join(" and ")}, to: all }, { to: other }]
  all: { type: final }
  other: { type: final }
`),
			answers({ agentOutputs: () => [{ n: 1 }, { n: 3 }, { n: 8 }], errors: () => [] }),
			{ bounds: { situations: 300, steps: 1000 } },
		);
		expect(found.isCutShort).toBe(true);
		expect(reaches(found)["end#1"]).toBe(14);
	});

	it("is the same every time", async () => {
		const compiled = counting(5);
		expect(await explored(compiled, "solved")).toEqual(await explored(compiled, "solved"));
	});
});
