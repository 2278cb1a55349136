/** In a scenario, what is written under `waits` for a state answers its pausing tools (docs/testing.md). */
import { expect, it } from "vitest";
import { compile, memoryLoader } from "../../src/index.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { documentOf } from "../runtime/flat.ts";

const compiled = compile(
	documentOf(
		`
context: { text: null }
states:
  ask:
    type: initial
    agent: a
    tools: [{ name: ask_human, pause: wait, description: Asks., timeout: 60 }]
    output_to_context: { text: output.content }
    on_error: { TimeoutError: late }
    transitions: [{ to: end }]
  late: { type: final, output: { late: true } }
  end: { type: final, output: { text: context.text } }`,
		{ use: ["a"] },
	),
	{ loader: memoryLoader({}) },
);

const asking = { content: "", tool_calls: [{ id: "1", name: "ask_human", arguments: {} }] };
const scenario = { name: "asks", input: {}, machines: {}, actions: {} };

it("a signal answers", async () => {
	const { differences } = await replayScenario(compiled, {
		...scenario,
		agents: { a: [asking, "It is blue."] },
		waits: { ask: [{ data: "blue" }] },
		path: ["ask", "end"],
		ending: { status: "done", output: { text: "It is blue." } },
	});
	expect(differences).toEqual([]);
});

it("a timeout is the state's TimeoutError", async () => {
	const { differences } = await replayScenario(compiled, {
		...scenario,
		agents: { a: [asking] },
		waits: { ask: [{ timeout: true }] },
		path: ["ask", "late"],
		ending: { status: "done", output: { late: true } },
	});
	expect(differences).toEqual([]);
});

it("without an answer the run parks", async () => {
	const { result } = await replayScenario(compiled, {
		...scenario,
		agents: { a: [asking] },
		waits: {},
		path: ["ask"],
	});
	expect(result).toMatchObject({ status: "waiting", state: "ask" });
});
