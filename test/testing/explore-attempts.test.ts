/** States with key results in exploration: they hold, hold later or never do, and nothing wrong is called dead. */
import { describe, expect, it } from "vitest";
import { proveDead } from "../../src/testing/solve/prove-dead.ts";
import { explored, machine, outcomesOf, reaches } from "./explored.ts";

const work = (keys: string, more = "") =>
	machine(`
name: m
settings: { validator: b, history: true }
context: { text: null, score: null, list: [1, 2], topic: "{{ input.topic | default('rain') }}" }
states:
  work:
    type: initial
${keys.replace(/^/gm, "    ")}
    on_error: { MaxRetriesExceeded: used_up, default: failed }
    transitions: [{ condition: context.attempt.number > 0, to: late }, { to: end }]
  late: { type: final, output: { number: context.attempt.number, text: context.text } }
  used_up: { type: final, output: { why: context.last_error, feedback: context.attempt.feedback } }
  failed: { type: final, output: { why: context.last_error } }
  end: { type: final, output: { text: context.text, history: context.history } }
${more}`);

const all = { "work#0": 1, "work#1": 1, "work!MaxRetriesExceeded": 1, "work!default": 1 };
const outcomes = ["key results held at once", "key results held in a later attempt", "attempts used up"];

describe("key results in an exploration", () => {
	it.each([
		["a length", "check: 'size(text(output)) >= 40'"],
		["lengths between", "check: 'size(text(output)) >= 5 and size(text(output)) <= 9'"],
		["a text to be held", "check: \"contains(text(output), '# Summary') and contains(text(output), context.topic)\""],
		["a count", "check: \"count(text(output), '#') >= 3\""],
		["a pattern", "check: \"matches(text(output), '^[A-Z]{2}-[0-9]+$')\""],
		["a field", "check: output.score >= 8"],
		["an action", "check: { action: scan }"],
		["a judge", "description: Is kind"],
	])("with %s hold at once, later, or not at all", async (_what, check) => {
		const compiled = work(
			`agent: a\nkey_results: [{ name: one, ${check} }]\nmax_retries: 2\noutput_to_context: { text: output.content, score: output.score }`,
		);
		const exploration = await explored(compiled, "solved");
		expect(reaches(exploration)).toEqual(all);
		expect(outcomesOf(exploration, "work")).toEqual(expect.arrayContaining(outcomes));
	});

	it("of an action and a child machine are explored likewise", async () => {
		const acting = work("action: go\nkey_results: [{ name: one, check: context.score == 3 }]\nmax_retries: 1");
		expect(reaches(await explored(acting, "solved"))).toMatchObject({ "work#1": 1, "work!MaxRetriesExceeded": 1 });
		const calling = work("machine: m\nkey_results: [{ name: one, check: output.text == 'good' }]\nmax_retries: 1");
		expect(reaches(await explored(calling, "solved"))).toMatchObject({ "work!MaxRetriesExceeded": 1 });
	});

	it("that were never asked for twice have no later attempt", async () => {
		const compiled = work("agent: a\nkey_results: [{ name: one, check: size(text(output)) > 3 }]\nmax_retries: 0");
		const exploration = await explored(compiled, "solved");
		expect(outcomesOf(exploration, "work")).not.toContain("key results held in a later attempt");
		expect(reaches(exploration)).toMatchObject({ "work#1": 1, "work!MaxRetriesExceeded": 1 });
	});

	it("fail within a timeout and with retries, as they are replayed", async () => {
		const compiled = work(
			"agent: a\ntimeout: 60\nexecution: { type: retry, backoffs: [1] }\nkey_results: [{ name: one, check: size(text(output)) > 3 }, { name: two, description: Is kind }]\nmax_retries: 1\noutput_to_context: { text: output.content }",
		);
		expect(reaches(await explored(compiled, "solved"))).toEqual(all);
	});

	it("are why a state fails that nothing else could fail", () => {
		const { plan } = work("foreach: context.list\nmachine: m\nkey_results: [{ name: one, check: size(output) > 2 }]");
		const route = { state: "work", kind: "error", error: "MaxRetriesExceeded", to: "used_up" } as const;
		expect(proveDead(plan, route)).toBeUndefined();
	});
});
