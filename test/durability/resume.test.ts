/** What resuming keeps, what it tries again, and what it refuses. */
import { describe, expect, it } from "vitest";
import type { AgentScript, RecordedCall } from "../../adapters/scripted/index.ts";
import { scriptedAdapter } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { ExecutionCommit } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { failingStore } from "./failing-store.ts";

interface Life {
	readonly machine: FlatMachine;
	readonly calls: readonly RecordedCall[];
}

interface LifeOptions {
	readonly script?: AgentScript;
	readonly hooks?: Record<string, MachineHooks>;
	readonly now?: () => number;
}

/** The machine in one process of several, on the same store. */
function life(store: Store, data: string, { script = {}, ...options }: LifeOptions = {}): Life {
	const adapter = scriptedAdapter(script);
	const config = documentOf(data, { use: ["a", "b"] });
	let ids = 0;
	const newId = () => `id-${++ids}`;
	const agents = new AgentAdapterRegistry([adapter]);
	return { machine: new FlatMachine({ config, store, agents, newId, ...options }), calls: adapter.calls };
}

/** The commit that stores how a step ended. */
function storing(key: string): (commits: readonly ExecutionCommit[]) => boolean {
	return (commits) => commits.some(({ log }) => log.some(({ text }) => text.includes(`"key":"${key}"`)));
}

/** The commit that stores that a child is done. */
function endingChild(commits: readonly ExecutionCommit[]): boolean {
	return commits.some(({ summary }) => summary.status === "done" && summary.parent_execution_id !== null);
}

const two = `
context: { one: null, two: null }
states:
  first: { type: initial, agent: a, output_to_context: { one: output.n }, transitions: [{ to: second }] }
  second: { agent: b, output_to_context: { two: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { one: context.one, two: context.two } }`;

describe("an execution that is done", () => {
	it("gives its output again, without a call and without a hook", async () => {
		const store = openMemoryStore();
		const data = two.replace("context:", "lifecycle_hooks: h\ncontext:");
		const heard: string[] = [];
		const hooks = {
			h: {
				onMachineStart: (context: Readonly<Record<string, unknown>>) => {
					heard.push("start");
					return { ...context };
				},
				onMachineEnd: (_context: unknown, output: unknown) => {
					heard.push("end");
					return { ended: output };
				},
			},
		};
		const first = await life(store, data, { script: { a: { n: 1 }, b: { n: 2 } }, hooks }).machine.run(
			{},
			{ executionId: "x" },
		);
		expect(first).toMatchObject({ status: "done", output: { ended: { one: 1, two: 2 } } });
		expect(heard).toEqual(["start", "end"]);
		const again = life(store, data, { hooks });
		expect(await again.machine.resume("x")).toEqual(first);
		expect(heard).toEqual(["start", "end"]);
		expect(again.calls).toEqual([]);
	});
});

