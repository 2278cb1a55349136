/** An agent that runs its own loop calls the machine's tools, and tells of the tools that it runs itself. */

import { expect, it } from "vitest";
import type { AnyActorRef, InspectionEvent } from "xstate";
import { createActor, waitFor } from "xstate";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { type AgentAdapter, type AgentCall, FlatMachine, type FlatMachineOptions, tool } from "../../src/index.ts";
import { recording } from "../telemetry/traced.ts";

const text = `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { said: null }
  agents: { worker: { type: looping } }
  states:
    work: { type: initial, agent: worker, output_to_context: { said: output.content }, transitions: [{ to: done }] }
    done: { type: final, output: { said: context.said } }
`;

function looping(execute: (call: AgentCall) => unknown): AgentAdapter {
	return { typeName: "looping", createExecutor: () => ({ execute }) };
}

function machine(
	execute: (call: AgentCall) => unknown,
	options: Omit<FlatMachineOptions, "file" | "config"> = {},
): FlatMachine {
	return new FlatMachine({ config: text, agents: [looping(execute)], ...options });
}

function counted() {
	const calls: string[] = [];
	const add = tool({
		name: "add",
		description: "Adds.",
		parameters: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
		execute: ({ a }) => {
			calls.push(String(a));
			return `sum ${a}`;
		},
	});
	return { add, calls };
}

it("calls the machine's tools, each an event of the run", async () => {
	const { add } = counted();
	const seen: unknown[] = [];
	const run = machine(
		async ({ machineTools }) => {
			const names = (await machineTools?.definitions())?.map(({ function: of }) => Reflect.get(Object(of), "name"));
			const good = await machineTools?.call({ id: "1", name: "add", arguments: { a: 2 } });
			const bad = await machineTools?.call({ id: "2", name: "add", arguments: { a: "two" } });
			return JSON.stringify([names, good, bad?.is_error]);
		},
		{ tools: [add] },
	).run({}, { onEvent: (event) => seen.push(event) });
	expect(await run).toMatchObject({
		status: "done",
		output: { said: '[["add"],{"content":"sum 2","is_error":false},true]' },
	});
	const place = { agent: "worker", state: "work", tool: "add" };
	expect(seen).toContainEqual(expect.objectContaining({ type: "tool_start", callId: "1", ...place }));
	expect(seen).toContainEqual(expect.objectContaining({ type: "tool_end", callId: "1", isError: false, ...place }));
	expect(seen).toContainEqual(expect.objectContaining({ type: "tool_end", callId: "2", isError: true, ...place }));
});

it("tells of its own tools, in events, traces and to inspectors", async () => {
	const seen: unknown[] = [];
	const execute = ({ onToolCall }: AgentCall) => {
		onToolCall?.({ id: "7", name: "search", arguments: { q: "x" } })({ content: "nothing", is_error: true });
		return "done";
	};
	await machine(execute).run({}, { onEvent: (event) => seen.push(event) });
	expect(seen).toContainEqual(expect.objectContaining({ type: "tool_start", tool: "search", callId: "7" }));
	expect(seen).toContainEqual(
		expect.objectContaining({ type: "tool_end", tool: "search", callId: "7", isError: true }),
	);

	const record = recording();
	await machine(execute, { telemetry: record.telemetry }).execute();
	expect(record.tree()).toContain("    execute_tool search");

	const actors: unknown[] = [];
	const inspect = (event: InspectionEvent) => {
		if (event.type === "@xstate.actor") actors.push(Reflect.get(event.actorRef, "src"));
	};
	const actor: AnyActorRef = createActor(machine(execute).machine, { input: {}, inspect });
	actor.start();
	await waitFor(actor, (snapshot) => snapshot.status === "done");
	expect(actors).toContain("tool:search");
});

it("does not run a tool again that had finished before a crash, where the model asks for the same", async () => {
	const { add, calls } = counted();
	const store = openMemoryStore();
	let lives = 0;
	const execute = async ({ machineTools }: AgentCall) => {
		lives += 1;
		const first = await machineTools?.call({ id: "1", name: "add", arguments: { a: 1 } });
		if (lives === 1) throw new Error("crashed");
		const second = await machineTools?.call({ id: "2", name: "add", arguments: { a: 2 } });
		return `${first?.content}, ${second?.content}`;
	};
	const options = { tools: [add], store };
	expect(await machine(execute, options).run({}, { executionId: "e" })).toMatchObject({ status: "failed" });
	expect(await machine(execute, options).resume("e")).toMatchObject({
		status: "done",
		output: { said: "sum 1, sum 2" },
	});
	expect(calls).toEqual(["1", "2"]);
});

it("runs a tool anew for a call with the same id and other arguments, and for one that is made twice", async () => {
	const { add, calls } = counted();
	await machine(
		async ({ machineTools }) => {
			for (const a of [1, 2, 2]) await machineTools?.call({ id: "1", name: "add", arguments: { a } });
			return "done";
		},
		{ tools: [add] },
	).execute();
	expect(calls).toEqual(["1", "2", "2"]);
});
