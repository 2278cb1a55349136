/** What several answers decide together: items that fail beside others, races, and fields that a model leaves out. */
import { describe, expect, it } from "vitest";
import { explored, machine, reaches } from "./explored.ts";
import { agents, machine as withAgents } from "./property-machines.ts";

describe("children of one state", () => {
	it("answer each in its own way where a condition asks for that", async () => {
		const found = await explored(
			machine(
				`
context: { list: input.list, results: null }
states:
  each:
    type: initial
    foreach: context.list
    as: item
    machine: m
    output_to_context: { results: output }
    transitions:
      - { condition: "context.results[0]._error != null and context.results[1].grade > 5", to: second }
      - { condition: "context.results[0].grade == 3 and context.results[1].grade == 4", to: rising }
      - { to: both }
  both:
    machine: [m, n]
    output_to_context: { m: output.m.grade, n: output.n.grade }
    transitions:
      - { condition: context.m + context.n == 31 and context.m > 20, to: sum }
      - { to: end }
  second: { type: final }
  rising: { type: final }
  sum: { type: final }
  end: { type: final }
`,
				"{ one: { type: final, output: { grade: input.grade } } }",
			),
			"solved",
		);
		expect(Object.values(reaches(found)).filter((reach) => typeof reach !== "number")).toEqual([]);
	});

	it("give only what their own ends give", async () => {
		const found = await explored(
			machine(
				`
states:
  both:
    type: initial
    machine: [m, n]
    output_to_context: { m: output.m.kind, n: output.n.kind }
    transitions:
      - { condition: "context.m == 'graded' and context.n == null", to: half }
      - { condition: "context.m == 'other'", to: never }
      - { to: end }
  half: { type: final }
  never: { type: final }
  end: { type: final }
`,
				"{ one: { type: final, output: { kind: graded } } }",
			),
			"solved",
		);
		expect(reaches(found)).toEqual({ "both#0": 1, "both#1": "unsolved", "both#2": 1 });
	});

	it("may each be the first to fail where the first to end wins", async () => {
		const found = await explored(
			machine(`
states:
  race:
    type: initial
    machine: [m, n]
    mode: any
    output_to_context: { m: output.m._error, n: output.n._error_type }
    transitions:
      - { condition: context.m != null, to: first }
      - { condition: "context.n == 'SlowError'", to: slow }
      - { condition: context.n != null, to: second }
      - { to: end }
  first: { type: final }
  slow: { type: final }
  second: { type: final }
  end: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "race#0": 1, "race#1": 1, "race#2": 1, "race#3": 1 });
	});
});

it("a field that the schema requires may be left out where nothing else leads on", async () => {
	const compiled = withAgents(
		`${agents({ judge: "score: { type: int }, text: { type: str }" })}
context: { score: null, text: null }
states:
  ask:
    type: initial
    agent: judge
    output_to_context: { score: output.score, text: output.text }
    transitions: [{ condition: context.score > 5 and context.text == null, to: bare }, { to: end }]
  bare: { type: final }
  end: { type: final }`,
	);
	expect(reaches(await explored(compiled, "solved"))).toEqual({ "ask#0": 1, "ask#1": 1 });
});
