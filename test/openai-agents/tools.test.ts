/** Tools of the machine, and of a module's agents: each call is visible, and what it gives goes to the model. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { tool } from "../../src/index.ts";
import { recording } from "../telemetry/traced.ts";
import { harness, told } from "./harness.ts";

function counted() {
	const calls: unknown[] = [];
	const add = tool({
		name: "add",
		description: "Adds two numbers.",
		parameters: {
			type: "object",
			properties: { a: { type: "number" }, b: { type: "number" } },
			required: ["a", "b"],
			additionalProperties: false,
		},
		execute: (args) => {
			calls.push(args);
			return String(Number(args.a) + Number(args.b));
		},
	});
	return { add, calls };
}

const adding = { worker: { type: "openai-agents", config: { model: "mock/small", tools: ["add"] } } };
const asksToAdd = { tool_calls: [{ id: "call_1", name: "add", arguments: { a: 1, b: 2 } }] };

it("runs the machine's tool, tells the model, and the run tells of it once", async () => {
	const { add, calls } = counted();
	await using mock = await harness([asksToAdd, "It is 3."]);
	const record = recording();
	const machine = mock.machine(adding, { tools: [add], telemetry: record.telemetry });
	const { result, events } = await told(machine);
	expect(result).toMatchObject({ status: "done", output: { answer: { content: "It is 3." } }, agentCalls: 2 });
	expect(calls).toEqual([{ a: 1, b: 2 }]);
	expect(mock.body().tools).toMatchObject([
		{ type: "function", function: { name: "add", description: "Adds two numbers." } },
	]);
	expect(mock.body(1).messages).toMatchObject([
		{},
		{ role: "assistant" },
		{ role: "tool", tool_call_id: "call_1", content: "3" },
	]);
	const ofTools = events.filter(({ type }) => type.startsWith("tool_"));
	const place = { state: "serve", agent: "worker", tool: "add", callId: "call_1" };
	expect(ofTools).toEqual([
		{ type: "tool_start", executionId: result.executionId, ...place },
		{ type: "tool_end", executionId: result.executionId, ...place, isError: false },
	]);
	expect(record.tree().split("\n")).toEqual([
		"invoke_workflow unnamed-machine",
		"  state serve",
		"    invoke_agent worker",
		"      chat small",
		"      chat small",
		"    execute_tool add",
		"  state done",
	]);
});

it("tells the model of arguments that do not fit, and of arguments that are no JSON", async () => {
	const { add, calls } = counted();
	await using mock = await harness([{ tool_calls: [{ id: "1", name: "add", arguments: { a: "x" } }] }, "Sorry."]);
	await mock.machine(adding, { tools: [add] }).execute({ prompt: "hi" });
	expect(JSON.stringify(mock.body(1).messages)).toMatch(
		/arguments must have required property 'b'|arguments\/a must be number/,
	);
	expect(calls).toEqual([]);
});

it("streams calls of tools", async () => {
	const { add } = counted();
	await using mock = await harness([asksToAdd, "It is 3."]);
	const machine = mock.machine(adding, { tools: [add] });
	const pieces: unknown[] = [];
	await machine.run(
		{ prompt: "hi" },
		{
			stream: true,
			onEvent: (event) => event.type === "agent_stream" && pieces.push(event.event),
		},
	);
	expect(pieces).toContainEqual({ type: "tool_call", id: "call_1", name: "add", arguments: '{"a":1,"b":2}' });
});

it("ends after `max_turns`, counting what was paid for, and `on_error` can route it", async () => {
	const { add, calls } = counted();
	const asks = (id: string) => ({ tool_calls: [{ id, name: "add", arguments: { a: 1, b: 2 } }] });
	await using mock = await harness([asks("1"), asks("2")]);
	const config = { model: "mock/small", tools: ["add"], max_turns: 2 };
	const machine = mock.machine(
		{ worker: { type: "openai-agents", config } },
		{ tools: [add], state: { on_error: { max_turns: "done" } } },
	);
	const { result } = await told(machine);
	expect(result).toMatchObject({ status: "done", agentCalls: 2 });
	expect(calls).toHaveLength(2);
});

it("answers a call that had finished before a crash from the log", async () => {
	const { add, calls } = counted();
	const store = openMemoryStore();
	await using mock = await harness([asksToAdd, { status: 500 }, asksToAdd, "It is 3."]);
	const machine = mock.machine(adding, { tools: [add], store });
	expect(await machine.run({ prompt: "hi" }, { executionId: "e" })).toMatchObject({ status: "failed" });
	expect(await machine.resume("e")).toMatchObject({ status: "done", output: { answer: { content: "It is 3." } } });
	expect(calls).toHaveLength(1);
});
