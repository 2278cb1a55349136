/** Makes the text of a test file for one machine out of its scenarios. */
import { Liquid } from "liquidjs";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type Scenario, transitionKey } from "../scenario/scenario.ts";
import type { Asked } from "../scenario/script-answers.ts";
import { compileStatements } from "./compile-statements.ts";
import { Code, formatArgument, formatLiteral, formatProperties } from "./literal.ts";
import { plainAnswer } from "./plain-answer.ts";
import { foldLists, foldRepeats, hasRepeats } from "./repeats.ts";
import { inputsOf } from "./run-inputs.ts";
import { runtimeWords, withoutText, withoutTextIn } from "./runtime-words.ts";
import { digestLines, testsIn } from "./test-blocks.ts";
import { testNames } from "./test-names.ts";
import { testTemplate } from "./test-template.ts";

export interface TestFileContent {
	/** The machine's name, for people. */
	readonly name: string;
	/** Path of the machine's file as the test sees it, with `/`. */
	readonly file: string;
	/** Where the machine is written inside of another, e.g. `machines.reader`. */
	readonly inner?: string | undefined;
	/** Path of a profiles catalog that the file is compiled with. */
	readonly profiles?: string | undefined;
	readonly scenarios: readonly EmittedScenario[];
}

/** A scenario, and what its run gave to agents and child machines where a test should say so. */
export interface EmittedScenario extends Scenario {
	readonly asked?: Asked;
}

const anyText = new Code("expect.any(String)");

/** Whatever ends a comment. */
const lineEnds = /[\n\r\u2028\u2029]/g;

/** A test as the template sees it. */
interface TemplateTest {
	readonly name: string;
	/** What the run gets from outside: the second argument of `replay`. */
	readonly answers: Readonly<Record<string, unknown>>;
	readonly expectations: readonly Expectation[];
}

interface Expectation {
	/** A property of the run. */
	readonly what: string;
	readonly matcher: "toBe" | "toEqual";
	readonly value: unknown;
}

/** A TypeScript file for vitest, formatted, the same for the same scenarios. */
export function testFile({ name, file, inner, profiles, scenarios }: TestFileContent): string {
	const names = testNames(scenarios);
	const tests = scenarios.map((scenario, index) => templateTest(names[index] ?? scenario.name, scenario));
	const render = (digests: readonly string[]) =>
		String(
			engine().parseAndRenderSync(testTemplate, {
				name,
				file,
				inner: inner ?? null,
				compiles: compileStatements(inner === undefined ? "machine" : "outer", file, profiles),
				tests,
				repeats: hasRepeats(tests),
				digests,
			}),
		);
	return render(digestLines(testsIn(render([]))));
}

function templateTest(name: string, scenario: EmittedScenario): TemplateTest {
	const { path, taken, context } = scenario;
	const words = runtimeWords(scenario);
	const expected = (value: unknown) => withoutText(value, words, anyText);
	const given = Object.entries(scenario.asked ? inputsOf(scenario.asked) : {});
	const inputs = Object.fromEntries(
		given.map(([kind, lists]) => [kind, foldLists(withoutTextIn(lists, words, anyText))]),
	);
	return {
		name,
		answers: answersOf(scenario),
		expectations: [
			{ what: "path", matcher: "toEqual", value: foldRepeats(path) },
			{ what: "taken", matcher: "toEqual", value: foldRepeats(taken.map(transitionKey)) },
			...(given.length > 0 ? [{ what: "inputs", matcher: "toEqual", value: inputs } as const] : []),
			...endingOf(scenario, expected),
			{ what: "context", matcher: "toEqual", value: expected(context) },
		],
	};
}

function answersOf(scenario: Scenario): Readonly<Record<string, unknown>> {
	const { input, machines, actions, waits, maxSteps } = scenario;
	const agents = Object.fromEntries(
		Object.entries(scenario.agents).map(([name, answers]) => [name, answers.map(plainAnswer)]),
	);
	const lists = Object.entries({ agents, machines, actions, waits }).map(
		([kind, map]) => [kind, foldLists(map)] as const,
	);
	const given = [["input", input] as const, ...lists].filter(([, map]) => Object.keys(map).length > 0);
	return { ...Object.fromEntries(given), ...(maxSteps !== undefined && { maxSteps }) };
}

function endingOf({ ending }: Scenario, expected: (value: unknown) => unknown): readonly Expectation[] {
	const status: Expectation = { what: "status", matcher: "toBe", value: ending.status };
	switch (ending.status) {
		case "done":
			return [status, { what: "output", matcher: "toEqual", value: expected(ending.output) }];
		case "failed":
			return [status, { what: "error", matcher: "toBe", value: ending.error }];
		case "stopped":
			return [status, { what: "reason", matcher: "toBe", value: ending.reason }];
		case "waiting":
			return [status, { what: "channel", matcher: "toBe", value: ending.channel }];
	}
}

function engine(): Liquid {
	const made = new Liquid({ ownPropertyOnly: true, strictFilters: true, strictVariables: true });
	made.registerFilter("literal", (value: unknown) => formatLiteral(value, 0, 0));
	made.registerFilter("comment", (text: string) => text.replace(lineEnds, " "));
	made.registerFilter("arguments", (answers: unknown, depth: number) => {
		const reserved = "const run = await replay(machine, );".length;
		if (!isRecord(answers) || Object.keys(answers).length === 0) return "machine";
		return `machine, ${formatProperties(answers, depth, reserved)}`;
	});
	made.registerFilter("expected", ({ what, matcher, value }: Expectation, depth: number) => {
		return formatArgument(value, depth, `expect(run.${what}).${matcher}();`.length);
	});
	return made;
}
