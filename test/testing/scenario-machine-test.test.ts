/** Testing one machine: what is explored is replayed, and what the user gives counts. */
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { testMachine } from "../../src/testing/report/machine-test.ts";
import { reportJson } from "../../src/testing/report/report-json.ts";
import { totalsOf } from "../../src/testing/report/totals.ts";
import type { WrittenScenario } from "../../src/testing/scenario/scenario.ts";
import { documentOf } from "../runtime/flat.ts";

const review = compile(
	documentOf(
		`
context: { score: 0 }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score }
    on_error: { default: sorry }
    transitions:
      - { condition: "context.score >= 8", to: done }
      - { condition: false, to: sorry }
      - { to: judge }
  sorry: { type: final }
  done: { type: final }
`,
		{ use: ["judge"] },
	),
);

/** A condition that no search finds its way to: one number of a hundred million. */
const puzzle = compile(
	documentOf(
		`
context: { a: 0 }
states:
  ask:
    type: initial
    agent: judge
    output_to_context: { a: output.a }
    transitions:
      - { condition: "context.a * 7919 % 10007 == 1234 and context.a * 104729 % 10009 == 4321", to: found }
      - { to: lost }
  found: { type: final }
  lost: { type: final }
`,
		{ use: ["judge"] },
	),
);

function scenario(parts: Partial<WrittenScenario>): WrittenScenario {
	return { name: "mine", input: {}, agents: {}, machines: {}, actions: {}, waits: {}, ...parts };
}

const found = { status: "covered" };
const statusOf = (each: { readonly reach: { readonly status: string } }) => each.reach.status;

test("every scenario that the exploration makes is confirmed by the real runtime", async () => {
	const { exploration, unconfirmed } = await testMachine(review, review.plan.id);
	expect(unconfirmed).toEqual([]);
	expect(exploration.transitions.map(statusOf)).toEqual(["covered", "dead", "covered", "covered"]);
	expect(exploration.scenarios.length).toBeGreaterThan(0);
});

test("a value of the user's solves what was not solved", async () => {
	const without = await testMachine(puzzle, puzzle.plan.id);
	expect(without.exploration.transitions.map(statusOf)).toEqual(["unsolved", "covered"]);
	const extra = { agents: { judge: [{ a: 72268090 }] } };
	const { exploration, unconfirmed } = await testMachine(puzzle, puzzle.plan.id, { extra });
	expect(exploration.transitions.map(statusOf)).toEqual(["covered", "covered"]);
	expect(unconfirmed).toEqual([]);
});

test("a scenario of the user's covers what it takes and enters, and is one of the scenarios then", async () => {
	const own = scenario({ agents: { judge: [{ a: 72268090 }] } });
	const { exploration, broken } = await testMachine(puzzle, puzzle.plan.id, { scenarios: [own] });
	expect(broken).toEqual([]);
	expect(exploration.transitions[0]?.reach).toEqual({ ...found, scenario: exploration.scenarios.length - 1, steps: 1 });
	expect(exploration.states.map(statusOf)).toEqual(["covered", "covered", "covered"]);
	expect(exploration.scenarios.at(-1)).toMatchObject({ name: "mine", path: ["ask", "found"] });
});

test("a scenario of the user's that goes another way is broken, and covers nothing", async () => {
	const own = scenario({ agents: { judge: [{ a: 72268090 }] }, path: ["ask", "lost"] });
	const { exploration, broken } = await testMachine(puzzle, puzzle.plan.id, { scenarios: [own] });
	expect(broken).toMatchObject([{ scenario: own, differences: [expect.stringContaining("goes another way")] }]);
	expect(exploration.transitions.map(statusOf)).toEqual(["unsolved", "covered"]);
});

test("the report is JSON with snake_case keys, scenarios as in their files, and sums", async () => {
	const tested = await testMachine(review, review.plan.id, { machine: "review.yml" });
	const report = reportJson([tested], process.cwd());
	expect(JSON.parse(JSON.stringify(report))).toEqual(report);
	expect(report).toMatchObject({
		machines: [
			{
				machine: "review.yml",
				name: "test",
				states: [{ state: "judge", is_final: false, is_endless: false }, {}, {}],
				is_cut_short: false,
				unconfirmed: [],
				broken: [],
			},
		],
		totals: { transitions: { all: 4, covered: 3, dead: 1, unsolved: 0 } },
	});
	expect(JSON.stringify(report)).not.toMatch(/"[a-z]+[A-Z]\w*":/);
	expect(totalsOf([tested, tested]).transitions).toEqual({ all: 8, covered: 6, dead: 2, unsolved: 0 });
});

test("what templates print of the execution itself is the same in the exploration and on the runtime", async () => {
	const compiled = compile(
		documentOf(`
states:
  a: { type: initial, transitions: [{ to: b }] }
  b: { type: final, output: { id: context.machine.execution_id, step: context.machine.step, name: context.machine.machine_name } }
`),
	);
	const { unconfirmed, exploration } = await testMachine(compiled, compiled.plan.id);
	expect(unconfirmed).toEqual([]);
	expect(exploration.scenarios[0]?.ending).toEqual({
		status: "done",
		output: { id: "scenario", step: 2, name: "test" },
	});
});
