/** Agents that stop for answers: the execution parks, and the agent is called again with the decisions. */
import { describe, expect, it } from "vitest";
import { createActor, waitFor } from "xstate";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import {
	type AgentAdapter,
	type AgentCall,
	FlatMachine,
	type FlatMachineOptions,
	type Store,
} from "../../src/index.ts";

/** An agent that asks for leave to pay, and for a name, before it answers. */
function payingAgent(): { readonly adapter: AgentAdapter; readonly calls: AgentCall[] } {
	const calls: AgentCall[] = [];
	const adapter: AgentAdapter = {
		typeName: "paying",
		createExecutor: () => ({
			execute(call) {
				calls.push(call);
				const usage = { api_calls: 1, total_tokens: 10 };
				if (call.resume) return { output: call.resume, usage };
				return {
					usage,
					interruption: {
						state: `asked for ${String(call.input.order)}`,
						requests: [
							{ id: "pay", kind: "approval", name: "pay", arguments: { euros: 7 }, message: "Seven euros?" },
							{ id: "who", kind: "input", name: "name", arguments: {} },
						],
					},
				};
			},
		}),
	};
	return { adapter, calls };
}

const text = (keys = "") => `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: shop
  context: { order: input.order, went: null }
  agents: { clerk: { type: paying } }
  states:
    sell:
      type: initial
      agent: clerk
      input: { order: context.order }
${keys.replace(/^/gm, "      ")}
      output_to_context: { went: output }
      transitions: [{ to: done }]
    late: { type: final, output: { late: true } }
    done: { type: final, output: { went: context.went } }
`;

function shop(store: Store | undefined, keys = "", more: Partial<FlatMachineOptions> = {}) {
	const { adapter, calls } = payingAgent();
	const machine = new FlatMachine({
		config: text(keys),
		agents: new AgentAdapterRegistry([adapter]),
		...(store && { store }),
		...more,
	});
	return { machine, calls };
}

const pay = "e/1/sell/agent.clerk.1.1.1";
const who = "e/1/sell/agent.clerk.1.1.2";

