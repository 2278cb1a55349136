/** What a replay says where the run goes another way than its scenario: sentences that say what to look at. */
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import type { WrittenScenario } from "../../src/testing/scenario/scenario.ts";
import { documentOf } from "../runtime/flat.ts";

const machine = compile(
	documentOf(
		`
context: { score: 0 }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score }
    transitions:
      - { condition: "context.score >= 8", to: done }
      - { condition: "context.score >= 5", to: done }
      - { to: judge }
  done: { type: final, output: { score: context.score } }
`,
		{ use: ["judge"] },
	),
);

async function differences(parts: Partial<WrittenScenario>): Promise<readonly string[]> {
	const scenario = { name: "test", input: {}, agents: {}, machines: {}, actions: {}, waits: {}, ...parts };
	return (await replayScenario(machine, scenario)).differences;
}

const agents = { judge: [{ score: 3 }, { score: 8 }] };

test("what is not said is not compared", async () => {
	expect(await differences({ agents })).toEqual([]);
});

test("another way is told by its first state that differs", async () => {
	expect(await differences({ agents, path: ["judge", "done"] })).toEqual([
		"The run goes another way: state 2 is `judge` and should be `done`. It went judge → judge → done.",
	]);
	expect(await differences({ agents, path: ["judge", "judge"] })).toEqual([
		"The run goes another way: there is a state 3, `done`, where the scenario has ended. It went judge → judge → done.",
	]);
	expect(await differences({ agents, path: ["judge", "judge", "done", "after"] })).toEqual([
		"The run goes another way: there is no state 4, which should be `after`. It went judge → judge → done.",
	]);
});

test("another transition to the same state is told", async () => {
	const taken = [
		{ state: "judge", kind: "transition", index: 2, to: "judge" },
		{ state: "judge", kind: "transition", index: 1, to: "done" },
	] as const;
	expect(await differences({ agents, path: ["judge", "judge", "done"], taken })).toEqual([
		"The run takes another transition: transition 2 is `judge#0` and should be `judge#1`. It leads from `judge` to `done`.",
	]);
});

test("another end, another output and another context are told", async () => {
	expect(await differences({ agents, ending: { status: "failed", error: "TimeoutError" } })).toEqual([
		'The run ended with the output {"score":8}, and should have failed with TimeoutError.',
	]);
	expect(await differences({ agents, ending: { status: "done", output: { score: 9 } } })).toEqual([
		"`output.score` is 8 and should be 9.",
	]);
	expect(await differences({ agents, context: { score: 8, more: [1] } })).toEqual([
		"`context.more` is not there and should be [1].",
	]);
	expect(await differences({ agents, context: {} })).toEqual(["`context.score` is 8 and should not be there."]);
	expect(
		await differences({ agents: { judge: [{ throw: "Oops: no" }] }, ending: { status: "waiting", channel: "c" } }),
	).toEqual(["The run failed with Oops (Oops: no), and should have waited on channel `c`."]);
});

test("an answer that is missing ends the replay, and is told", async () => {
	expect(await differences({})).toEqual(["The run calls agent `judge`, and the scenario has no answers for it."]);
	expect(
		await differences({ agents: { judge: [{ score: 1 }, { score: 2 }] }, path: ["judge", "judge", "done"] }),
	).toEqual([
		"The run goes another way: state 3 is `judge` and should be `done`. It went judge → judge → judge.",
		"The run calls agent `judge` 3 times, and the scenario has only 2 answers.",
	]);
});

test("answers that were not used are told", async () => {
	expect(
		await differences({
			agents: { judge: [{ score: 8 }, { score: 9 }], other: ["x"] },
			waits: { judge: [{ timeout: true }] },
		}),
	).toEqual([
		"Of 2 answers for agent `judge` the run used 1.",
		"Of 1 answer for agent `other` the run used 0.",
		"Of 1 answer for the waiting of state `judge` the run used 0.",
	]);
});
