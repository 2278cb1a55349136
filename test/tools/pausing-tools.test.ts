/** Tools that pause: the execution parks, and the data of a signal is the tool's result (docs/tools.md). */
import { describe, expect, it } from "vitest";
import { createActor, waitFor } from "xstate";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { FlatMachine, fromXState, type RunEvent, SignalDispatcher, type Store, tool } from "../../src/index.ts";
import { adder, agentText, asks, machineText, scriptedLoop, type ToolCallSeen } from "./loop-machine.ts";

const askHuman = `{ name: ask_human, pause: wait, description: Asks a person., parameters: { type: object, properties: { question: { type: string } }, required: [question] } }`;

const text = (tools = `[add, ${askHuman}]`, keys = "") =>
	machineText(
		`
tools: ${tools}
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ to: done }]${keys}`,
		"late: { type: final, output: { late: context.last_error_type } }",
	);

const question = { question: "Which colour?" };
const channel = "e/1/loop/tool.ask_human.1.0";

/** The tool messages that a call of the model was given. */
function told(call: ToolCallSeen | undefined): unknown[] {
	return (call?.messages ?? []).filter(({ role }) => role === "tool").map(({ content }) => content);
}

function channelsOf(result: RunResult): readonly string[] {
	return result.status === "waiting" ? result.waiting.map(({ channel: name }) => name) : [];
}

