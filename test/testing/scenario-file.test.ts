/** Scenario files: what is written is read back, looks like something that a person would write, and is checked. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidScenarioError } from "../../src/testing/scenario/errors.ts";
import { isScenario, readScenario } from "../../src/testing/scenario/read-scenario.ts";
import type { Ending, TransitionId, WrittenScenario } from "../../src/testing/scenario/scenario.ts";
import { writeScenario } from "../../src/testing/scenario/write-scenario.ts";

const review: WrittenScenario = {
	name: "write → judge → done",
	input: { topic: "kettles", hurry: true },
	agents: {
		writer: ["Hot water.", "One line\n\nand another\n"],
		judge: [{ score: 9 }, { throw: "RateLimitError: slow" }],
	},
	machines: { child: [{ output: { x: [1, 2] } }, { throw: "Oops: no" }] },
	actions: { count: [{ set: { n: null } }] },
	waits: { approve: [{ data: { ok: true } }, { timeout: true }] },
	maxSteps: 20,
	path: ["write", "judge", "done"],
	taken: [
		{ state: "write", kind: "transition", index: 0, to: "judge" },
		{ state: "judge", kind: "error", error: "RateLimitError", to: "done" },
	],
	ending: { status: "done", output: { text: "Hot water." } },
	context: { text: "Hot water.", score: 9 },
};

const text = `scenario: write → judge → done
machine: ./review.yml
input: { topic: kettles, hurry: true }
agents:
  writer:
    - Hot water.
    - |
      One line

      and another
  judge:
    - { score: 9 }
    - { throw: "RateLimitError: slow" }
machines:
  child:
    - { output: { x: [1, 2] } }
    - { throw: "Oops: no" }
actions:
  count:
    - { set: { n: null } }
waits:
  approve:
    - { data: { ok: true } }
    - { timeout: true }
max_steps: 20
path: [write, judge, done]
taken:
  - { state: write, transition: 0, to: judge }
  - { state: judge, error: RateLimitError, to: done }
ending: { status: done, output: { text: Hot water. } }
context: { text: Hot water., score: 9 }
`;

test("a scenario is written as a person would write it", () => {
	expect(writeScenario(review, { machine: "./review.yml" })).toBe(text);
});

test("what is written is read back", () => {
	expect(readScenario(text)).toEqual({ scenario: review, machine: "./review.yml" });
});

test("a name is all that a scenario needs", () => {
	const scenario = { name: "nothing", input: {}, agents: {}, machines: {}, actions: {}, waits: {} };
	expect(writeScenario(scenario)).toBe("scenario: nothing\n");
	expect(readScenario("scenario: nothing\n")).toEqual({ scenario });
	expect(readScenario('{"scenario": "nothing"}', "nothing.json")).toEqual({ scenario });
});

const key = fc.oneof(
	fc.constantFrom("yes", "null", "1", "a b", "x: y", "- z", "#", "~", ""),
	fc.string({ unit: "binary" }),
);
const noPrototype = key.filter((name) => !["__proto__", "constructor", "prototype", "<<"].includes(name));
const leaf = fc.oneof(
	fc.string({ unit: "binary" }),
	fc.string({ unit: fc.constantFrom("a", "\n", " ", "b: ", "# ", "\t", "-", "{{ x }}", "é") }),
	fc.constantFrom("yes", "No", "null", "012", "1e3", "0x1f", "1:30", "~", "2020-01-01", "=", "|", "> "),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.maxSafeInteger(),
	fc.boolean(),
	fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4 },
		leaf,
		fc.array(tie("value"), { maxLength: 4 }),
		fc.dictionary(noPrototype, tie("value"), { maxKeys: 4, noNullPrototype: true }),
	),
}));
const record = fc.dictionary(noPrototype, value, { maxKeys: 4, noNullPrototype: true });
const name = fc.string({ unit: "binary", minLength: 1 });
const lists = <T>(item: fc.Arbitrary<T>) =>
	fc.dictionary(noPrototype, fc.array(item, { maxLength: 3 }), { maxKeys: 3, noNullPrototype: true });
const thrown = fc.record({ throw: fc.string({ unit: "binary" }) });
const ending: fc.Arbitrary<Ending> = fc.oneof(
	fc.record({ status: fc.constant("done" as const), output: value }),
	fc.record({ status: fc.constant("failed" as const), error: name }),
	fc.record({
		status: fc.constant("stopped" as const),
		reason: fc.constantFrom("max_steps" as const, "hook" as const),
	}),
	fc.record({ status: fc.constant("waiting" as const), channel: name }),
);
const transition: fc.Arbitrary<TransitionId> = fc.oneof(
	fc.record({ state: name, kind: fc.constant("transition" as const), index: fc.nat(), to: name }),
	fc.record({ state: name, kind: fc.constant("error" as const), error: name, to: name }),
);
const scenarios: fc.Arbitrary<WrittenScenario> = fc.record(
	{
		name,
		input: record,
		agents: lists(fc.oneof(fc.string({ unit: "binary" }), record)),
		machines: lists(
			fc.oneof(
				fc.record({ output: value, late: fc.constant(true as const) }, { requiredKeys: ["output"] }),
				thrown,
				thrown.map((answer) => ({ ...answer, late: true as const })),
			),
		),
		actions: lists(fc.oneof(fc.record({ set: record }), thrown)),
		waits: lists(fc.oneof(fc.record({ data: value }), fc.constant({ timeout: true as const }))),
		maxSteps: fc.integer({ min: 1 }),
		path: fc.array(name),
		taken: fc.array(transition),
		ending,
		context: record,
	},
	{ requiredKeys: ["name", "input", "agents", "machines", "actions", "waits"] },
);

/** As JSON has it: no negative zero. */
function asJson(data: unknown): unknown {
	return JSON.parse(JSON.stringify(data));
}

