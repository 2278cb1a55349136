/** Every kind of work of a state, in all the ways in which it can go. Each scenario is replayed on the runtime. */
import { describe, expect, it } from "vitest";
import { answers, errors, explored, machine, outcomesOf, reaches, scenarioNamed } from "./explored.ts";

describe("an agent", () => {
	it("answers what makes conditions true and false, and fails with each name that on_error has and another one", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    output_to_context: { score: output.score }
    on_error: { TimeoutError: late, default: broken }
    transitions:
      - { condition: context.score >= 8, to: good }
      - { to: bad }
  good: { type: final }
  bad: { type: final, output: { score: context.score } }
  late: { type: final }
  broken: { type: final }
`),
			answers({ agentOutputs: () => [{ score: 7 }, { score: 8 }] }),
		);
		expect(reaches(found)).toEqual({ "ask#0": 1, "ask#1": 1, "ask!TimeoutError": 1, "ask!default": 1 });
		expect(outcomesOf(found, "ask")).toEqual(["agent answered", "agent failed"]);
		expect(scenarioNamed(found, "ask → bad")).toMatchObject({
			agents: { a: [{ output: { score: 7 } }] },
			path: ["ask", "bad"],
			ending: { status: "done", output: { score: 7 } },
			context: { score: 7 },
		});
		expect(scenarioNamed(found, "ask → late").agents).toEqual({ a: [{ throw: "TimeoutError: made to fail" }] });
		expect(scenarioNamed(found, "ask → broken").context).toMatchObject({ last_error_type: "Error" });
	});

	it("fails the run where nothing routes its error", async () => {
		const found = await explored(
			machine("states: { ask: { type: initial, agent: a, transitions: [{ to: end }] }, end: { type: final } }"),
		);
		expect(scenarioNamed(found, "ask (failed)").ending).toEqual({ status: "failed", error: "Error" });
	});

	it("with retries answers at once, after one failure, or never", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: retry, backoffs: [1, 2], jitter: 0.5, retry_on_empty: true }
    on_error: lost
    transitions: [{ to: end }]
  end: { type: final }
  lost: { type: final, output: { why: context.last_error } }
`),
		);
		expect(outcomesOf(found, "ask")).toEqual(["agent answered", "answered after a retry", "retries exhausted"]);
		const lost = scenarioNamed(found, "ask → lost");
		expect(lost.agents.a).toHaveLength(3);
		expect(lost.ending).toEqual({ status: "done", output: { why: "Error: made to fail" } });
	});

	it("runs out of the state's time in its back-offs", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    timeout: 5
    execution: { type: retry, backoffs: [2, 4, 8], jitter: 0 }
    on_error: { TimeoutError: late }
    transitions: [{ to: end }]
  end: { type: final }
  late: { type: final, output: { why: context.last_error } }
`),
			answers({ errors: () => errors("Error") }),
		);
		expect(reaches(found)["ask!TimeoutError"]).toBe(1);
		expect(scenarioNamed(found, "ask → late").agents.a).toHaveLength(2);
	});

	it("with samples gives all, some and none of them, and never fails", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: parallel, n_samples: 3 }
    output_to_context: { count: output.count, first: "{{ output.results[0].content if output.results else '' }}" }
    on_error: never
    transitions:
      - { condition: context.count == 3, to: all }
      - { condition: context.count == 2, to: some }
      - { condition: context.count is none, to: none }
      - { to: end }
  all: { type: final }
  some: { type: final }
  none: { type: final }
  end: { type: final }
  never: { type: final }
`),
		);
		expect(reaches(found)).toMatchObject({ "ask#0": 1, "ask#1": 1, "ask#2": 1 });
		expect(outcomesOf(found, "ask")).toEqual(["all samples answered", "some samples failed", "all samples failed"]);
	});

	it("is voted on: one candidate wins, the votes are split, or no answer counts", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: mdap_voting, k_margin: 2, max_candidates: 4 }
    output_to_context: { choice: output.choice }
    transitions:
      - { condition: context.choice == 'left', to: left }
      - { to: other }
  left: { type: final }
  other: { type: final }
`),
			answers({ agentOutputs: () => [{ choice: "left" }, { choice: "right" }] }),
		);
		expect(outcomesOf(found, "ask")).toEqual([
			"a candidate won",
			"no candidate won by its margin",
			"no valid candidate",
		]);
		expect(scenarioNamed(found, "ask → left").agents.a).toEqual([
			{ output: { choice: "left" } },
			{ output: { choice: "left" } },
		]);
	});
});

describe("an action", () => {
	it("sets what conditions read, fails, and is seen by the agent behind it", async () => {
		const found = await explored(
			machine(`
context: { n: 0 }
states:
  do:
    type: initial
    action: count
    hooks: hooks
    agent: a
    input: { n: "{{ 6 / context.n }}" }
    output_to_context: { said: output.content }
    on_error: { ExpressionError: nothing, TooMuch: much }
    transitions:
      - { condition: context.n > 1, to: two }
      - { to: one }
  nothing: { type: final }
  much: { type: final }
  one: { type: final }
  two: { type: final }
`),
			answers({ actionEffects: () => [{}, { n: 1 }, { n: 2 }] }),
		);
		expect(reaches(found)).toEqual({ "do#0": 1, "do#1": 1, "do!ExpressionError": 1, "do!TooMuch": 1 });
		expect(outcomesOf(found, "do")).toEqual(["action done", "action failed", "agent answered", "agent failed"]);
		expect(scenarioNamed(found, "do → two")).toMatchObject({
			actions: { count: [{ set: { n: 2 } }] },
			agents: { a: ["text"] },
		});
	});
});

describe("a wait", () => {
	it("ends with a signal or with its time, and its data are the state's output", async () => {
		const found = await explored(
			machine(`
context: { id: 7 }
states:
  wait:
    type: initial
    wait_for: "go/{{ context.id }}"
    timeout: 60
    output_to_context: { value: output.value }
    on_error: { TimeoutError: late }
    transitions:
      - { condition: output.ok, to: good }
      - { condition: context.value == 3, to: three }
      - { to: bad }
  good: { type: final }
  three: { type: final }
  bad: { type: final }
  late: { type: final }
`),
			answers({ signals: () => [{ ok: true }, { ok: false }, 3] }),
		);
		expect(reaches(found)).toEqual({ "wait#0": 1, "wait#1": 1, "wait#2": 1, "wait!TimeoutError": 1 });
		expect(outcomesOf(found, "wait")).toEqual(["signal received", "timed out"]);
		expect(scenarioNamed(found, "wait → late").waits).toEqual({ wait: [{ timeout: true }] });
	});
});

describe("a final state", () => {
	it("takes its error route where its output cannot be made", async () => {
		const found = await explored(
			machine(`
context: { n: input.n }
states:
  end: { type: final, output: { n: "{{ 1 / context.n }}" }, on_error: zero }
  zero: { type: final, output: { why: context.last_error_type } }
  start: { type: initial, transitions: [{ to: end }] }
`),
			answers({ inputs: () => [{ n: 1 }, { n: 0 }] }),
		);
		expect(reaches(found)).toEqual({ "end!default": 2, "start#0": 1 });
		expect(scenarioNamed(found, "start → end → zero").ending).toEqual({
			status: "done",
			output: { why: "ExpressionError" },
		});
	});
});
