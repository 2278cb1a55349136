/** The limits of a tool loop, and the answer that is asked for once more after them (spec sections 12.1, 12.3, 12.4). */
import { expect, it } from "vitest";
import { tool } from "../../src/index.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const loop = (limits: string) =>
	machineText(
		`
tool_loop: ${limits}
output_to_context: { found: output.content, stop: output._tool_loop_stop }
on_error: failed
transitions: [{ to: done }]`,
		`failed: { type: final, output: { error: context.last_error_type } }`,
	);

const sum = asks(["add", { a: 1, b: 2 }]);
const costing = (cost: number) => ({ ...Object(sum), cost, usage: { api_calls: 1 } });

it.each([
	["max_turns", "{ max_turns: 2 }", 2],
	["max_tool_calls", "{ max_tool_calls: 1 }", 1],
	["cost_limit", "{ max_cost: 0.25 }", 2],
])("stops at %s, and asks for an answer without tools, which counts as no turn", async (stop, limits, tools) => {
	const { add, sums } = adder();
	const answers = [costing(0.2), costing(0.2), "I know enough."];
	const { machine, calls } = scriptedLoop(loop(limits), answers, { tools: [add] });
	const result = await machine.run({ task: "t" });
	expect(result).toMatchObject({ status: "done", output: { found: "I know enough.", stop, turns: 2 }, agentCalls: 3 });
	expect(sums).toHaveLength(tools);
	const last = calls.at(-1);
	expect(last?.tools).toEqual([]);
	const messages = last?.messages ?? [];
	expect(messages.at(-1)).toMatchObject({ role: "user", content: expect.stringMatching(/^\[System: .*limit.*\]$/) });
	// A provider refuses calls without an answer.
	const asked = messages.filter(({ role }) => role === "assistant").length;
	expect(messages.filter(({ role }) => role === "tool")).toHaveLength(asked);
});

it("stops at total_timeout, whose time is looked at before each call of the model", async () => {
	let now = 0;
	const slow = tool({
		name: "add",
		description: "slow",
		execute: () => {
			now += 2000;
		},
	});
	const { machine, calls } = scriptedLoop(loop("{ total_timeout: 3 }"), [asks(["add"]), asks(["add"]), "late"], {
		tools: [slow],
		now: () => now,
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "late", stop: "timeout", turns: 2 });
	expect(calls).toHaveLength(3);
});

it("keeps what the model said at a limit, and asks nothing more then", async () => {
	const { add } = adder();
	const { machine, calls } = scriptedLoop(loop("{ max_turns: 1 }"), [{ ...Object(sum), content: "Adding." }], {
		tools: [add],
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "Adding.", stop: "max_turns" });
	expect(calls).toHaveLength(1);
});

it("ends without an answer where the last call fails", async () => {
	const { add } = adder();
	const { machine } = scriptedLoop(loop("{ max_turns: 1 }"), [sum, new Error("down")], { tools: [add] });
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "", stop: "max_turns" });
});

it("tells the model of a tool that takes longer than tool_timeout, and aborts it", async () => {
	let reason: unknown;
	const stuck = tool({
		name: "stuck",
		description: "never ends",
		execute: (_args, { signal }) =>
			new Promise((_, reject) => {
				signal.addEventListener("abort", () => {
					reason = signal.reason;
					reject(signal.reason);
				});
			}),
	});
	const { machine, calls } = scriptedLoop(loop("{ tool_timeout: 0.05 }"), [asks(["stuck"]), "given up"], {
		tools: [stuck],
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "given up", stop: "complete" });
	expect(calls[1]?.messages?.at(-1)).toMatchObject({ content: "Tool 'stuck' timed out after 0.05s." });
	expect(reason).toMatchObject({ name: "TimeoutError" });
});

it.each([
	["denied_tools: [add]", "Tool 'add' is not allowed."],
	["allowed_tools: [mul]", "Tool 'add' is not allowed."],
	["allowed_tools: [add], denied_tools: [add]", "Tool 'add' is not allowed."],
	["allowed_tools: [add]", "3"],
])("with %s the model is told %s", async (limits, content) => {
	const { add, sums } = adder();
	const { machine, calls } = scriptedLoop(loop(`{ ${limits} }`), [sum, "ok"], { tools: [add] });
	const result = await machine.execute({ task: "t" });
	expect(result).toMatchObject({ found: "ok" });
	expect(calls[1]?.messages?.at(-1)).toEqual({ role: "tool", tool_call_id: "add-0", content });
	expect(sums).toHaveLength(content === "3" ? 1 : 0);
});

it.each([
	["{ max_turns: '{{ input.task }}' }", "2", { stop: "max_turns" }],
	["{ max_turns: input.task }", 2, { stop: "max_turns" }],
	["{ max_turns: '{{ input.task }}' }", "2.7", { error: "ValueError" }],
	["{ max_turns: '{{ input.task }}' }", "", { error: "ValueError" }],
	["{ max_turns: input.none }", 1, { error: "TypeError" }],
	["{ total_timeout: '{{ input.task }}' }", "many", { error: "ValueError" }],
	["{ max_cost: input.none }", 1, { stop: "complete" }],
	["{ max_cost: '{{ input.task }}' }", "1e-3", { stop: "cost_limit" }],
])("limits %s of %j give %o", async (limits, task, expected) => {
	const { add } = adder();
	const answers = [costing(0.01), costing(0.01), "the end"];
	const { machine } = scriptedLoop(loop(limits), answers, { tools: [add] });
	expect(await machine.execute({ task })).toMatchObject(expected);
});

it("an empty map is a plain call, as it is without a tool loop", async () => {
	const { machine, calls } = scriptedLoop(loop("{}"), ["plain"], { tools: [adder().add] });
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "plain", turns: null });
	expect(calls[0]?.tools).toBeUndefined();
});