describe("a tool with pause: wait", () => {
	it("parks the execution, says what is asked, and gives the signal's data to the model as its result", async () => {
		await using store = openMemoryStore();
		const first = scriptedLoop(text(), [asks(["ask_human", question])], { store, tools: [adder().add] });
		expect(await first.machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({
			status: "waiting",
			state: "loop",
			channel,
			waiting: [
				{
					executionId: "e",
					state: "loop",
					channel,
					request: {
						kind: "tool",
						agent: "worker",
						id: "ask_human-0",
						name: "ask_human",
						arguments: question,
						message: "Asks a person.",
					},
				},
			],
		});
		await store.signals.send(channel, "blue");
		const second = scriptedLoop(text(), ["It is blue."], { store, tools: [adder().add] });
		expect(await second.machine.resume("e")).toMatchObject({
			status: "done",
			agentCalls: 2,
			output: { found: "It is blue.", stop: "complete" },
		});
		expect(second.calls).toHaveLength(1);
		expect(told(second.calls[0])).toEqual(["blue"]);
		expect(await store.signals.channels()).toEqual([]);
	});

	it("is offered to the model by the definition in the YAML, and no tool beside those of the state", async () => {
		const other = tool({ name: "other", description: "Not for this state.", execute: () => "" });
		const { machine, calls } = scriptedLoop(text(), ["no tools"], { tools: [other, adder().add] });
		await machine.run({ task: "t" });
		expect(calls[0]?.tools).toMatchObject([
			{ function: { name: "add" } },
			{
				function: {
					name: "ask_human",
					description: "Asks a person.",
					parameters: { type: "object", required: ["question"] },
				},
			},
		]);
	});

	it("is stored as waiting, with the chain that a reader of checkpoints alone goes on from", async () => {
		await using store = openMemoryStore();
		const { machine } = scriptedLoop(text(), [asks(["add", { a: 1, b: 2 }], ["ask_human", question])], {
			store,
			tools: [adder().add],
		});
		await machine.run({ task: "t" }, { executionId: "e" });
		const stored = await store.persistence.loadExecution("e");
		expect(stored?.summary).toMatchObject({
			status: "waiting",
			event: "waiting",
			current_state: "loop",
			waiting_channel: "e/1/loop/tool.ask_human.1.1",
		});
		const checkpoint = await store.persistence.loadCheckpoint(stored?.latestKey ?? "");
		const snapshot = parseSnapshot(checkpoint?.text ?? "", "");
		expect(snapshot).toMatchObject({
			event: "waiting",
			waiting_channel: "e/1/loop/tool.ask_human.1.1",
			tool_loop_state: { turns: 1, tool_calls_count: 1, agent: "worker" },
		});
		const alone = openMemoryStore();
		await alone.persistence.save("e/000001_waiting", Buffer.from(checkpoint?.text ?? ""));
		await alone.persistence.save("e/latest", Buffer.from("e/000001_waiting"));
		await alone.signals.send("e/1/loop/tool.ask_human.1.1", "green");
		const { add, sums } = adder();
		const other = scriptedLoop(text(), ["green it is"], { store: alone, tools: [add] });
		expect(await other.machine.resume("e")).toMatchObject({ status: "done", output: { found: "green it is" } });
		expect(told(other.calls[0])).toEqual(["3", "green"]);
		expect(sums).toEqual([]);
		await alone.close();
	});

	it("leaves the other calls of the same answer made once, and waits for each pausing one in order", async () => {
		await using store = openMemoryStore();
		const { add, sums } = adder();
		const answers = [
			asks(
				["add", { a: 1, b: 1 }],
				["ask_human", { question: "1?" }],
				["ask_human", { question: "2?" }],
				["add", { a: 2, b: 2 }],
			),
		];
		let result = await scriptedLoop(text(), answers, { store, tools: [add] }).machine.run(
			{ task: "t" },
			{ executionId: "e" },
		);
		const asked: string[] = [];
		const last = scriptedLoop(text(), ["end"], { store, tools: [add] });
		while (result.status === "waiting" && result.channel !== null) {
			asked.push(...channelsOf(result));
			await store.signals.send(result.channel, `to ${result.channel.at(-1)}`);
			result = await last.machine.resume("e");
		}
		expect(asked).toEqual(["e/1/loop/tool.ask_human.1.1", "e/1/loop/tool.ask_human.1.2"]);
		expect(told(last.calls[0])).toEqual(["2", "to 1", "to 2", "4"]);
		expect(sums).toEqual([2, 4]);
		expect(result).toMatchObject({ status: "done", agentCalls: 2 });
	});

	it.each([
		["a text as it is", "plain", "plain"],
		["a map as JSON", { colour: "red" }, '{"colour":"red"}'],
		["what claims to be an error as what it is", { is_error: true, content: "x" }, '{"is_error":true,"content":"x"}'],
		["a number", 7, "7"],
		["nothing as nothing", null, ""],
	])("tells %s", async (_what, data, expected) => {
		await using store = openMemoryStore();
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], {
			store,
			tools: [adder().add],
		});
		await machine.run({ task: "t" }, { executionId: "e" });
		await store.signals.send(channel, data);
		await machine.resume("e");
		expect(told(calls[1])).toEqual([expected]);
	});

	it("cuts an answer that is too long, and says so", async () => {
		await using store = openMemoryStore();
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], {
			store,
			tools: [adder().add],
		});
		await machine.run({ task: "t" }, { executionId: "e" });
		await store.signals.send(channel, "x".repeat(100_007));
		await machine.resume("e");
		expect(told(calls[1])[0]).toMatch(/x… \(7 more characters were left out\)$/);
	});

	it("asks nobody for arguments that do not fit: the model is told", async () => {
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", { question: 7 }]), "end"], {
			tools: [adder().add],
		});
		expect(await machine.run({ task: "t" })).toMatchObject({ status: "done" });
		expect(told(calls[1])).toEqual(["Invalid arguments for tool 'ask_human': arguments/question must be string"]);
	});

	it("runs the function that a provider has for it, once, before it parks", async () => {
		await using store = openMemoryStore();
		const notices: (string | undefined)[] = [];
		const notify = tool({
			name: "ask_human",
			description: "Sends a mail.",
			execute: (_args, { channel: at }) => {
				notices.push(at);
				return "mail 7";
			},
		});
		const config = text("[{ name: ask_human, pause: wait }]");
		const { machine, calls } = scriptedLoop(config, [asks(["ask_human"]), "end"], { store, tools: [notify] });
		expect(await machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({
			waiting: [{ request: { result: "mail 7" } }],
		});
		await store.signals.send(channel, "answered");
		await machine.resume("e");
		expect(notices).toEqual([channel]);
		expect(calls[0]?.tools).toEqual([notify.definition]);
		expect(told(calls[1])).toEqual(["answered"]);
	});

	it("parks for nobody where that function fails", async () => {
		const broken = tool({
			name: "ask_human",
			description: "Sends a mail.",
			execute: () => {
				throw new Error("no mail");
			},
		});
		const { machine, calls } = scriptedLoop(text("[{ name: ask_human, pause: wait }]"), [asks(["ask_human"]), "end"], {
			tools: [broken],
		});
		expect(await machine.run({ task: "t" })).toMatchObject({ status: "done" });
		expect(told(calls[1])).toEqual(["Error executing tool 'ask_human': no mail"]);
	});

	it("waits on the channel that its template gives, and takes one signal for each call", async () => {
		await using store = openMemoryStore();
		const config = text(`[{ name: ask_human, pause: wait, description: d, channel: "ask/{{ context.task }}" }]`);
		const { machine, calls } = scriptedLoop(config, [asks(["ask_human"], ["ask_human"]), "end"], { store });
		await store.signals.send("ask/t", "one");
		expect(await machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({
			status: "waiting",
			channel: "ask/t",
		});
		await store.signals.send("ask/t", "two");
		await machine.resume("e");
		expect(told(calls[1])).toEqual(["one", "two"]);
	});

	it("is asked anew by each attempt at key results, on a channel of its own", async () => {
		await using store = openMemoryStore();
		const config = text(`[${askHuman}]`, "\nkey_results: [{ name: long, check: size(text(output)) > 20 }]");
		const answers = [asks(["ask_human", question]), "short", asks(["ask_human", question]), "a long and good answer"];
		const { machine, calls } = scriptedLoop(config, answers, { store });
		let result = await machine.run({ task: "t" }, { executionId: "e" });
		const channels: string[] = [];
		while (result.status === "waiting" && result.channel !== null) {
			channels.push(result.channel);
			await store.signals.send(result.channel, `answer ${channels.length}`);
			result = await machine.resume("e");
		}
		expect(channels).toEqual([channel, "e/1/loop/attempt.1/tool.ask_human.1.0"]);
		expect(told(calls[3])).toEqual(["answer 2"]);
		expect(result).toMatchObject({ status: "done", agentCalls: 4 });
	});

	it("is woken by a dispatcher, and by one alone", async () => {
		await using store = openMemoryStore();
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], {
			store,
			tools: [adder().add],
		});
		await machine.run({ task: "t" }, { executionId: "e" });
		await store.signals.send(channel, "blue");
		const resumed: string[] = [];
		const dispatcher = new SignalDispatcher({
			signals: store.signals,
			persistence: store.persistence,
			resume: async (id) => {
				resumed.push(id);
				return machine.resume(id);
			},
		});
		expect(await dispatcher.dispatch(channel)).toEqual(["e"]);
		expect(await dispatcher.dispatch(channel)).toEqual([]);
		expect(resumed).toEqual(["e"]);
		expect(calls).toHaveLength(2);
	});

	it("tells of itself by events", async () => {
		await using store = openMemoryStore();
		const events: RunEvent[] = [];
		const { machine } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], { store, tools: [adder().add] });
		const onEvent = (event: RunEvent) => {
			events.push(event);
			if (event.type === "pause") void store.signals.send(event.channel, "x");
		};
		await machine.run({ task: "t" }, { executionId: "e", awaitSignals: true, onEvent });
		expect(events.map(({ type }) => type)).toEqual(
			[
				"state",
				"agent_start",
				"agent_end",
				"tool_start",
				"tool_end",
				"pause",
				"answer",
				"agent_start",
				"agent_end",
				"state",
			].filter((type, index) => type !== "state" || index === 0),
		);
	});

	it("parks a run without a store, which goes on within its process", async () => {
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], { tools: [adder().add] });
		expect(await machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({ status: "waiting", channel });
		expect(await machine.resume("e")).toMatchObject({ status: "waiting", channel });
		await (await machine.store())?.signals.send(channel, "kept in memory");
		expect(await machine.resume("e")).toMatchObject({ status: "done" });
		expect(told(calls[1])).toEqual(["kept in memory"]);
	});

	it("takes its answer as an event where the machine is an actor of somebody's own", async () => {
		const { machine, calls } = scriptedLoop(text(), [asks(["ask_human", question]), "end"], { tools: [adder().add] });
		const actor = createActor(machine.machine, { input: { task: "t" } }).start();
		const { context } = await waitFor(actor, (snapshot) => snapshot.context.machine.run.pause !== undefined);
		const at = context.machine.run.pause?.channel;
		expect(fromXState(machine.set.config(machine.set.entry), actor.getSnapshot())).toMatchObject({
			snapshot: { event: "waiting", current_state: "loop", waiting_channel: at },
		});
		actor.send({ type: `signal.${at}`, data: { colour: "red" } });
		const { output } = await waitFor(actor, ({ status }) => status === "done");
		expect(output).toMatchObject({ found: "end" });
		expect(told(calls[1])).toEqual(['{"colour":"red"}']);
	});

	it("is waited for on its channel again by an actor that is restored, and no call is made twice", async () => {
		const first = scriptedLoop(text(), [asks(["ask_human", question])], { tools: [adder().add] });
		const before = createActor(first.machine.machine, { input: { task: "t" } }).start();
		await waitFor(before, (snapshot) => snapshot.context.machine.run.pause !== undefined);
		const persisted = structuredClone(before.getPersistedSnapshot());
		before.stop();
		const second = scriptedLoop(text(), ["end"], { tools: [adder().add] });
		const after = createActor(second.machine.machine, { snapshot: persisted }).start();
		const { context } = after.getSnapshot();
		after.send({ type: "signal", channel: context.machine.run.pause?.channel ?? "", data: "again" });
		expect(await waitFor(after, ({ status }) => status === "done")).toMatchObject({ output: { found: "end" } });
		expect(told(second.calls[0])).toEqual(["again"]);
	});
});

