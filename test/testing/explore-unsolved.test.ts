/** What is said of transitions that no run was found for: the condition, and what a person can do. */
import { describe, expect, it } from "vitest";
import { explored, machine } from "./explored.ts";

/** The sentences of all transitions that are unsolved, by where they lead. */
async function unsolved(data: string): Promise<Record<string, string>> {
	const { transitions } = await explored(machine(data), "solved");
	return Object.fromEntries(
		transitions.flatMap(({ id, reach }) => (reach.status === "unsolved" ? [[id.to, reach.text]] : [])),
	);
}

describe("an unsolved condition", () => {
	it("on what is fixed in tests is named with what it is", async () => {
		const texts = await unsolved(`
name: watcher
states:
  look:
    type: initial
    transitions:
      - { condition: context.machine.depth > 0, to: deep }
      - { condition: context.machine.parent_execution_id != null, to: child }
      - { condition: "context.machine.execution_id == 'mine'", to: mine }
      - { condition: "context.machine.machine_name == 'other'", to: other }
      - { condition: context.machine.total_cost > 1, to: dear }
      - { condition: context.machine.total_api_calls > 3, to: busy }
      - { to: end }
  deep: { type: final }
  child: { type: final }
  mine: { type: final }
  other: { type: final }
  dear: { type: final }
  busy: { type: final }
  end: { type: final }
`);
		expect(texts.deep).toBe(
			"No answers were found with which `look` goes on to `deep`: `context.machine.depth > 0`. `context.machine.depth` is 0 in tests, since each machine is tested by itself.",
		);
		expect(texts.child).toContain("is null in tests");
		expect(texts.mine).toContain("`context.machine.execution_id` is `scenario` in tests.");
		expect(texts.other).toContain("is always `watcher`.");
		expect(texts.dear).toContain("an answer of a scenario has `cost: 0.5`.");
		expect(texts.busy).toContain("`usage: { api_calls: 5 }`.");
		expect(Object.keys(texts)).toHaveLength(6);
	});

	it("on the type of an error behind retries is told where the agent's own type stands", async () => {
		const texts = await unsolved(`
states:
  ask: { type: initial, agent: a, execution: { type: retry, backoffs: [1] }, on_error: sort, transitions: [{ to: end }] }
  sort: { transitions: [{ condition: "context.last_error_type == 'AuthError'", to: auth }, { to: end }] }
  auth: { type: final }
  end: { type: final }
`);
		expect(texts.auth).toContain("Behind retries the type is `RuntimeError`");
	});

	it("on values from outside is told under which keys of a scenarios file they are given", async () => {
		const hashed = (of: string) => `"{% for c in ${of} %}{{ c | upper }}-{{ loop.index * 7 }}{% endfor %}"`;
		const texts = await unsolved(`
context: { a: null, b: ${hashed("input.text")}, c: null }
states:
  ask:
    type: initial
    agent: a
    output_to_context: { a: ${hashed("output.content")} }
    transitions:
      - { condition: "context.a == 'Q-7Z-14'", to: found }
      - { condition: "context.b == 'Q-7Z-14'", to: given }
      - { to: wait }
  wait:
    wait_for: news
    output_to_context: { c: ${hashed("output.text")} }
    transitions:
      - { condition: "context.c == 'Q-7Z-14'", to: heard }
      - { to: end }
  found: { type: final }
  given: { type: final }
  heard: { type: final }
  end: { type: final }
`);
		expect(texts.found).toMatch(/ Give values of your own under `agents\.a` of a file for --scenarios\.$/);
		expect(texts.given).toMatch(/ Give values of your own under `inputs` of a file for --scenarios\.$/);
		expect(texts.heard).toMatch(/ Give values of your own under `waits\.wait` of a file for --scenarios\.$/);
	});
});

describe("an error route that no run takes", () => {
	it("names the errors that it is for, where these are known", async () => {
		const texts = await unsolved(`
context: { list: [1] }
states:
  each: { type: initial, foreach: context.list, as: item, machine: m, on_error: lost, transitions: [{ to: end }] }
  lost: { type: final }
  end: { type: final }
`);
		expect(texts.lost).toBe(
			"No run was found in which `each` fails; it could with `ValueError` or `MachineDepthError`.",
		);
	});

	it("of a vote says why tests do not take it", async () => {
		const texts = await unsolved(`
states:
  vote: { type: initial, agent: a, execution: { type: mdap_voting, k_margin: 2 }, on_error: lost, transitions: [{ to: end }] }
  lost: { type: final }
  end: { type: final }
`);
		expect(texts.lost).toContain("only where its agent cannot be set up, which tests do not try.");
	});
});
