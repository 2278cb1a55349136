/** Conditions on what the runtime itself knows of a run: its steps, calls and cost. Each scenario is replayed. */
import { describe, expect, it } from "vitest";
import { explored, machine, reaches, scenarioNamed } from "./explored.ts";

describe("a condition", () => {
	it("on the steps and calls of the run is reached by going on", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    transitions:
      - { condition: context.machine.total_api_calls >= 5, to: many }
      - { condition: context.machine.step > 20, to: late }
      - { to: think }
  think:
    transitions:
      - { condition: context.machine.total_api_calls == 3 and context.machine.step == 6, to: third }
      - { condition: context.machine.step > 9, to: wait }
      - { to: ask }
  wait: { transitions: [{ condition: context.machine.step > 12, to: late }, { to: wait }] }
  many: { type: final }
  late: { type: final }
  third: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toMatchObject({ "ask#2": 1, "think#0": 6, "think#2": 2 });
		expect(reaches(found)).toMatchObject({ "ask#0": "unsolved", "wait#0": "unsolved" });
	});

	it("on what the run has cost is met by an answer that costs as much, or by several", async () => {
		const found = await explored(
			machine(`
context: { spent: 0, word: null }
states:
  ask:
    type: initial
    agent: a
    output_to_context: { spent: context.machine.total_cost, word: output.content }
    transitions:
      - { condition: context.word == 'dear' and context.machine.total_cost >= 0.5, to: dear }
      - { condition: context.spent > 0.2 and context.machine.total_cost < 0.4, to: slowly }
      - { condition: context.machine.total_cost > 100, to: broke }
      - { to: ask }
  dear: { type: final, output: { cost: context.machine.total_cost } }
  slowly: { type: final }
  broke: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "ask#0": 1, "ask#1": 2, "ask#2": 1, "ask#3": 1 });
		expect(scenarioNamed(found, "ask → dear")).toMatchObject({
			agents: { a: [{ content: "dear", cost: 0.5 }] },
			ending: { status: "done", output: { cost: 0.5 } },
		});
	});

	it("on what an agent with retries has cost is met, too", async () => {
		const found = await explored(
			machine(`
states:
  ask:
    type: initial
    agent: a
    execution: { type: retry, backoffs: [1] }
    transitions:
      - { condition: context.machine.total_cost > 1, to: dear }
      - { to: end }
  dear: { type: final }
  end: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "ask#0": 1, "ask#1": 1 });
	});
});