describe("an execution that failed", () => {
	it("tries again what failed, and keeps what was finished", async () => {
		const store = openMemoryStore();
		const first = life(store, two, { script: { a: { n: 1 }, b: { throw: "E: broken" } } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed", error: { name: "E" } });
		expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({
			status: "failed",
			error: { name: "E", message: "broken" },
		});
		const second = life(store, two, { script: { b: { n: 2 } } });
		expect(await second.machine.resume("x")).toMatchObject({
			status: "done",
			output: { one: 1, two: 2 },
			agentCalls: 2,
		});
		expect(second.calls).toHaveLength(1);
	});

	it("tries again what an agent answered with an error", async () => {
		const store = openMemoryStore();
		const refused = { error: { type: "RateLimitError", message: "later", retryable: false } };
		const first = life(store, two, { script: { a: { n: 1 }, b: refused } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const second = life(store, two, { script: { b: { n: 2 } } });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { one: 1, two: 2 } });
	});

	it("makes all attempts of a retry anew, answered errors among them", async () => {
		const store = openMemoryStore();
		const data = `
context: { got: null }
states:
  try: { type: initial, agent: a, execution: { type: retry, backoffs: [0.001, 0.001], jitter: 0 }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;
		const refused = { error: { type: "RateLimitError", message: "later", retryable: true } };
		const first = life(store, data, { script: { a: refused } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		expect(first.calls).toHaveLength(3);
		const second = life(store, data, {
			script: { a: (_call: unknown, { n }: { readonly n: number }) => (n < 2 ? { throw: "E: no" } : { n }) },
		});
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { got: 2 } });
		expect(second.calls).toHaveLength(3);
	});

	it("makes all attempts anew also when the process that tries again is killed in between", async () => {
		const store = openMemoryStore();
		const data = `
context: { got: null }
states:
  try: { type: initial, agent: a, execution: { type: retry, backoffs: [0.001, 0.001], jitter: 0 }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;
		const first = life(store, data, { script: { a: { throw: "E: first life" } } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const failing = failingStore(store, { after: storing("agent.a.2"), takesEffect: false });
		const second = life(failing.store, data, { script: { a: { throw: "E: second life" } } });
		expect(await second.machine.resume("x")).toMatchObject({ status: "failed", error: { code: "store_write_failed" } });
		expect((await store.persistence.loadExecution("x"))?.summary.status).toBe("active");
		const third = life(store, data, { script: { a: { n: 3 } } });
		expect(await third.machine.resume("x")).toMatchObject({ status: "done", output: { got: 3 } });
		expect(third.calls.map(({ call }) => call.idempotencyKey)).toEqual(["x/1/try/2"]);
	});

	it("begins the state's time anew", async () => {
		const store = openMemoryStore();
		const data = `
context: { got: null }
states:
  slow: { type: initial, agent: a, timeout: 0.02, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;
		const first = life(store, data, { script: { a: () => new Promise<never>(() => undefined) } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({
			status: "failed",
			error: { name: "TimeoutError" },
		});
		const second = life(store, data, { script: { a: { n: 1 } } });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { got: 1 } });
	});

	it("in a child goes on in the child, and keeps what the child had finished", async () => {
		const store = openMemoryStore();
		const data = `
agents: { a: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { b: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
      states:
        one: { type: initial, agent: b, input: { at: one }, transitions: [{ to: two }] }
        two: { agent: b, input: { at: two }, output_to_context: { n: output.n }, transitions: [{ to: end }] }
        end: { type: final, output: { n: context.n } }
context: { got: null }
states:
  call: { type: initial, machine: child, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`.replace(/^agents.*\n/m, "");
		const script = {
			b: ({ input }: { readonly input: Readonly<Record<string, unknown>> }) =>
				input.at === "two" ? { throw: "E: broken" } : { n: 1 },
		};
		const first = life(store, data, { script });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed", error: { name: "E" } });
		const second = life(store, data, { script: { b: { n: 2 } } });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { got: 2 } });
		expect(second.calls.map(({ call }) => call.input)).toEqual([{ at: "two" }]);
	});
});

const loop = `
context: { n: 0 }
states:
  loop: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ condition: context.n == 5, to: end }, { to: loop }] }
  end: { type: final, output: { n: context.n } }`;

const counting: AgentScript = {
	a: ({ context }) => ({
		output: { n: Number(context?.n) + 1 },
		usage: { api_calls: 1, input_tokens: 10, output_tokens: 5, total_tokens: 15 },
		cost: 0.5,
	}),
};

describe("an execution that a limit stopped", () => {
	it.each([
		["max_steps", { maxSteps: 3 }, { maxSteps: 100 }],
		["max_agent_calls", { maxAgentCalls: 2 }, { maxAgentCalls: 100 }],
		["max_cost", { maxCost: 1 }, { maxCost: 100 }],
		["max_tokens", { maxTokens: 30 }, { maxTokens: 1000 }],
	])("%s stops again at once, and goes on with a higher one", async (reason, limits, more) => {
		const store = openMemoryStore();
		const first = life(store, loop, { script: counting });
		const stopped = await first.machine.run({}, { executionId: "x", ...limits });
		expect(stopped).toMatchObject({ status: "stopped", reason });
		const before = first.calls.length;
		expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({ status: "stopped" });
		const same = life(store, loop, { script: counting });
		expect(await same.machine.resume("x")).toMatchObject({ ...stopped, status: "stopped", reason });
		expect(same.calls).toEqual([]);
		const second = life(store, loop, { script: counting });
		expect(await second.machine.resume("x", more)).toMatchObject({
			status: "done",
			output: { n: 5 },
			steps: 6,
			agentCalls: 5,
			cost: 2.5,
			usage: { input_tokens: 50, output_tokens: 25, total_tokens: 75 },
		});
		expect(before + second.calls.length).toBe(5);
	});
});

const twoCalls = (name: string) => `
  ${name}:
    spec: flatmachine
    data:
      name: ${name}
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: null }
      states:
        one: { type: initial, agent: a, input: { at: one }, transitions: [{ to: two }] }
        two: { agent: a, input: { at: two }, output_to_context: { n: output.n }, transitions: [{ to: end }] }
        end: { type: final, output: { n: context.n } }`;

const inChild = `
context: { got: null }
machines:${twoCalls("child")}
states:
  call: { type: initial, machine: child, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;

const priced = (n: number) => ({ output: { n }, usage: { api_calls: 1 }, cost: 1 });

describe("a budget that a child has begun to spend", () => {
	it("stops in the child, and the child goes on with a higher one", async () => {
		const store = openMemoryStore();
		const first = life(store, inChild, { script: { a: priced(1) } });
		const stopped = await first.machine.run({}, { executionId: "x", maxAgentCalls: 1 });
		expect(stopped).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
		expect(first.calls).toHaveLength(1);
		const second = life(store, inChild, { script: { a: priced(2) } });
		expect(await second.machine.resume("x", { maxAgentCalls: 10 })).toMatchObject({
			status: "done",
			output: { got: 2 },
			agentCalls: 2,
		});
		expect(second.calls).toHaveLength(1);
	});

	it.each([
		["a list", "machine: [child, other]", { child: { n: 2 }, other: { n: 2 } }],
		["a foreach", "foreach: [1, 2], machine: child", [{ n: 2 }, { n: 2 }]],
	])("stops in the children of %s, and they go on with a higher one", async (_, state, got) => {
		const data = `
context: { got: null }
machines:${twoCalls("child")}${twoCalls("other")}
states:
  call: { type: initial, ${state}, output_to_context: { got: output }, on_error: end, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;
		const store = openMemoryStore();
		const first = life(store, data, { script: { a: priced(1) } });
		const stopped = await first.machine.run({}, { executionId: "x", maxCost: 2 });
		expect(stopped).toMatchObject({ status: "stopped", reason: "max_cost", agentCalls: 2, cost: 2 });
		const again = life(store, data, { script: { a: priced(1) } });
		expect(await again.machine.resume("x")).toMatchObject({ status: "stopped", reason: "max_cost", cost: 2 });
		expect(again.calls).toEqual([]);
		const second = life(store, data, { script: { a: priced(2) } });
		const result = await second.machine.resume("x", { maxCost: 10 });
		expect(result).toMatchObject({ status: "done", output: { got }, agentCalls: 4, cost: 4 });
		expect(second.calls.map(({ call }) => call.input.at)).toEqual(["two", "two"]);
	});

	it("counts, after a crash, what the children that had ended before it had spent", async () => {
		const data = `
context: { got: null }
machines:${twoCalls("child")}
states:
  call: { type: initial, machine: child, agent: a, transitions: [{ to: end }] }
  end: { type: final }`;
		const store = openMemoryStore();
		const failing = failingStore(store, { after: endingChild, takesEffect: true });
		const first = life(failing.store, data, { script: { a: priced(1) } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const [child] = await store.persistence.listExecutions({ parentExecutionId: "x" });
		expect(child).toMatchObject({ status: "done", total_api_calls: 2 });
		const second = life(store, data, { script: { a: priced(2) } });
		const result = await second.machine.resume("x", { maxAgentCalls: 2 });
		expect(result).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
		expect(second.calls).toEqual([]);
	});

	it("counts, after a crash, what the child had spent before it", async () => {
		const store = openMemoryStore();
		const failing = failingStore(store, { after: endingChild, takesEffect: false });
		const first = life(failing.store, inChild, { script: { a: priced(1) } });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const [child] = await store.persistence.listExecutions({ parentExecutionId: "x" });
		expect(child).toMatchObject({ current_state: "two", total_api_calls: 1, status: "active" });
		const second = life(store, inChild, { script: { a: priced(2) } });
		expect(await second.machine.resume("x", { maxAgentCalls: 1 })).toMatchObject({
			status: "stopped",
			reason: "max_agent_calls",
		});
		expect(second.calls).toEqual([]);
	});
});

describe("time that ran out while no process ran", () => {
	const slow = `
context: { got: null }
states:
  slow: { type: initial, agent: a, timeout: 60, on_error: { TimeoutError: late }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  late: { type: final, output: { late: true } }
  end: { type: final, output: { got: context.got } }`;

	it("of a state is over: its work is not begun again", async () => {
		const store = openMemoryStore({ now: () => 0 });
		const failing = failingStore(store, { after: storing("agent.a.1"), takesEffect: false });
		const first = life(failing.store, slow, { script: { a: { n: 1 } }, now: () => 0 });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const second = life(store, slow, { script: { a: { n: 2 } }, now: () => 60_000 });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { late: true } });
		expect(second.calls).toEqual([]);
	});

	it("of a state takes nothing away from work that was done in time", async () => {
		const store = openMemoryStore({ now: () => 0 });
		const data = slow.replace("agent: a,", "agent: a, hooks: h,");
		const heard: string[] = [];
		const onStateExit: MachineHooks["onStateExit"] = (state, _context, output) => {
			heard.push(state);
			return output;
		};
		const hooks = { h: { onStateExit } };
		const failing = failingStore(store, { after: storing("agent.a.1"), takesEffect: true });
		const first = life(failing.store, data, { script: { a: { n: 1 } }, hooks, now: () => 0 });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const second = life(store, data, { hooks, now: () => 60_000 });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { got: 1 } });
		expect(heard.filter((state) => state === "slow")).toHaveLength(1);
	});

	it("of a state has not begun anew while some is left", async () => {
		const store = openMemoryStore({ now: () => 0 });
		const failing = failingStore(store, { after: storing("agent.a.1"), takesEffect: false });
		const first = life(failing.store, slow, { script: { a: { n: 1 } }, now: () => 0 });
		expect(await first.machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		const script = { a: () => new Promise<never>(() => undefined) };
		const second = life(store, slow, { script, now: () => 59_995 });
		expect(await second.machine.resume("x")).toMatchObject({ status: "done", output: { late: true } });
		expect(second.calls).toHaveLength(1);
	});

	const ask = `
context: { got: null }
states:
  ask: { type: initial, wait_for: c, timeout: 60, on_error: { TimeoutError: late }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  late: { type: final, output: { late: true } }
  end: { type: final, output: { got: context.got } }`;

	it("of a wait_for is over, unless a signal has come meanwhile", async () => {
		for (const signalled of [false, true]) {
			const store = openMemoryStore({ now: () => 0 });
			const first = await life(store, ask, { now: () => 0 }).machine.run({}, { executionId: "x" });
			expect(first).toMatchObject({ status: "waiting", channel: "c" });
			expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({
				status: "waiting",
				waiting_channel: "c",
				wake_at: 60_000,
			});
			if (signalled) await store.signals.send("c", { n: 7 }, { executionId: "x" });
			const result = await life(store, ask, { now: () => 61_000 }).machine.resume("x");
			expect(result).toMatchObject({ status: "done", output: signalled ? { got: 7 } : { late: true } });
		}
	});

	it("of a wait_for goes on where it was when the execution is resumed without a signal", async () => {
		const store = openMemoryStore({ now: () => 0 });
		await life(store, ask, { now: () => 0 }).machine.run({}, { executionId: "x" });
		expect(await life(store, ask, { now: () => 59_000 }).machine.resume("x")).toMatchObject({ status: "waiting" });
		expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({ status: "waiting", wake_at: 60_000 });
		const waited = life(store, ask, { now: () => 59_995 }).machine.resume("x", { awaitTimeouts: true });
		expect(await waited).toMatchObject({ status: "done", output: { late: true } });
	});

	it("awaitSignals waits for a signal that comes while the run waits", async () => {
		const store = openMemoryStore({ now: () => 0 });
		const running = life(store, ask, { now: () => 0 }).machine.run({}, { executionId: "x", awaitSignals: true });
		while ((await store.persistence.listExecutionIds({ waitingChannel: "c" })).length === 0) {
			await new Promise((resolve) => setImmediate(resolve));
		}
		await store.signals.send("c", { n: 3 }, { executionId: "x" });
		expect(await running).toMatchObject({ status: "done", output: { got: 3 } });
	});
});

describe("an id", () => {
	it("that no execution has, that one has already, and that is a child's, is refused with what to do", async () => {
		const store = openMemoryStore();
		const { machine } = life(store, inChild, { script: { a: [priced(1), { throw: "E: broken" }] } });
		await expect(machine.resume("nobody")).rejects.toMatchObject({ code: "unknown_execution" });
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
		await expect(machine.run({}, { executionId: "x" })).rejects.toMatchObject({ code: "execution_exists" });
		const [child = ""] = await store.persistence.listExecutionIds({ parentExecutionId: "x" });
		await expect(machine.resume(child)).rejects.toMatchObject({
			code: "child_execution",
			message: expect.stringContaining("Resume x"),
		});
		expect(await store.lock?.holder("x")).toBeNull();
	});

	it("that leads elsewhere, or is too long for a folder, is refused before anything runs", async () => {
		const store = openMemoryStore();
		const { machine, calls } = life(store, two, { script: { a: { n: 1 } } });
		for (const executionId of ["../x", "a/b", ".hidden", "_configs", "", "x".repeat(256)]) {
			await expect(machine.run({}, { executionId })).rejects.toMatchObject({ code: "invalid_checkpoint_key" });
		}
		expect(calls).toEqual([]);
	});
});

describe("what an execution was started with", () => {
	it("survives: its input, its parent, its depth, and its totals with tokens", async () => {
		const store = openMemoryStore();
		const data = `
context: { got: null }
states:
  first: { type: initial, agent: a, transitions: [{ to: second }] }
  second: { agent: b, output_to_context: { got: input.word }, transitions: [{ condition: input.word == "tea", to: end }] }
  end: { type: final, output: { got: context.got, parent: context.machine.parent_execution_id, word: input.word } }`;
		const answer = { output: {}, usage: { api_calls: 2, input_tokens: 3, output_tokens: 4 }, cost: 0.25 };
		const first = life(store, data, { script: { a: answer, b: { throw: "E: broken" } } });
		await first.machine.run({ word: "tea" }, { executionId: "x", parentExecutionId: "p", depth: 3 });
		const second = life(store, data, { script: { b: answer } });
		expect(await second.machine.resume("x")).toMatchObject({
			status: "done",
			output: { got: "tea", parent: "p", word: "tea" },
			agentCalls: 4,
			cost: 0.5,
			usage: { input_tokens: 6, output_tokens: 8, total_tokens: 14 },
		});
		for (const key of await store.persistence.listCheckpoints("x")) {
			const { text = "" } = (await store.persistence.loadCheckpoint(key)) ?? {};
			expect(JSON.parse(text)).toMatchObject({ parent_execution_id: "p" });
		}
	});
});
