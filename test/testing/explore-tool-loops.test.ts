/** Tool loops in exploration: calls whose tools never run, and no transition called dead that may end a loop in its middle. */
import { expect, it } from "vitest";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { proveDead } from "../../src/testing/solve/prove-dead.ts";
import { explored, machine, outcomesOf, reaches } from "./explored.ts";

const loop = (rest: string, more = "") =>
	machine(`
name: m
context: { n: 0, text: null }
states:
  work: { type: initial, agent: a, tool_loop: { max_turns: 5 }, ${rest} }
  again: { agent: a, tool_loop: true, output_to_context: { text: output.content }, transitions: [{ condition: context.text == "more", to: again }, { to: end }] }
  left: { type: final, output: { text: context.text, keys: context._tool_loop_chain } }
  end: { type: final, output: { text: context.text, turns: context._tool_loop_turns, usage: context._tool_loop_usage, chain: context._tool_loop_chain } }
${more}`);

it("is replayed exactly as it was explored", async () => {
	const compiled = loop(
		"output_to_context: { text: output.content }, on_error: left, transitions: [{ condition: context.text == 'no', to: left }, { to: again }]",
	);
	const exploration = await explored(compiled, "solved");
	expect(outcomesOf(exploration, "work")).toEqual(["agent answered", "agent failed"]);
	expect(reaches(exploration)).toMatchObject({
		"work#0": expect.any(Number),
		"work#1": expect.any(Number),
		"again#0": expect.any(Number),
		"again#1": expect.any(Number),
	});
});

it.each([
	["that the state's own writes rule out", "output_to_context: { n: 5 }", "context.n == 0"],
	["that only hooks could make true, for all that is known", "hooks: h", "context.n == 7"],
	["on why the loop ended", "", "context._tool_loop_stop == 'aborted'"],
])("a condition %s is not called dead", async (_what, rest, condition) => {
	const text = `${rest === "" ? "" : `${rest}, `}transitions: [{ condition: "${condition}", to: left }, { to: end }]`;
	const compiled = loop(text);
	expect(proveDead(compiled.plan, { state: "work", kind: "transition", index: 0, to: "left" })).toBeUndefined();
	const exploration = await explored(compiled, "solved");
	const reach = reaches(exploration)["work#0"];
	expect(typeof reach === "number" ? reach : String(reach)).toEqual(expect.toBeOneOf([1, "unsolved"]));
});

it("a condition behind one on the output may hold in the middle, where there is none", () => {
	const { plan } = loop(
		"transitions: [{ condition: output.ok or not output.ok, to: end }, { condition: context.n == 1, to: left }]",
	);
	expect(proveDead(plan, { state: "work", kind: "transition", index: 1, to: "left" })).toBeUndefined();
});

it("what stands behind a transition without a condition stays dead", () => {
	const { plan } = loop("transitions: [{ to: end }, { condition: context.n == 1, to: left }]");
	expect(proveDead(plan, { state: "work", kind: "transition", index: 1, to: "left" })?.code).toBe("shadowed");
});

it("a state that a loop may leave for in its middle counts as entered", () => {
	const { plan } = loop(
		"output_to_context: { n: 5 }, transitions: [{ condition: context.n == 0, to: left }, { to: end }]",
	);
	expect(proveDead(plan, { state: "left", kind: "transition", index: 0, to: "x" })).toBeUndefined();
	expect(proveDead(plan, { state: "work", kind: "error", error: "default", to: "left" })).toBeUndefined();
});

it("limits that are no numbers fail in the exploration as they do in a run", async () => {
	const compiled = machine(`
name: m
context: { n: "{{ input.n }}" }
states:
  work: { type: initial, agent: a, tool_loop: { max_turns: context.n }, on_error: { ValueError: left, default: end }, transitions: [{ to: end }] }
  left: { type: final }
  end: { type: final }`);
	const exploration = await explored(compiled, "solved");
	expect(exploration.scenarios.length).toBeGreaterThan(0);
});

it("in a scenario the model is told that no tool can be run", async () => {
	const compiled = loop("output_to_context: { text: output.content }, transitions: [{ to: end }]");
	const { differences } = await replayScenario(compiled, {
		name: "asks",
		input: {},
		agents: { a: [{ content: "", tool_calls: [{ id: "1", name: "t", arguments: {} }] }, "then so"] },
		machines: {},
		actions: {},
		waits: {},
		path: ["work", "end"],
		ending: {
			status: "done",
			output: {
				text: "then so",
				turns: 2,
				usage: { api_calls: 1 },
				chain: [
					{
						role: "assistant",
						content: "",
						tool_calls: [{ id: "1", type: "function", function: { name: "t", arguments: "{}" } }],
					},
					{ role: "tool", tool_call_id: "1", content: "Tool 't' cannot be run: no tool provider configured." },
					{ role: "assistant", content: "then so" },
				],
			},
		},
	});
	expect(differences).toEqual([]);
});
