/** The cycle of a machine's tool loop: calls, chain, results, and what the state gives (spec sections 12.3 and 12.4). */
import { expect, it } from "vitest";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const plain = machineText(`
tool_loop: true
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ to: done }]`);

it("runs the tools that the model asks for and gives their results back to it", async () => {
	const { add, sums } = adder();
	const answers = [asks(["add", { a: 1, b: 2 }], ["add", { a: 3, b: 4 }]), "The sums are 3 and 7."];
	const { machine, calls } = scriptedLoop(plain, answers, { tools: [add] });
	const events: RunEvent[] = [];
	const result = await machine.run({ task: "sums" }, { executionId: "e", onEvent: (event) => events.push(event) });
	expect(result).toMatchObject({
		status: "done",
		output: { found: "The sums are 3 and 7.", stop: "complete", turns: 2 },
		agentCalls: 2,
	});
	expect(sums).toEqual([3, 7]);
	expect(calls.map(({ input, messages, idempotencyKey }) => ({ input, messages, idempotencyKey }))).toEqual([
		{ input: { task: "sums" }, messages: null, idempotencyKey: "e/1/loop/turn.1" },
		{
			input: {},
			messages: [
				{
					role: "assistant",
					content: "",
					tool_calls: [
						{ id: "add-0", type: "function", function: { name: "add", arguments: '{"a":1,"b":2}' } },
						{ id: "add-1", type: "function", function: { name: "add", arguments: '{"a":3,"b":4}' } },
					],
				},
				{ role: "tool", tool_call_id: "add-0", content: "3" },
				{ role: "tool", tool_call_id: "add-1", content: "7" },
			],
			idempotencyKey: "e/1/loop/turn.2",
		},
	]);
	expect(calls[0]?.tools).toEqual([add.definition]);
	const tools = events.filter(({ type }) => type.startsWith("tool_"));
	expect(tools).toEqual(
		["add-0", "add-1"].flatMap((callId) => {
			const told = { executionId: "e", state: "loop", agent: "worker", tool: "add", callId };
			return [
				{ type: "tool_start", ...told },
				{ type: "tool_end", ...told, isError: false },
			];
		}),
	);
});
