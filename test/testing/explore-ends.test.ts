/** What cannot happen, loops without an end, limits, and machines that are large: how an exploration tells of them. */
import { describe, expect, it } from "vitest";
import { compileFile } from "../../src/compile.ts";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { answers, explored, machine, reaches, scenarioNamed } from "./explored.ts";

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