describe("an interrupted agent", () => {
	it("parks its execution on each of its requests, and goes on with the decisions in another process", async () => {
		await using store = openMemoryStore();
		const parked = await shop(store).machine.run({ order: 3 }, { executionId: "e" });
		expect(parked).toMatchObject({
			status: "waiting",
			channel: pay,
			waiting: [
				{
					executionId: "e",
					state: "sell",
					channel: pay,
					request: { kind: "approval", agent: "clerk", id: "pay", name: "pay", arguments: { euros: 7 } },
				},
			],
		});
		await store.signals.send(pay, { approved: true, message: "fine" });
		const second = shop(store);
		expect(await second.machine.resume("e")).toMatchObject({ status: "waiting", channel: who });
		expect(second.calls).toEqual([]);
		await store.signals.send(who, "Ada");
		const third = shop(store);
		expect(await third.machine.resume("e")).toMatchObject({
			status: "done",
			agentCalls: 2,
			usage: { total_tokens: 20 },
			output: {
				went: {
					state: "asked for 3",
					decisions: [
						{ id: "pay", kind: "approval", approved: true, message: "fine" },
						{ id: "who", kind: "input", data: "Ada" },
					],
				},
			},
		});
		expect(third.calls).toMatchObject([{ input: { order: 3 }, idempotencyKey: "e/1/sell/1.resume.1" }]);
		expect(await store.signals.channels()).toEqual([]);
	});

	it("is stored as waiting on the channel, and no more once it goes on", async () => {
		await using store = openMemoryStore();
		const { machine } = shop(store);
		await machine.run({}, { executionId: "e" });
		const rows = await store.persistence.listExecutions({ waitingChannel: pay });
		expect(rows).toMatchObject([{ execution_id: "e", status: "waiting", event: "waiting", current_state: "sell" }]);
		for (const channel of [pay, who]) {
			await store.signals.send(channel, true);
			await machine.resume("e");
		}
		expect(await store.persistence.loadExecution("e")).toMatchObject({
			summary: { status: "done", waiting_channel: null },
		});
	});

	it.each([
		[true, { approved: true }],
		[{ approved: true }, { approved: true }],
		["yes", { approved: false, message: "yes" }],
		["true", { approved: false, message: "true" }],
		[1, { approved: false }],
		[{ approved: "true" }, { approved: false }],
		[
			{ approved: 1, message: "ok" },
			{ approved: false, message: "ok" },
		],
		[[true], { approved: false }],
		[null, { approved: false }],
	])("takes %j for no other approval than it is", async (data, decision) => {
		await using store = openMemoryStore();
		const { machine, calls } = shop(store);
		await machine.run({}, { executionId: "e" });
		await store.signals.send(pay, data);
		await store.signals.send(who, "x");
		await machine.resume("e");
		expect(calls[1]?.resume?.decisions[0]).toEqual({ id: "pay", kind: "approval", ...decision });
	});

	it("takes answers that come while the run stays for signals", async () => {
		await using store = openMemoryStore();
		const { machine } = shop(store);
		const asked: string[] = [];
		const result = await machine.run(
			{},
			{
				executionId: "e",
				awaitSignals: true,
				onEvent: (event) => {
					if (event.type !== "pause") return;
					asked.push(event.request.name);
					void store.signals.send(event.channel, true);
				},
			},
		);
		expect(result).toMatchObject({ status: "done" });
		expect(asked).toEqual(["pay", "name"]);
	});

	it("asks for one answer at a time where several samples of it are interrupted", async () => {
		await using store = openMemoryStore();
		const { machine, calls } = shop(store, "execution: { type: parallel, n_samples: 2 }");
		let result = await machine.run({}, { executionId: "e" });
		const channels: string[] = [];
		while (result.status === "waiting" && result.channel !== null) {
			expect(result.waiting).toHaveLength(1);
			channels.push(result.channel);
			await store.signals.send(result.channel, true);
			result = await machine.resume("e");
		}
		expect(channels.map((channel) => channel.slice("e/1/sell/agent.clerk.".length))).toEqual([
			"sample.1.1.1",
			"sample.2.1.1",
			"sample.1.1.2",
			"sample.2.1.2",
		]);
		expect(calls).toHaveLength(4);
		expect(result).toMatchObject({ status: "done", agentCalls: 4, output: { went: { count: 2 } } });
	});

	it("parks the machine that runs it as a child", async () => {
		await using store = openMemoryStore();
		const { adapter } = payingAgent();
		const machine = new FlatMachine({
			config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  machines:
    shop:
${text().replace(/^/gm, "      ")}
  states:
    start: { type: initial, machine: shop, output_to_context: { got: output }, transitions: [{ to: done }] }
    done: { type: final, output: { got: context.got } }
`,
			agents: new AgentAdapterRegistry([adapter]),
			store,
		});
		let result = await machine.run({}, { executionId: "p" });
		for (let round = 0; round < 2; round++) {
			if (result.status !== "waiting") break;
			const [{ executionId = "", channel = "" } = {}] = result.waiting;
			expect(executionId).not.toBe("p");
			await store.signals.send(channel, false, { executionId });
			result = await machine.resume("p");
		}
		expect(result).toMatchObject({
			status: "done",
			output: { got: { went: { decisions: [{ approved: false }, {}] } } },
		});
	});

	it("gives way to the timeout of its state", async () => {
		await using store = openMemoryStore();
		let now = 0;
		const keys = "timeout: 60\non_error: { TimeoutError: late }";
		const { machine, calls } = shop(store, keys, { now: () => now });
		await machine.run({}, { executionId: "e" });
		expect(await store.persistence.listExecutions({ wakeBefore: 60_000 })).toMatchObject([{ execution_id: "e" }]);
		now = 60_000;
		expect(await machine.resume("e")).toMatchObject({ status: "done", output: { late: true } });
		expect(calls).toHaveLength(1);
	});

	it("takes its answers as events where the machine is an actor of somebody's own", async () => {
		const { machine, calls } = shop(undefined);
		const actor = createActor(machine.machine, { input: { order: 1 } }).start();
		const pauseIn = (context: unknown) => (isMachineContext(context) ? context.machine.run.pause : undefined);
		const asked: string[] = [];
		for (const name of ["pay", "name"]) {
			const { context } = await waitFor(actor, (snapshot) => pauseIn(snapshot.context)?.request.name === name);
			asked.push(name);
			actor.send({ type: "signal", channel: "another", data: "not for it" });
			actor.send({ type: `signal.${pauseIn(context)?.channel}`, data: true });
		}
		const { output } = await waitFor(actor, ({ status }) => status === "done");
		expect(asked).toEqual(["pay", "name"]);
		expect(calls).toHaveLength(2);
		expect(output).toMatchObject({ went: { decisions: [{ approved: true }, { data: true }] } });
	});

	it("is over with an error beside the interruption", async () => {
		const adapter: AgentAdapter = {
			typeName: "paying",
			createExecutor: () => ({
				execute: () => ({
					error: { type: "OddError", message: "odd" },
					interruption: { state: "", requests: [{ id: "1", kind: "input", name: "n", arguments: {} }] },
				}),
			}),
		};
		const machine = new FlatMachine({ config: text(), agents: new AgentAdapterRegistry([adapter]) });
		expect(await machine.run()).toMatchObject({ status: "failed", error: { message: expect.stringContaining("odd") } });
	});
});
