/** Conditions on errors: which error a call fails with is solved from them, as answers are. Each scenario is replayed. */
import { describe, expect, it } from "vitest";
import { explored, machine, reaches, scenarioNamed } from "./explored.ts";

const ends = (names: string) =>
	names
		.split(" ")
		.map((name) => `  ${name}: { type: final }`)
		.join("\n");

describe("an error that a condition asks for", () => {
	it("is tried as the type and the text of an agent's error", async () => {
		const found = await explored(
			machine(`
states:
  ask: { type: initial, agent: a, on_error: sort, transitions: [{ to: done }] }
  sort:
    transitions:
      - { condition: context.last_error_type == "RateLimitError", to: limited }
      - { condition: "'quota' in context.last_error", to: quota }
      - { condition: "context.last_error == 'boom'", to: boom }
      - { condition: "context.last_error_type == 'AuthError' and 'key' in context.last_error", to: auth }
      - { to: done }
${ends("limited quota boom auth done")}
`),
			"solved",
		);
		expect(reaches(found)).toEqual({
			"ask#0": 1,
			"ask!default": 1,
			"sort#0": 2,
			"sort#1": 2,
			"sort#2": 2,
			"sort#3": 2,
			"sort#4": 2,
		});
		expect(scenarioNamed(found, "ask → sort → limited").agents).toEqual({
			a: [{ throw: "RateLimitError: made to fail" }],
		});
		expect(scenarioNamed(found, "ask → sort → boom").agents).toEqual({ a: [{ throw: "Error: boom" }] });
	});

	it("comes through templates of later states", async () => {
		const found = await explored(
			machine(`
context: { why: null }
states:
  ask: { type: initial, agent: a, on_error: note, transitions: [{ to: done }] }
  note:
    agent: b
    output_to_context: { why: "{{ context.last_error_type | lower }}: {{ context.last_error }}" }
    transitions:
      - { condition: "context.why == 'diskerror: full'", to: full }
      - { to: done }
${ends("full done")}
`),
			"solved",
		);
		expect(reaches(found)).toMatchObject({ "note#0": 2, "note#1": 2 });
	});

	it("is told as retries tell it, by its text", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: retry, backoffs: [1, 2] }
    on_error: sort
    transitions: [{ to: done }]
  sort:
    transitions:
      - { condition: "context.last_error_type == 'RuntimeError' and 'BadRequest' in context.last_error", to: bad }
      - { condition: "'HTTP 503' in context.last_error", to: down }
      - { to: done }
${ends("bad down done")}
`),
			"solved",
		);
		expect(reaches(found)).toMatchObject({ "sort#0": 2, "sort#1": 2, "sort#2": 2 });
		expect(scenarioNamed(found, "ask → sort → down").agents.a).toHaveLength(3);
	});

	it("is tried of actions, and of child machines, whichever route of on_error it takes", async () => {
		const found = await explored(
			machine(`
states:
  act: { type: initial, action: go, hooks: h, on_error: { DiskError: sort, default: child }, transitions: [{ to: child }] }
  sort:
    transitions:
      - { condition: "'full' in context.last_error", to: full }
      - { to: child }
  child: { machine: m, on_error: look, transitions: [{ to: done }] }
  look:
    transitions:
      - { condition: "context.last_error_type in ['GaveUp', 'Tired']", to: gone }
      - { to: done }
${ends("full gone done")}
`),
			"solved",
		);
		expect(reaches(found)).toMatchObject({ "sort#0": 2, "sort#1": 2, "look#0": 3, "look#1": 3 });
		expect(scenarioNamed(found, "act → sort → full").actions.go?.[0]).toMatchObject({
			throw: expect.stringMatching(/^DiskError: .*full/),
		});
	});

	it("stands among the results of lists and of foreach", async () => {
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
    on_error: none
    transitions:
      - { condition: "not context.results", to: none }
      - { condition: "context.results[0]._error_type == 'RateLimitError'", to: limited }
      - { condition: "context.results[0]._error != null and 'overload' in context.results[0]._error", to: overload }
      - { to: both }
  both:
    machine: [m, n]
    output_to_context: { grade: output.m.grade, why: output.n._error_type }
    transitions:
      - { condition: "context.grade == 3 and context.why == 'RateLimitError'", to: mixed }
      - { condition: "context.why == 'OtherError'", to: other }
      - { to: done }
${ends("none limited overload mixed other done")}
`,
				"{ one: { type: final, output: { grade: input.grade } } }",
			),
			"solved",
		);
		expect(Object.values(reaches(found)).filter((reach) => typeof reach !== "number")).toEqual([]);
	});
});

it("is told apart in the end where no call can fail with it", async () => {
	const found = await explored(
		machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: retry, backoffs: [1] }
    on_error: sort
    transitions: [{ to: done }]
  sort:
    transitions:
      - { condition: context.last_error_type == "RateLimitError", to: limited }
      - { to: done }
${ends("limited done")}
`),
		"solved",
	);
	expect(reaches(found)).toMatchObject({ "sort#0": "unsolved", "sort#1": 2 });
});
