/** Tools that pause, on every kind of store: parked by one process, answered by another, gone on with by a third. */
import { afterAll, describe, expect, it } from "vitest";
import { tool } from "../../src/index.ts";
import { eachStore } from "../stores/each-store.ts";
import { adder, asks, machineText, scriptedLoop } from "./loop-machine.ts";

const askHuman = `{ name: ask_human, pause: wait, description: Asks a person., parameters: { type: object, properties: { question: { type: string } }, required: [question] }`;

const text = (keys = "") =>
	machineText(
		`
tools: [add, ${askHuman}${keys} }]
output_to_context: { found: output.content, stop: output._tool_loop_stop }
on_error: { TimeoutError: late }
transitions: [{ to: done }]`,
		"late: { type: final, output: { late: context.last_error_type } }",
	);

const question = { question: "Which colour?" };
const first = "e/1/loop/tool.ask_human.1.1";
const second = "e/1/loop/tool.ask_human.2.0";
const done = { status: "done", output: { found: "It is blue and round.", stop: "complete", turns: 3 } };

const { stores, stop } = await eachStore();
afterAll(stop);

describe.each(stores)("a tool with pause: wait in $name", ({ reason, begin }) => {
	if (reason !== undefined) {
		it.skip(`is not tested: ${reason}`);
		return;
	}

	it("parks, is answered, and goes on, each through a store that is opened anew, with no call made twice", async () => {
		const open = begin();
		const { add, sums } = adder();
		const sum = asks(["add", { a: 1, b: 2 }], ["ask_human", question]);
		const parking = scriptedLoop(text(), [sum], { store: await open(), tools: [add] });
		expect(await parking.machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({
			status: "waiting",
			channel: first,
			waiting: [{ request: { kind: "tool", name: "ask_human", arguments: question } }],
		});
		const { persistence, signals } = await open();
		expect(await persistence.listExecutions({ waitingChannel: first })).toMatchObject([
			{ execution_id: "e", status: "waiting", current_state: "loop" },
		]);
		await signals.send(first, "blue");

		const again = scriptedLoop(text(), [asks(["ask_human", question])], { store: await open(), tools: [add] });
		expect(await again.machine.resume("e")).toMatchObject({ status: "waiting", channel: second });
		expect(again.calls).toHaveLength(1);
		expect(await signals.channels()).toEqual([]);
		await signals.send(second, { shape: "round" });

		const last = scriptedLoop(text(), ["It is blue and round."], { store: await open(), tools: [add] });
		expect(await last.machine.resume("e")).toMatchObject({ ...done, agentCalls: 3 });
		const told = (last.calls[0]?.messages ?? []).filter(({ role }) => role === "tool");
		expect(told.map(({ content }) => content)).toEqual(["3", "blue", '{"shape":"round"}']);
		expect(sums).toEqual([3]);
		expect(await signals.channels()).toEqual([]);
		expect(await persistence.listExecutions({ waitingChannel: second })).toEqual([]);
	});

	it("is replayed from the record: the answers are those of then, and nobody is asked", async () => {
		const open = begin();
		const { add } = adder();
		const answers = [
			asks(["add", { a: 1, b: 2 }], ["ask_human", question]),
			asks(["ask_human", question]),
			"It is blue and round.",
		];
		const store = await open();
		const parking = scriptedLoop(text(), answers.slice(0, 1), { store, tools: [add] });
		await parking.machine.run({ task: "t" }, { executionId: "e" });
		const parked = scriptedLoop(text(), [], { store: await open(), tools: [noTool] });
		expect(await parked.machine.replay("e")).toMatchObject({ difference: null });
		await store.signals.send(first, "blue");
		const going = scriptedLoop(text(), answers.slice(1), { store, tools: [add] });
		await going.machine.resume("e");
		await store.signals.send(second, "round");
		expect(await going.machine.resume("e")).toMatchObject(done);

		const before = await store.persistence.loadExecution("e");
		const replaying = scriptedLoop(text(), [], { store: await open(), tools: [noTool] });
		expect(await replaying.machine.replay("e")).toMatchObject({ difference: null, until: "ended" });
		expect(replaying.calls).toEqual([]);
		expect(await store.persistence.loadExecution("e")).toEqual(before);

		const changed = scriptedLoop(text().replace("to: done", "to: late"), [], { store, tools: [noTool] });
		expect((await changed.machine.replay("e")).difference).toMatchObject({
			path: "output.found",
			recorded: "It is blue and round.",
		});
	});

	it("fails with a TimeoutError where nobody has answered in time, and is found by when it is to be woken", async () => {
		const open = begin();
		const clock = { now: 1e12 };
		const loop = async () => {
			const options = { store: await open(), tools: [adder().add], now: () => clock.now };
			return scriptedLoop(text(", timeout: 60"), [asks(["ask_human", question])], options).machine;
		};
		expect(await (await loop()).run({ task: "t" }, { executionId: "e" })).toMatchObject({ status: "waiting" });
		const { persistence } = await open();
		expect(await persistence.listExecutions({ wakeBefore: 1e12 + 59_999 })).toEqual([]);
		expect(await persistence.listExecutions({ wakeBefore: 1e12 + 60_000 })).toMatchObject([{ execution_id: "e" }]);
		clock.now += 60_000;
		const late = { status: "done", output: { late: "TimeoutError" } };
		expect(await (await loop()).resume("e")).toMatchObject(late);
		const replaying = scriptedLoop(text(", timeout: 60"), [], { store: await open(), tools: [noTool] });
		expect(await replaying.machine.replay("e")).toMatchObject({ difference: null, until: "ended" });
	});

	it("is answered in its own process by a signal that another one sends", async () => {
		const open = begin();
		const other = await open();
		const { machine } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], {
			store: await open(),
			tools: [adder().add],
		});
		const onEvent = ({ type, ...event }: { readonly type: string; readonly channel?: string }) => {
			if (type === "pause") void other.signals.send(event.channel ?? "", "green");
		};
		expect(await machine.run({ task: "t" }, { executionId: "e", awaitSignals: true, onEvent })).toMatchObject({
			status: "done",
			output: { found: "end" },
		});
	});
});

/** Stands where `add` would, and must not be called. */
const noTool = tool({
	name: "add",
	description: "Adds two numbers.",
	execute: () => {
		throw new Error("a replay calls no tool");
	},
});