describe("a pausing tool with a timeout", () => {
	const config = text(
		"[{ name: ask_human, pause: wait, description: d, timeout: 60 }]",
		"\non_error: { TimeoutError: late }",
	);

	function clocked(store: Store, given = config) {
		const clock = { now: 0 };
		const scripted = scriptedLoop(given, [asks(["ask_human"]), "end"], { store, now: () => clock.now });
		return { ...scripted, clock };
	}

	it("fails its state with a TimeoutError, as wait_for does, once a dispatcher sees that the time is over", async () => {
		await using store = openMemoryStore();
		const { machine, clock } = clocked(store);
		await machine.run({ task: "t" }, { executionId: "e" });
		expect(await store.persistence.listExecutions({ wakeBefore: 60_000 })).toMatchObject([{ execution_id: "e" }]);
		// The rest of the time is waited for on real timers: it must not end before the run has parked.
		clock.now = 30_000;
		expect(await machine.resume("e")).toMatchObject({ status: "waiting" });
		clock.now = 60_000;
		expect(await machine.resume("e")).toMatchObject({ status: "done", output: { late: "TimeoutError" } });
	});

	it("takes an answer that had come in time, however late the execution is resumed", async () => {
		await using store = openMemoryStore();
		const { machine, clock } = clocked(store);
		await machine.run({ task: "t" }, { executionId: "e" });
		await store.signals.send(channel, "in time");
		clock.now = 1e9;
		expect(await machine.resume("e")).toMatchObject({ status: "done", output: { found: "end" } });
	});

	it("waits anew where the failed execution is resumed, with no call made again", async () => {
		await using store = openMemoryStore();
		const { machine, clock, calls } = clocked(
			store,
			text("[{ name: ask_human, pause: wait, description: d, timeout: 60 }]"),
		);
		await machine.run({ task: "t" }, { executionId: "e" });
		clock.now = 60_000;
		expect(await machine.resume("e")).toMatchObject({ status: "failed", error: { name: "TimeoutError" } });
		expect(await machine.resume("e")).toMatchObject({ status: "waiting", channel });
		await store.signals.send(channel, "late, and yet");
		expect(await machine.resume("e")).toMatchObject({ status: "done" });
		expect(calls).toHaveLength(2);
	});

	it("counts no time of the loop while the answer is awaited", async () => {
		await using store = openMemoryStore();
		const given = text("[{ name: ask_human, pause: wait, description: d }]", "\ntool_loop: { total_timeout: 10 }");
		const { machine, clock } = clocked(store, given);
		await machine.run({ task: "t" }, { executionId: "e" });
		clock.now = 1e9;
		await store.signals.send(channel, "after days");
		expect(await machine.resume("e")).toMatchObject({ status: "done", output: { found: "end", stop: "complete" } });
	});
});

