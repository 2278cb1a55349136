/** Counters, texts and lists that grow: followed as far as a condition asks, and no further. Each scenario is replayed. */
import { describe, expect, it } from "vitest";
import { answers, byOne, counting, explored, machine, reaches, scenarioNamed } from "./explored.ts";

describe("a search", () => {
	it("counts as far as a condition does, and completes other runs along the shortest way", async () => {
		const found = await explored(counting(25), byOne);
		expect(reaches(found)).toEqual({ "work#0": 1, "check#0": 50, "check#1": 2 });
		expect(found.scenarios.map(({ name, ending }) => [name, ending])).toEqual([
			["(work → check)×25 → done", { status: "done", output: { n: 25 } }],
		]);
		expect(found.size.situations).toBeLessThan(60);
	});

	it("counts what changes no condition until it has added up", async () => {
		const found = await explored(
			machine(`
context: { round: 0, bad: 0 }
states:
  ask:
    type: initial
    agent: a
    output_to_context:
      round: "{{ context.round | int + 1 }}"
      bad: "{{ context.bad | int + (0 if output.ok else 1) }}"
    transitions:
      - { condition: context.bad == "4", to: broken }
      - { condition: context.round == "7", to: look }
      - { to: ask }
  look: { transitions: [{ condition: context.bad == "3", to: almost }, { to: done }] }
  broken: { type: final }
  almost: { type: final }
  done: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "ask#0": 4, "ask#1": 7, "ask#2": 1, "look#0": 8, "look#1": 8 });
	});

	it("counts on the way that leads on, where the same answer decides both", async () => {
		const found = await explored(
			machine(`
context: { got: 0, by: null }
states:
  wait:
    type: initial
    wait_for: votes
    output_to_context: { got: "{{ context.got | int + (1 if output.ok else 0) }}", by: output.user.email }
    transitions:
      - { condition: context.got == "3", to: approved }
      - { condition: context.by == null, to: anonymous }
      - { to: wait }
  approved: { type: final }
  anonymous: { type: final }
`),
			"solved",
		);
		expect(reaches(found)).toEqual({ "wait#0": 3, "wait#1": 1, "wait#2": 1 });
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
});