test("any scenario is read back as it was written, and written again as it was", () => {
	fc.assert(
		fc.property(scenarios, (scenario) => {
			const written = writeScenario(scenario);
			const { scenario: read } = readScenario(written);
			expect(asJson(read)).toEqual(asJson(scenario));
			expect(writeScenario(read)).toBe(written);
		}),
		{ numRuns: 500 },
	);
});

function problems(source: string): readonly string[] {
	try {
		readScenario(source, "s.yml");
		return [];
	} catch (error) {
		if (error instanceof InvalidScenarioError) return error.problems;
		throw error;
	}
}

test("everything that is wrong is said with its place and what to write", () => {
	expect(
		problems(`scenario: x
input: [1]
agents:
  writer: hello
  judge: [null]
machines: { child: [{ result: 1 }, { output: 1, throw: x }] }
actions: { act: [{ set: 3 }] }
waits: { w: [{ timeout: false }] }
max_steps: -1
path: [a, 3]
taken: [{ state: a, to: b }]
ending: { status: maybe }
steps: 3
`),
	).toMatchInlineSnapshot(`
		[
		  "s.yml:2:1 \`input\` must be a map, got a list.",
		  "s.yml:4:3 \`agents.writer\` must be a list of answers, got a text.",
		  "s.yml:5:11 \`agents.judge[0]\` must be a text or a map, got nothing. Write \`output: …\` before it.",
		  "s.yml:6:21 \`machines.child[0]\` must be \`output: VALUE\` or \`throw: "TypeName: message"\`, perhaps with \`late: true\`.",
		  "s.yml:6:23 \`machines.child[0].result\` is unknown; known are output, throw, late.",
		  "s.yml:6:36 \`machines.child[1]\` must be \`output: VALUE\` or \`throw: "TypeName: message"\`, perhaps with \`late: true\`.",
		  "s.yml:7:18 \`actions.act[0]\` must be \`set: { KEY: VALUE }\` or \`throw: "TypeName: message"\`.",
		  "s.yml:8:14 \`waits.w[0]\` must be \`data: VALUE\`, the signal's data, or \`timeout: true\`.",
		  "s.yml:9:1 \`max_steps\` must be a whole number above 0.",
		  "s.yml:10:11 \`path[1]\` must be a state's name, got a number.",
		  "s.yml:11:9 \`taken[0]\` must be \`{ state, transition, to }\`, counted from 0, or \`{ state, error, to }\`.",
		  "s.yml:12:1 \`ending\` must be a map with a \`status\`: done, failed, stopped or waiting.",
		  "s.yml:13:1 \`steps\` is unknown; known are scenario, machine, input, agents, machines, actions, waits, max_steps, path, taken, ending, context.",
		]
	`);
});

test("an ending says what it needs", () => {
	expect(problems("scenario: x\nending: { status: done }")).toMatchInlineSnapshot(`
		[
		  "s.yml:2:1 \`ending\` needs \`output\`: what the run gives.",
		]
	`);
	expect(problems("scenario: x\nending: { status: failed }")).toMatchInlineSnapshot(`
		[
		  "s.yml:2:1 \`ending\` needs \`error\`: the error's name, as in \`on_error\`.",
		]
	`);
	expect(problems("scenario: x\nending: { status: stopped, reason: boredom }")).toMatchInlineSnapshot(`
		[
		  "s.yml:2:1 \`ending\` has an unknown reason; known are max_steps, max_agent_calls, max_cost, max_tokens, hook.",
		]
	`);
	expect(problems("scenario: x\nending: { status: waiting, channel: c, data: 1 }")).toMatchInlineSnapshot(`
		[
		  "s.yml:2:40 \`ending.data\` is unknown; known are status, channel.",
		]
	`);
});

test("what is no map, has no name, or is no YAML is told", () => {
	expect(problems("- a")).toMatchInlineSnapshot(`
		[
		  "s.yml:1:1 a map is expected, this is a list",
		]
	`);
	expect(problems("path: [a]")).toMatchInlineSnapshot(`
		[
		  "s.yml:1:1 The file needs a name: begin with \`scenario: NAME\`.",
		]
	`);
	expect(problems("scenario: [")).toMatchInlineSnapshot(`
		[
		  "s.yml:1:12 flow sequence in block collection must be sufficiently indented and end with a ]; check the indentation, and that every bracket is closed",
		]
	`);
	expect(problems("")).toMatchInlineSnapshot(`
		[
		  "s.yml:1:1 the file is empty",
		]
	`);
});

test("a script with answers of an agent called scenario is no scenario", () => {
	expect(isScenario({ scenario: "x" })).toBe(true);
	expect(isScenario({ scenario: ["an answer"] })).toBe(false);
	expect(isScenario(["x"])).toBe(false);
	expect(isScenario(Object.create({ scenario: "inherited" }))).toBe(false);
});