describe("a tool with pause: break", () => {
	const config = text("[{ name: pay, pause: break }]");
	const pay = tool({ name: "pay", description: "Pays.", execute: () => "payment 9 begun" });

	it("ends the run at that point even where it stays for signals, with the tool's result carried", async () => {
		await using store = openMemoryStore();
		const { machine, calls } = scriptedLoop(config, [asks(["pay"]), "end"], { store, tools: [pay] });
		expect(await machine.run({ task: "t" }, { executionId: "e", awaitSignals: true })).toMatchObject({
			status: "waiting",
			state: "loop",
			waiting: [{ request: { name: "pay", result: "payment 9 begun", pause: "break" } }],
		});
		await store.signals.send("e/1/loop/tool.pay.1.0", { paid: true });
		expect(await machine.resume("e")).toMatchObject({ status: "done" });
		expect(told(calls[1])).toEqual(['{"paid":true}']);
	});
});

describe("tools of a state", () => {
	it("are a tool loop without tool_loop, and what is not among them is refused", async () => {
		const { add, sums } = adder();
		const other = tool({ name: "other", description: "o", execute: () => "ran" });
		const { machine, calls } = scriptedLoop(
			text("[add]"),
			[asks(["other"], ["add", { a: 1, b: 2 }], ["nope"]), "end"],
			{ tools: [add, other] },
		);
		expect(await machine.run({ task: "t" })).toMatchObject({ status: "done", output: { found: "end" } });
		expect(calls[0]?.tools).toEqual([add.definition]);
		expect(told(calls[1])).toEqual(["Tool 'other' is not allowed.", "3", "Tool 'nope' is not allowed."]);
		expect(sums).toEqual([3]);
	});

	it.each([
		["add", "neither a tool provider nor the agent defines it"],
		["{ name: ask_human, pause: wait }", "Give it a `description` and `parameters` there."],
		["{ name: ask_human, pause: wait, parameters: { properties: { a: { type: nonsense } } } }", "no JSON Schema"],
	])("fail the state before any call where one cannot be offered: %s", async (entry, says) => {
		const { machine, calls } = scriptedLoop(text(`[${entry}]`), ["end"]);
		const result = await machine.run({ task: "t" });
		expect(result).toMatchObject({ status: "failed", error: { name: "InvalidToolError" } });
		expect(String(result.error)).toContain(says);
		expect(calls).toEqual([]);
	});

	it("pause by a definition of the agent's own document, too", async () => {
		const config = text("[{ name: ask_human, pause: wait }]").replace(
			'user: "Work on {{ input.task }}." }',
			'user: "Work.", tools: [{ type: function, function: { name: ask_human, parameters: { type: object } } }] }',
		);
		const { machine } = scriptedLoop(config, [asks(["ask_human"])]);
		expect(await machine.run({ task: "t" }, { executionId: "e" })).toMatchObject({ status: "waiting", channel });
	});

	it("are those that an agent with a loop of its own may call, and none of them can pause there", async () => {
		const seen: unknown[] = [];
		const machineWith = (tools: string) =>
			new FlatMachine({
				config: text(tools).replace(agentText, "{ type: own }"),
				tools: [adder().add, tool({ name: "other", description: "o", execute: () => "ran" })],
				agents: [
					{
						typeName: "own",
						createExecutor: () => ({
							async execute({ machineTools }) {
								seen.push(await machineTools?.definitions());
								seen.push(await machineTools?.call({ id: "1", name: "other", arguments: {} }));
								return "done";
							},
						}),
					},
				],
			});
		expect(await machineWith("[add]").run({ task: "t" })).toMatchObject({ status: "done", output: { found: "done" } });
		expect(seen).toMatchObject([[{ function: { name: "add" } }], { is_error: true }]);
		const refused = await machineWith(`[${askHuman}]`).run({ task: "t" });
		expect(String(refused.error)).toContain("`ask_human` cannot pause");
	});
});
