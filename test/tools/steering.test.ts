/** Hooks in a tool loop: what they hear, and how they skip, abort and steer (spec section 12.3). */
import { expect, it } from "vitest";
import type { MachineHooks } from "../../src/index.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const loop = machineText(`
tool_loop: true
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ to: done }]`);

const twice = asks(["add", { a: 1, b: 2 }], ["add", { a: 3, b: 4 }]);

it("tells hooks of the calls of each turn and of each result", async () => {
	const heard: unknown[] = [];
	const hooks: MachineHooks = {
		onToolCalls(state, calls, context) {
			heard.push([state, calls, context._tool_loop_turns, context._tool_loop_content]);
			return context;
		},
		onToolResult(state, result, context) {
			heard.push([state, result, context._tool_calls_count]);
			return context;
		},
	};
	const { machine } = scriptedLoop(loop, [asks(["add", { a: 1, b: 2 }]), "3"], { tools: [adder().add], hooks });
	await machine.execute({ task: "t" });
	expect(heard).toEqual([
		["loop", [{ id: "add-0", name: "add", arguments: { a: 1, b: 2 } }], 1, ""],
		["loop", { tool_call_id: "add-0", name: "add", arguments: { a: 1, b: 2 }, content: "3", is_error: false }, 1],
	]);
});

it.each([
	["an id", ["add-0"], [7]],
	["a name", ["add"], []],
])("skips calls by %s, once", async (_what, names, expected) => {
	const { add, sums } = adder();
	let turn = 0;
	const hooks: MachineHooks = {
		onToolCalls: (_state, _calls, context) => (turn++ === 0 ? { ...context, _skip_tools: names } : context),
	};
	const { machine, calls } = scriptedLoop(loop, [twice, twice, "end"], { tools: [add], hooks });
	await machine.execute({ task: "t" });
	expect(sums).toEqual([...expected, 3, 7]);
	expect(calls[1]?.messages?.find(({ role }) => role === "tool")).toMatchObject({
		content: "Tool 'add' was skipped by policy.",
	});
});

it("aborts before the tools of a turn", async () => {
	const { add, sums } = adder();
	const hooks: MachineHooks = { onToolCalls: (_state, _calls, context) => ({ ...context, _abort_tool_loop: true }) };
	const { machine, calls } = scriptedLoop(loop, [twice], { tools: [add], hooks });
	expect(await machine.execute({ task: "t" })).toMatchObject({ stop: "aborted" });
	expect([sums, calls.length]).toEqual([[], 1]);
});

it("aborts after a result, which drops the rest of the turn", async () => {
	const { add, sums } = adder();
	const hooks: MachineHooks = { onToolResult: (_state, _result, context) => ({ ...context, _abort_tool_loop: true }) };
	const { machine } = scriptedLoop(loop, [twice], { tools: [add], hooks });
	expect(await machine.execute({ task: "t" })).toMatchObject({ stop: "aborted", found: "" });
	expect(sums).toEqual([3]);
});

it("says to the model what hooks want it to hear, after all tools of the turn, once", async () => {
	let turn = 0;
	const hooks: MachineHooks = {
		onToolResult: (_state, _result, context) =>
			turn++ === 0
				? { ...context, _steering_messages: ["Be quick.", { role: "system", content: "Or else." }] }
				: context,
	};
	const { machine, calls } = scriptedLoop(loop, [twice, twice, "end"], { tools: [adder().add], hooks });
	await machine.execute({ task: "t" });
	const roles = calls.map(({ messages }) => (messages ?? []).map(({ role }) => role).join(" "));
	expect(roles).toEqual(["", "assistant tool tool user system", "assistant tool tool user system assistant tool tool"]);
});

it("leaves the loop after the turn for a reason that hooks give", async () => {
	const { add, sums } = adder();
	const hooks: MachineHooks = {
		onToolResult: (_state, _result, context) => ({ ...context, _tool_loop_stop: "enough" }),
	};
	const { machine } = scriptedLoop(loop, [twice], { tools: [add], hooks });
	expect(await machine.execute({ task: "t" })).toMatchObject({ stop: "enough" });
	expect(sums).toEqual([3, 7]);
});

it("is not stopped by what an earlier loop has left behind", async () => {
	const text = machineText(
		`
tool_loop: true
output_to_context: { found: output._tool_loop_stop }
transitions: [{ to: again }]`,
		`again:
  agent: worker
  tool_loop: true
  output_to_context: { stop: output._tool_loop_stop }
  transitions: [{ to: done }]`,
	);
	const { add, sums } = adder();
	const hooks: MachineHooks = {
		onToolCalls: (state, _calls, context) => (state === "loop" ? { ...context, _abort_tool_loop: true } : context),
	};
	const { machine } = scriptedLoop(text, [twice, twice, "end"], { tools: [add], hooks });
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "aborted", stop: "complete" });
	expect(sums).toEqual([3, 7]);
});

it("takes the tools of a state from its hooks, before those that the machine was given", async () => {
	const { add, sums } = adder();
	const seen: unknown[] = [];
	const hooks: MachineHooks = {
		getToolProvider: () => ({
			getToolDefinitions: () => [{ type: "function", function: { name: "add", parameters: { type: "object" } } }],
			executeTool: async (...call) => {
				seen.push(call);
				return { content: "from the hooks" };
			},
		}),
	};
	const { machine, calls } = scriptedLoop(loop, [asks(["add", { a: "?" }]), "end"], { tools: [add], hooks });
	await machine.execute({ task: "t" }, { executionId: "e" });
	expect(sums).toEqual([]);
	const info = { signal: expect.any(AbortSignal), idempotencyKey: "e/1/loop/tool.1.0" };
	expect(seen).toEqual([["add", "add-0", { a: "?" }, info]]);
	expect(calls[1]?.messages?.at(-1)).toMatchObject({ content: "from the hooks" });
});
