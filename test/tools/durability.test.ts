/** A tool loop that is interrupted goes on where it was: no call that has finished is made again (spec section 12.5). */
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { readRows } from "../../runtime/checkpoint/log.ts";
import { type MachineSnapshot, parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { Store } from "../../runtime/store/store.ts";
import { AgentAdapterRegistry, cloneExecution, FlatMachine, type MachineHooks, tool } from "../../src/index.ts";
import { failingStore } from "../durability/failing-store.ts";
import { recordingStore } from "../durability/recording-store.ts";
import { asks, machineText } from "./loop-machine.ts";

const text = machineText(`
tool_loop: { total_timeout: 1000 }
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ to: done }]`);

const turns = [asks(["a"], ["b"]), asks(["a"]), asks(["b"], ["a"], ["b"]), "The end."];

/** Notes what is begun, and each result in the context. */
class World {
	readonly begun: string[] = [];
	now = 0;

	readonly hooks: MachineHooks = {
		onToolResult: (_state, result, context) => {
			const seen = Array.isArray(context.seen) ? context.seen : [];
			return { ...context, seen: [...seen, Reflect.get(Object(result), "content")] };
		},
	};

	machine(store: Store, config = text): FlatMachine {
		const toolOf = (name: string) =>
			tool({
				name,
				description: name,
				execute: (_args, { idempotencyKey }) => {
					this.begun.push(idempotencyKey);
					return `${name} at ${idempotencyKey}`;
				},
			});
		return new FlatMachine({
			config,
			store,
			hooks: this.hooks,
			tools: [toolOf("a"), toolOf("b")],
			now: () => this.now,
			script: ({ idempotencyKey = "" }) => {
				this.begun.push(idempotencyKey);
				const turn = Number(idempotencyKey.split(".").at(-1));
				return turns[turn - 1] ?? new Error(`no turn ${turn}`);
			},
		});
	}
}

/** Idempotency keys of what the store knows to be finished. */
async function finished({ persistence }: Store): Promise<string[]> {
	return readRows(await persistence.loadLog("e", 0)).flatMap(({ step, at, key }) => {
		const [kind, , ...rest] = key.split(".");
		if (kind === "agent") return [`e/${step}/${at}/${rest.join(".")}`];
		return kind === "tool" ? [`e/${step}/${at}/tool.${rest.join(".")}`] : [];
	});
}

const calmRun = [
	"turn.1",
	"tool.1.0",
	"tool.1.1",
	"turn.2",
	"tool.2.0",
	"turn.3",
	"tool.3.0",
	"tool.3.1",
	"tool.3.2",
	"turn.4",
].map((name) => `e/1/loop/${name}`);

describe("a store that fails", () => {
	it("at any commit repeats nothing that was stored, and the chain is the same", async () => {
		const calmStore = openMemoryStore();
		const calm = failingStore(calmStore, { after: Number.POSITIVE_INFINITY, takesEffect: false });
		const undisturbed = new World();
		const result = await undisturbed.machine(calm.store).run({ task: "t" }, { executionId: "e" });
		expect(result).toMatchObject({ status: "done", agentCalls: 4 });
		expect(undisturbed.begun).toEqual(calmRun);
		const { context } = await latest(calmStore);
		expect(context.seen).toHaveLength(6);
		expect(calm.commits).toBeGreaterThan(10);
		for (const takesEffect of [false, true]) {
			for (let after = 1; after < calm.commits; after++) {
				const store = openMemoryStore();
				const failing = failingStore(store, { after, takesEffect });
				const world = new World();
				await world.machine(failing.store).run({ task: "t" }, { executionId: "e" });
				const known = await finished(store);
				const before = world.begun.splice(0);
				const again = await world.machine(store).resume("e");
				expect({ after, takesEffect, again }).toMatchObject({ again: { status: "done", agentCalls: 4 } });
				expect({ after, repeated: world.begun.filter((name) => known.includes(name)) }).toEqual({
					after,
					repeated: [],
				});
				expect([...new Set([...before, ...world.begun])].sort()).toEqual([...calmRun].sort());
				expect((await latest(store)).context).toEqual({
					...context,
					machine: (await latest(store)).context.machine,
				});
			}
		}
	});
});

async function latest({ persistence }: Store): Promise<MachineSnapshot> {
	const { latestKey } = (await persistence.loadExecution("e")) ?? {};
	const stored = await persistence.loadCheckpoint(latestKey ?? "");
	return parseSnapshot(stored?.text ?? "", latestKey ?? "");
}

/** Checkpoints `tool_call` of an undisturbed run, in their order. */
async function toolCalls(config = text): Promise<{ snapshots: MachineSnapshot[]; written: readonly string[] }> {
	const { store, checkpoints, written } = recordingStore();
	await new World().machine(store, config).run({ task: "t" }, { executionId: "e" });
	const snapshots = checkpoints.map((write) => parseSnapshot(write.text, write.key));
	return { snapshots: snapshots.filter(({ event }) => event === "tool_call"), written: written("e") };
}

it("stores the chain after each call, under one key for one visit", async () => {
	const { snapshots, written } = await toolCalls();
	expect(snapshots.map(({ tool_loop_state: loop }) => loop?.tool_calls_count)).toEqual([1, 2, 3, 4, 5, 6]);
	expect(new Set(written.filter((name) => name.endsWith("tool_call")))).toEqual(new Set(["01_tool_call"]));
	expect(snapshots[0]).toMatchObject({
		current_state: "loop",
		step: 1,
		tool_loop_state: {
			turns: 1,
			tool_calls_count: 1,
			loop_cost: 0,
			chain: [
				{ role: "assistant", tool_calls: [{ id: "a-0" }, { id: "b-1" }] },
				{ role: "tool", tool_call_id: "a-0", content: "a at e/1/loop/tool.1.0" },
			],
		},
	});
});

it("takes these checkpoints where `checkpoint_on` asks for them, and not where it does not", async () => {
	const on = (events: string) =>
		text.replace("  name: loop", `  name: loop\n  persistence: { checkpoint_on: [${events}] }`);
	expect((await toolCalls(on("tool_call"))).snapshots).toHaveLength(6);
	expect((await toolCalls(on("execute"))).snapshots).toEqual([]);
});

it("goes on from a snapshot alone, with the calls of the turn that are left", async () => {
	const { snapshots } = await toolCalls();
	for (const [index, snapshot] of snapshots.entries()) {
		const store = openMemoryStore();
		const key = "e/step_000001_tool_call.json";
		await store.persistence.save(key, Buffer.from(JSON.stringify({ ...snapshot, config_hash: null })));
		await store.persistence.save("e/latest", Buffer.from(key));
		const world = new World();
		const result = await world.machine(store).resume("e");
		expect(result).toMatchObject({ status: "done", output: { found: "The end.", stop: "complete", turns: 4 } });
		const done = calmRun.filter((name) => name.includes("tool.")).slice(0, index + 1);
		const last = calmRun.indexOf(done.at(-1) ?? "");
		expect(world.begun).toEqual(calmRun.slice(last + 1));
		expect((await latest(store)).context.seen).toHaveLength(6);
	}
});

it("reads the chain of another program, which names no agent", async () => {
	const { snapshots } = await toolCalls();
	const [{ tool_loop_state: loop, ...snapshot } = { tool_loop_state: null }] = snapshots.slice(2);
	const { chain, turns: count, tool_calls_count, loop_cost } = loop ?? {};
	const store = openMemoryStore();
	const stored = {
		...snapshot,
		config_hash: null,
		tool_loop_state: { chain, turns: count, tool_calls_count, loop_cost },
	};
	await store.persistence.save("e/step_000001_tool_call.json", Buffer.from(JSON.stringify(stored)));
	await store.persistence.save("e/latest", Buffer.from("e/step_000001_tool_call.json"));
	const world = new World();
	expect(await world.machine(store).resume("e")).toMatchObject({ status: "done", output: { turns: 4 } });
	expect(world.begun).toEqual(calmRun.slice(5));
});

it("does not end a loop whose time has passed while no process ran, before what was finished is taken", async () => {
	const store = openMemoryStore();
	const world = new World();
	const failing = failingStore(store, { after: 6, takesEffect: true });
	await world.machine(failing.store).run({ task: "t" }, { executionId: "e" });
	const known = await finished(store);
	expect(known.length).toBeGreaterThan(2);
	world.now = 10_000_000;
	world.begun.length = 0;
	const result = await world.machine(store).resume("e");
	expect(result).toMatchObject({ status: "done", output: { stop: "timeout" } });
	expect(world.begun.filter((name) => known.includes(name))).toEqual([]);
	expect((await latest(store)).context._tool_calls_count).toBeGreaterThanOrEqual(1);
});

it("replays without a call, and a fork from the middle makes no finished call again", async () => {
	const store = openMemoryStore();
	const world = new World();
	await world.machine(store).run({ task: "t" }, { executionId: "e" });
	world.begun.length = 0;
	const unable = new FlatMachine({
		config: text,
		store,
		agents: new AgentAdapterRegistry(),
		tools: {
			getToolDefinitions: () => null,
			executeTool: () => ({ content: "" }),
			prepare: () => Promise.reject(new Error("not here")),
		},
		hooks: world.hooks,
	});
	expect(await unable.replay("e")).toMatchObject({ difference: null, until: "ended" });
	const key = "e/step_000001_tool_call.json";
	await cloneExecution(store.persistence, "e", "fork", { key, now: () => 0 });
	expect(await world.machine(store).resume("fork")).toMatchObject({ status: "done", output: { turns: 4 } });
	expect(world.begun).toEqual([]);
});

it("tries a failed call again when the execution is resumed, and nothing else", async () => {
	const store = openMemoryStore();
	const world = new World();
	let fails = true;
	const machine = (): FlatMachine =>
		new FlatMachine({
			config: text,
			store,
			tools: [tool({ name: "a", description: "a", execute: () => void world.begun.push("a") })],
			script: ({ idempotencyKey = "" }) => {
				world.begun.push(idempotencyKey.slice(-1));
				if (idempotencyKey.endsWith("1")) return asks(["a"]);
				return fails ? { error: { code: "server_error", message: "down" } } : "up";
			},
		});
	expect(await machine().run({ task: "t" }, { executionId: "e" })).toMatchObject({ status: "failed" });
	fails = false;
	expect(await machine().resume("e")).toMatchObject({ status: "done", output: { found: "up" } });
	expect(world.begun).toEqual(["1", "a", "2", "2"]);
});

it("stops at the run's budget between two calls, and goes on with a higher one", async () => {
	const store = openMemoryStore();
	const world = new World();
	const stopped = await world.machine(store).run({ task: "t" }, { executionId: "e", maxAgentCalls: 2 });
	expect(stopped).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
	expect(world.begun).toEqual(calmRun.slice(0, 5));
	expect(await world.machine(store).resume("e", { maxAgentCalls: 9 })).toMatchObject({ status: "done", agentCalls: 4 });
	expect(world.begun).toEqual(calmRun);
});

it("keeps the chain for the same state and agent, and goes on with it at the next visit", async () => {
	const twice = machineText(
		`
tool_loop: true
output_to_context: { found: output.content, stop: output._tool_loop_stop }
transitions: [{ condition: context._tool_loop_turns == 2, to: loop }, { to: done }]`,
	);
	const calls: unknown[] = [];
	const machine = new FlatMachine({
		config: twice,
		tools: [tool({ name: "a", description: "a", execute: () => "x" })],
		script: (call, { n }) => {
			calls.push([call.input, Reflect.get(call, "messages")]);
			return [asks(["a"]), "first", "second"][n] ?? new Error("no more");
		},
	});
	expect(await machine.execute({ task: "t" })).toMatchObject({ found: "second", turns: 1 });
	expect(calls[2]).toEqual([
		{},
		[
			expect.objectContaining({ role: "assistant", content: "" }),
			{ role: "tool", tool_call_id: "a-0", content: "x" },
			{ role: "assistant", content: "first" },
		],
	]);
});
