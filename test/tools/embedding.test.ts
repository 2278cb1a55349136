/** Tool loops of a machine under XState itself: agents and tools as actors that others see and replace. */
import { expect, it } from "vitest";
import { createActor, fromPromise, waitFor } from "xstate";
import { actorName, FlatMachine } from "../../src/index.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const text = machineText(`
tool_loop: true
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ to: done }]`);

it("shows each call of a tool as an actor", async () => {
	const { add, sums } = adder();
	const { machine } = scriptedLoop(text, [asks(["add", { a: 1, b: 2 }]), "three"], { tools: [add] });
	const seen: unknown[] = [];
	const actor = machine.actor(
		{ task: "t" },
		{
			inspect: (event) => {
				const { actorRef } = event;
				if (event.type === "@xstate.actor") seen.push([Reflect.get(actorRef, "src"), Reflect.get(actorRef, "id")]);
			},
		},
	);
	actor.start();
	const { output } = await waitFor(actor, ({ status }) => status === "done");
	expect(output).toMatchObject({ found: "three" });
	expect(sums).toEqual([3]);
	expect(seen).toContainEqual(["tool:add", "tool.add.1.0"]);
	expect(seen).toContainEqual([actorName.agent("worker"), "worker.turn.2"]);
});

it("gives tools and messages to an actor that stands in for the agent", async () => {
	const { add } = adder();
	const { machine } = scriptedLoop(text, [], { tools: [add] });
	const inputs: Readonly<Record<string, unknown>>[] = [];
	const agent = fromPromise<unknown, Readonly<Record<string, unknown>>>(async ({ input }) => {
		inputs.push(input);
		return inputs.length === 1
			? { finish_reason: "tool_use", tool_calls: [{ id: "1", name: "add", arguments: { a: 2, b: 2 } }] }
			: { content: "four" };
	});
	const actor = createActor(machine.machine.provide({ actors: { [actorName.agent("worker")]: agent } }), {
		input: { task: "t" },
	}).start();
	const { output } = await waitFor(actor, ({ status }) => status === "done");
	expect(output).toMatchObject({ found: "four" });
	expect(inputs).toMatchObject([
		{ task: "t", tools: [add.definition], messages: null },
		{ tools: [add.definition], messages: [{ role: "assistant" }, { role: "tool", content: "4" }] },
	]);
	expect(inputs[1]).not.toHaveProperty("task");
});

it("goes on from XState's own snapshot of the middle of a loop, with no finished call made again", async () => {
	const { add, sums } = adder();
	let isHeld = true;
	const answers = [asks(["add", { a: 1, b: 2 }]), asks(["add", { a: 3, b: 4 }]), "end"];
	const turns: number[] = [];
	const machine = new FlatMachine({
		config: text,
		tools: [add],
		agents: [
			{
				typeName: "flatagent",
				createExecutor: () => ({
					execute: () => "",
					executeWithTools: ({ idempotencyKey = "" }) => {
						const turn = Number(idempotencyKey.split(".").at(-1));
						turns.push(turn);
						if (turn === 2 && isHeld) return new Promise(() => undefined);
						return { finish_reason: turn < 3 ? "tool_use" : "stop", ...Object(answers[turn - 1]) };
					},
				}),
			},
		],
	});
	const first = createActor(machine.machine, { input: { task: "t" } }).start();
	while (turns.length < 2) await new Promise((resolve) => setImmediate(resolve));
	const snapshot: unknown = JSON.parse(JSON.stringify(first.getPersistedSnapshot()));
	first.stop();
	isHeld = false;
	const second = createActor(machine.machine, { snapshot: Object(snapshot) }).start();
	await waitFor(second, ({ status }) => status === "done");
	expect(turns).toEqual([1, 2, 2, 3]);
	expect(sums).toEqual([3, 7]);
});
