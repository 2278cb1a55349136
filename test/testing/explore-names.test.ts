/** Scenarios are named after their paths; of several on one path, the others after what they do otherwise than the first. */
import { expect, test } from "vitest";
import { exploreMachine } from "../../src/testing/explore/index.ts";
import { agents, machine } from "./property-machines.ts";

function namesOf(data: string): readonly string[] {
	const { plan, plans } = machine(data);
	return exploreMachine(plan, { plans }).scenarios.map(({ name }) => name);
}

test("by the condition that leads on", () => {
	const names = namesOf(`${agents({ judge: "score: { type: int }, approved: { type: bool }" })}
context: { score: 0, approved: false }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score, approved: output.approved }
    transitions: [{ condition: context.approved, to: done }, { condition: context.score >= 8, to: done }, { to: done }]
  done: { type: final }`);
	expect(names).toEqual([
		"judge (failed)",
		"judge → done",
		"judge → done (judge: context.score >= 8)",
		"judge → done (judge: otherwise)",
	]);
});

test("by how the work of a state goes", () => {
	const names = namesOf(`machines:
  part: { spec: flatmachine, data: { states: { only: { type: initial, output: { n: input.n } } } } }
context: { items: input.items }
states:
  each: { type: initial, foreach: context.items, as: item, machine: part, input: { n: item }, output_to_context: { parts: output }, transitions: [{ to: done }] }
  done: { type: final }`);
	expect(names).toEqual([
		"each → done",
		"each → done (all items failed)",
		"each → done (some items failed)",
		"each → done (no items)",
	]);
});

test("by the error that is met, and by retries", () => {
	const names = namesOf(`${agents({ asked: "" })}
states:
  ask: { type: initial, agent: asked, execution: { type: retry, backoffs: [1] }, transitions: [{ to: done }], on_error: { RateLimitError: late, default: late } }
  late: { transitions: [{ to: done }] }
  done: { type: final }`);
	expect(names).toEqual([
		"ask → done",
		"ask → done (answered after a retry)",
		"ask → late → done",
		"ask → late → done (RateLimitError)",
	]);
});

test("by a number where nothing else tells them apart", () => {
	const long = "context.word == 'one of the longest words that a condition may ever have been compared with, and more'";
	const names = namesOf(`${agents({ asked: "word: { type: str }" })}
context: { word: null }
states:
  ask:
    type: initial
    agent: asked
    output_to_context: { word: output.word }
    transitions: [{ condition: "context.word == 'a'", to: done }, { condition: "${long}", to: done }, { condition: "${long} or context.word == 'b'", to: done }]
    on_error: done
  done: { type: final }`);
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(name.length).toBeLessThanOrEqual(100);
});
