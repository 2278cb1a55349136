/** What the search finds and proves: shortest runs, counters, growing values, dead transitions, loops without an end, bounds. */
import { describe, expect, it } from "vitest";
import { compileFile } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import type { Goal } from "../../src/testing/solve/answer-space.ts";
import { answers, explored, machine, reaches, scenarioNamed } from "./explored.ts";

const counting = (limit: number) =>
	machine(`
context: { n: 0 }
states:
  work:
    type: initial
    action: count
    hooks: hooks
    transitions: [{ to: check }]
  check:
    transitions:
      - { condition: context.n >= ${limit}, to: done }
      - { to: work }
  done: { type: final, output: { n: context.n } }
`);
const byOne = answers({ actionEffects: (_state, _action, { n }) => [{ n: Number(n) + 1 }], errors: () => [] });

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

	it("counts as far as a condition does, and completes other runs along the shortest way", async () => {
		const found = await explored(counting(25), byOne);
		expect(reaches(found)).toEqual({ "work#0": 1, "check#0": 50, "check#1": 2 });
		expect(found.scenarios.map(({ name, ending }) => [name, ending])).toEqual([
			["(work → check)×25 → done", { status: "done", output: { n: 25 } }],
		]);
		expect(found.size.situations).toBeLessThan(60);
	});

	it("tells texts apart by what a later state looks for inside of them", async () => {
		const found = await explored(
			machine(`
context: { text: null, word: null }
states:
  ask: { type: initial, agent: a, output_to_context: { text: output.content }, transitions: [{ to: look }] }
  look:
    transitions:
      - { condition: "'urgent' in context.text", to: soon }
      - { to: next }
  next: { agent: a, output_to_context: { word: output.content }, transitions: [{ to: sort }] }
  sort:
    transitions:
      - { condition: "context.word in 'yes'", to: soon }
      - { to: end }
  soon: { type: final }
  end: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "ask#0": 1, "look#0": 2, "look#1": 2, "next#0": 3, "sort#0": 4, "sort#1": 4 });
	});

	it("gives a run more steps than the machine has by itself where it needs them, and says so", async () => {
		const found = await explored(counting(600), byOne);
		expect(scenarioNamed(found, "(work → check)×600 → done").maxSteps).toBe(1201);
		expect(found.assumptions).toEqual([expect.stringContaining("more steps")]);
	});

	it("counts in texts that templates make", async () => {
		const found = await explored(
			machine(`
context: { n: "0" }
states:
  work:
    type: initial
    agent: a
    output_to_context: { n: "{{ (context.n | int) + 1 }}" }
    transitions: [{ condition: context.n == '12', to: done }, { to: work }]
  done: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "work#0": 12, "work#1": 1 });
	});

	it("does not follow lists, texts and numbers that grow for ever and matter to nothing", async () => {
		const found = await explored(
			machine(`
context: { list: "[]", text: "", sum: "0" }
states:
  work:
    type: initial
    agent: a
    output_to_context:
      list: "{{ context.list }},1"
      text: "{{ context.text }}{{ output.content }}"
      sum: "{{ (context.sum | int) + 7 }}"
    transitions: [{ condition: output.content == 'stop', to: done }, { to: work }]
  done: { type: final }
`),
			answers({ agentOutputs: () => [{ content: "go" }] }),
		);
		expect(reaches(found)).toEqual({ "work#0": "unsolved", "work#1": 1 });
		expect(found).toMatchObject({ isCutShort: false, size: { situations: 2 } });
	});

	it("comes to an end where what grows is looked at", async () => {
		const found = await explored(
			machine(`
context: { text: "", sum: "0" }
states:
  work:
    type: initial
    agent: a
    output_to_context: { text: "{{ context.text }}x", sum: "{{ (context.sum | int) + 7 }}" }
    transitions:
      - { condition: context.text == 'xxx', to: three }
      - { condition: "context.text == 'y' or context.sum == '15'", to: never }
      - { to: work }
  three: { transitions: [{ to: work }] }
  never: { type: final }
`),
			answers(),
		);
		expect(reaches(found)).toMatchObject({ "work#0": 3, "work#1": "unsolved", "work#2": 1 });
		expect(found.isCutShort).toBe(false);
		expect(found.size.situations).toBeLessThan(200);
	});

	it("tells values apart only by what is asked of them", async () => {
		const found = await explored(
			machine(`
states:
  s1: { type: initial, agent: a, output_to_context: { x: output.n }, transitions: [{ to: s2 }] }
  s2: { agent: a, output_to_context: { y: output.n }, transitions: [{ to: s3 }] }
  s3: { agent: a, output_to_context: { z: output.n }, transitions: [{ to: end }] }
  end:
    transitions:
      - { condition: context.x > 5 and context.y > 5 and context.z > 5, to: high }
      - { condition: context.x > 20, to: never }
      - { to: low }
  high: { type: final }
  low: { type: final }
  never: { type: final }
`),
			answers({ agentOutputs: () => Array.from({ length: 15 }, (_, n) => ({ n })) }),
		);
		expect(reaches(found)).toMatchObject({ "end#0": 4, "end#1": "unsolved", "end#2": 4 });
		expect(found.size.situations).toBeLessThan(60);
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

describe("what cannot happen", () => {
	it("is dead with a reason, and what only leads there is never entered", async () => {
		const found = await explored(
			machine(`
states:
  start:
    type: initial
    on_error: { ValueError: rescue, default: rescue }
    transitions:
      - { condition: false, to: idle }
      - { to: end }
      - { condition: output.x == 1, to: behind }
  idle: { transitions: [{ to: end }] }
  behind: { type: final }
  rescue: { type: final }
  end: { type: final }
`),
		);
		expect(reaches(found)).toEqual({
			"start#0": "switched_off",
			"start#1": 1,
			"start#2": "shadowed",
			"start!ValueError": "cannot_fail",
			"start!default": "cannot_fail",
			"idle#0": "state_never_entered",
		});
		expect(found.states.map(({ state, reach }) => [state, reach.status])).toEqual([
			["start", "covered"],
			["idle", "dead"],
			["behind", "dead"],
			["rescue", "dead"],
			["end", "covered"],
		]);
	});

	it("is each transition of a state that always fails", async () => {
		const found = await explored(
			machine(`
states:
  start:
    type: initial
    agent: ./missing.yml
    on_error: { FileNotFoundError: none, default: other }
    transitions: [{ to: end }]
  none: { type: final }
  other: { type: final }
  end: { type: final }
`),
		);
		expect(reaches(found)).toEqual({
			"start#0": "always_fails",
			"start!FileNotFoundError": 1,
			"start!default": "cannot_fail",
		});
	});

	it("is only unsolved where nothing is proven", async () => {
		const found = await explored(
			machine(`
states:
  start:
    type: initial
    agent: a
    output_to_context: { n: output.n }
    transitions: [{ condition: context.n == 3, to: three }, { to: end }]
  three: { transitions: [{ to: end }] }
  end: { type: final }
`),
		);
		expect(reaches(found)).toEqual({ "start#0": "unsolved", "start#1": 1, "three#0": "unsolved" });
		expect(found.transitions[0]?.reach).toMatchObject({ text: expect.stringContaining("`context.n == 3`") });
		expect(found.states[1]).toMatchObject({ state: "three", reach: { status: "unsolved" } });
	});
});

describe("loops without an end", () => {
	it("are told, and runs into them are stopped", async () => {
		const found = await explored(
			machine(`
states:
  start: { type: initial, agent: a, transitions: [{ condition: output.ok, to: end }, { to: one }] }
  one: { transitions: [{ to: two }] }
  two: { transitions: [{ to: one }] }
  end: { type: final }
`),
			answers({ agentOutputs: () => [{ ok: true }, { ok: false }], errors: () => [] }),
		);
		expect(found.endlessLoops).toEqual([
			{
				states: ["one", "two"],
				text: "`one` and `two` lead only to each other: no end can be reached from them, so only max_steps ends the run.",
			},
		]);
		expect(found.states.filter(({ isEndless }) => isEndless).map(({ state }) => state)).toEqual(["one", "two"]);
		expect(scenarioNamed(found, "start → one → two → one (stopped)")).toMatchObject({
			maxSteps: 4,
			ending: { status: "stopped", reason: "max_steps" },
		});
	});

	it("are none where an end is only behind a condition that was not solved", async () => {
		const found = await explored(
			machine(`
states:
  one: { type: initial, agent: a, transitions: [{ condition: output.n == 3, to: end }, { to: one }] }
  end: { type: final }
`),
		);
		expect(found.endlessLoops).toEqual([]);
		expect(found.states.map(({ isEndless }) => isEndless)).toEqual([false, false]);
	});
});

describe("limits of the machine's own", () => {
	it("stop runs where they would", async () => {
		const found = await explored(
			machine(`
settings: { max_agent_calls: 2 }
states:
  ask: { type: initial, agent: a, transitions: [{ condition: output.n == 1, to: end }, { to: ask }] }
  end: { type: final }
`),
			answers({ agentOutputs: () => [{ n: 0 }], errors: () => [] }),
		);
		expect(found.scenarios.map(({ path, ending }) => [path, ending])).toEqual([
			[["ask", "ask"], { status: "stopped", reason: "max_agent_calls" }],
		]);
	});
});

describe("the report", () => {
	it("names a machine in a file from the working directory on, and says where its transitions stand", () => {
		const { plan, plans } = compileFile("examples/parallelism/config/list.yml");
		const { machine: id, name, transitions } = exploreMachine(plan, { plans });
		expect([id, name]).toEqual(["examples/parallelism/config/list.yml", "trip-plan"]);
		expect(transitions).toMatchObject([{ label: "otherwise", at: { line: expect.any(Number) } }]);
		expect(exploreMachine(plan, { plans, machine: "mine" }).machine).toBe("mine");
	});
});

describe("a large machine", () => {
	it("of 1,000 states and 3,000 transitions is searched in few situations", () => {
		const size = 1000;
		const states = Array.from({ length: size }, (_, index) => {
			const to = (step: number) => `s${(index * 7919 + step * 104729) % size}`;
			const next = index + 1 < size ? `s${index + 1}` : "done";
			return `
  s${index}:
    agent: a
    output_to_context: { score: output.score, kind: output.kind }
    transitions:
      - { condition: context.score >= 8, to: ${next} }
      - { condition: context.kind == 'back', to: ${to(1)} }
      - { to: ${index % 5 === 0 ? "done" : to(2)} }`;
		});
		const compiled = machine(`
states:${states.join("")}
  start: { type: initial, transitions: [{ to: s0 }] }
  done: { type: final }
`);
		return explored(
			compiled,
			answers({ agentOutputs: () => [{ score: 8 }, { kind: "back", score: 1 }, { score: 1 }] }),
			{ replays: 50 },
		).then((found) => {
			expect(found.transitions).toHaveLength(3001);
			expect(found.transitions.every(({ reach }) => reach.status === "covered")).toBe(true);
			expect(found.size.situations).toBe(1002);
			expect(found.size.steps).toBeLessThan(10_000);
		});
	});
});
