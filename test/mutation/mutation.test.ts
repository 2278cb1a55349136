/** The scenarios of the examples notice mistakes. `npm run mutation` judges all mutants of all examples; here some of them. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { conditionMutants, templateMutants } from "./condition-mutants.ts";
import { compileWithText, exampleMachines, textOf } from "./example-machines.ts";
import { exploredScenarios } from "./explored-scenarios.ts";
import { findDifference } from "./find-difference.ts";
import { isNoticed, type Judged, judgeMutants, score } from "./judge-mutants.ts";
import { leastScore } from "./main.ts";
import { mutantsOf } from "./mutants.ts";
import { mutationReport } from "./report.ts";

const timeout = 300_000;

test("scenarios notice at least 95 % of the mutants that behave differently", { timeout }, async () => {
	const judged: Judged[] = [];
	for (const [index, file] of exampleMachines().entries()) {
		// Every third one, not the same ones of each machine.
		const select = (number: number) => number % 3 === index % 3;
		judged.push(await judgeMutants(file, { explore: exploredScenarios, select }));
	}
	expect(score(judged), mutationReport(judged)).toBeGreaterThanOrEqual(leastScore);
	expect(judged.flatMap(({ judgements }) => judgements).length).toBeGreaterThan(90);
});

test.each(["<", "<=", ">", ">=", "==", "!="])(
	"scenarios notice that `%s` or its bound is changed",
	async (operator) => {
		const rating = `spec: flatmachine
data:
  name: rating
  context: { score: 0 }
  agents:
    judge: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi, output: { score: { type: int }, note: { type: str } } } }
  states:
    judge:
      type: initial
      agent: judge
      output_to_context: { score: output.score }
      transitions: [{ condition: "context.score ${operator} 8", to: first }, { to: second }]
    first: { type: final }
    second: { type: final }
`;
		const mutants = mutantsOf(rating, "rating.yml").filter(({ what }) => what.includes(".condition: "));
		expect(mutants.map(({ kind }) => kind)).toContain("comparison");
		expect(mutants.map(({ kind }) => kind)).toContain("constant");
		const scenarios = await exploredScenarios(compile(rating));
		for (const { what, text } of mutants) expect(await isNoticed(compile(text), scenarios), what).toBe(true);
	},
);

const gate = `spec: flatmachine
data:
  name: gate
  context: { score: input.score, tries: 0 }
  states:
    start:
      type: initial
      on_error: { TimeoutError: low }
      transitions:
        - { condition: context.score >= 8 and not context.closed, to: high }
        - { to: low }
    high: { type: final, output: { score: context.score } }
    low: { type: final }
`;

describe("mutants", () => {
	test("have one mistake each, of every kind that the place allows", () => {
		const mutants = mutantsOf(gate, "gate.yml").map(({ kind, what }) => `${kind} | ${what}`);
		expect(mutants).toMatchInlineSnapshot(`
			[
			  "constant | context.tries: 1",
			  "constant | context.tries: -1",
			  "negation | start.transitions[0].condition: not (context.score >= 8 and not context.closed)",
			  "logic | start.transitions[0].condition: context.score >= 8 or not context.closed",
			  "comparison | start.transitions[0].condition: context.score > 8 and not context.closed",
			  "constant | start.transitions[0].condition: context.score >= 9 and not context.closed",
			  "constant | start.transitions[0].condition: context.score >= 7 and not context.closed",
			  "negation | start.transitions[0].condition: context.score >= 8 and context.closed",
			  "other target | start.transitions[0].to: low",
			  "other target | start.transitions[0].to: start",
			  "dropped transition | start.transitions[0]: dropped",
			  "swapped transitions | start.transitions[0]: swapped with the next",
			  "other target | start.transitions[1].to: start",
			  "other target | start.transitions[1].to: high",
			  "dropped transition | start.transitions[1]: dropped",
			  "dropped on_error | start.on_error: dropped",
			  "dropped on_error | start.on_error.TimeoutError: dropped",
			  "other target | start.on_error.TimeoutError: start",
			  "other target | start.on_error.TimeoutError: high",
			  "other variable | high.output.score: context.tries",
			]
		`);
		expect(new Set(mutantsOf(gate, "gate.yml").map(({ text }) => text)).size).toBe(mutants.length);
	});

	test("of conditions and templates change one operator or constant", () => {
		const texts = (text: string) => conditionMutants(text).map((mutant) => mutant.text);
		expect(texts("context.a == 'x'")).toEqual(["context.a != 'x'", 'context.a == "x~"']);
		expect(texts("not (context.a < 3) or context.b is none")).toEqual([
			"not (not (context.a < 3) or context.b is none)",
			"not (context.a < 3) and context.b is none",
			"(context.a < 3) or context.b is none",
			"not (context.a <= 3) or context.b is none",
			"not (context.a < 4) or context.b is none",
			"not (context.a < 2) or context.b is none",
			"not (context.a < 3) or context.b is not none",
		]);
		expect(templateMutants("{{ 'a' if context.n > 1 else context.m }}", "jinja").map(({ text }) => text)).toEqual([
			`{{ "a~" if context.n > 1 else context.m }}`,
			"{{ 'a' if context.n >= 1 else context.m }}",
			"{{ 'a' if context.n > 2 else context.m }}",
			"{{ 'a' if context.n > 0 else context.m }}",
		]);
	});

	test("of every example compile, or are refused by the compiler for a reason", { timeout }, () => {
		for (const file of exampleMachines()) {
			const text = textOf(file);
			expect(compileWithText(file, text)).toBeDefined();
			const mutants = mutantsOf(text, file);
			const refused = mutants.filter((mutant) => compileWithText(file, mutant.text) === undefined);
			expect(refused.length / mutants.length, file).toBeLessThan(0.1);
		}
	});
});

describe("a difference between two machines", () => {
	const known = {
		name: "",
		input: { score: 2 },
		agents: {},
		machines: {},
		actions: {},
		waits: {},
		path: [],
		taken: [],
		ending: { status: "done", output: {} } as const,
		context: {},
	};

	test("is found with values near known ones", async () => {
		const other = compile(gate.replace(">= 8", ">= 2.5"));
		expect(await findDifference(compile(gate), other, [known])).toBe(
			'path is ["start","low"], of the mutant ["start","high"]',
		);
	});

	test("is not found between machines that behave alike", { timeout }, async () => {
		const other = compile(gate.replace("- { to: low }", "- { condition: true, to: low }"));
		expect(await findDifference(compile(gate), other, [known])).toBeUndefined();
	});
});
