/** Executions that leave memory while they only sleep, and go on when somebody resumes them in time. */
import { expect, it, vi } from "vitest";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import type { Lease } from "../../runtime/store/execution-lock.ts";
import type { ExecutionCommit } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { commitOf, sampleTime } from "../stores/contract/samples.ts";
import { withMethods } from "./with-methods.ts";

const parkSleepsOverSeconds = 60;

type Answer = (
	agent: string,
	call: number,
	input: Readonly<Record<string, unknown>>,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

function world(data: string, answer: Answer) {
	let time = 1_000_000;
	const now = () => time;
	const store = openMemoryStore({ now });
	return {
		...machineOn(store, data, now, answer),
		store,
		now,
		advance(seconds: number) {
			time += seconds * 1000;
		},
	};
}

function machineOn(store: Store, data: string, now: () => number, answer: Answer) {
	const calls: string[] = [];
	const machine = new FlatMachine({
		config: documentOf(data, { use: ["a", "b"] }),
		store,
		now,
		script: ({ input }, { agentName }) => {
			calls.push(agentName);
			return answer(agentName, calls.filter((name) => name === agentName).length, { ...input });
		},
	});
	const resumed: string[] = [];
	const dispatcher = new SignalDispatcher({
		signals: store.signals,
		persistence: store.persistence,
		now,
		resume: (id) => {
			resumed.push(id);
			return machine.resume(id, { parkSleepsOverSeconds });
		},
	});
	return { machine, calls, resumed, dispatcher };
}

function failingUntil(last: number) {
	return (_: string, call: number) => {
		if (call < last) throw new Error("busy");
		return { n: call };
	};
}

const retrying = (backoffs: string, more = "") =>
	`context: { got: null }
states:
  ask: { type: initial, agent: a, execution: { type: retry, backoffs: ${backoffs}, jitter: 0 }${more}, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  late: { type: final, output: { late: true } }
  end: { type: final, output: { got: context.got } }`;

it("park in a long back-off and not in a short one, and go on with the next attempt when they are due", async () => {
	const { machine, store, calls, now, advance, dispatcher } = world(retrying("[0.05, 3600]"), failingUntil(3));
	const until = now() + 3_600_000;
	const parked = await machine.run({}, { executionId: "x", parkSleepsOverSeconds });
	expect(parked).toMatchObject({
		status: "waiting",
		channel: null,
		waiting: [],
		sleeping: [{ executionId: "x", state: "ask", until }],
	});
	expect(calls).toHaveLength(2);
	expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({
		status: "waiting",
		current_state: "ask",
		waiting_channel: null,
		wake_at: until,
	});
	advance(3599);
	expect(await dispatcher.dispatchDue()).toEqual([]);
	advance(1);
	expect(await dispatcher.dispatchDue()).toEqual(["x"]);
	expect(calls).toHaveLength(3);
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { got: 3 } });
	expect(await dispatcher.dispatchDue()).toEqual([]);
});

it("park again where they are resumed too early, without a further call, and say what is left", async () => {
	const { machine, calls, now, advance } = world(retrying("[3600]"), failingUntil(2));
	const until = now() + 3_600_000;
	await machine.run({}, { executionId: "x", parkSleepsOverSeconds });
	advance(600);
	const delays: number[] = [];
	const again = await machine.resume("x", {
		parkSleepsOverSeconds,
		onEvent: (event) => {
			if (event.type === "retry") delays.push(event.delaySeconds);
		},
	});
	expect(again).toMatchObject({ status: "waiting", sleeping: [{ until }] });
	expect(delays).toEqual([3000]);
	expect(calls).toHaveLength(1);
	advance(3000 - 0.02);
	expect(await machine.resume("x", { parkSleepsOverSeconds })).toMatchObject({ status: "done", output: { got: 2 } });
});

it("go on from their log where their checkpoints are of other moments, and in memory where there is no store", async () => {
	const config = `persistence: { enabled: true, backend: memory, checkpoint_on: [machine_end] }\n${retrying("[3600]")}`;
	const { machine, calls, advance, dispatcher } = world(config, failingUntil(2));
	await machine.run({}, { executionId: "x", parkSleepsOverSeconds });
	advance(3600);
	expect(await dispatcher.dispatchDue()).toEqual(["x"]);
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { got: 2 } });
	expect(calls).toHaveLength(2);

	let time = 0;
	let asked = 0;
	const script = () => failingUntil(2)("a", ++asked);
	const forgetful = new FlatMachine({
		config: documentOf(retrying("[3600]"), { use: ["a"] }),
		now: () => time,
		script,
	});
	expect(await forgetful.run({}, { executionId: "y", parkSleepsOverSeconds })).toMatchObject({ status: "waiting" });
	time += 3_600_000;
	expect(await forgetful.resume("y")).toMatchObject({ status: "done", output: { got: 2 } });
});

it("are woken by the timeout of the state where that comes first", async () => {
	const more = ", timeout: 600, on_error: { TimeoutError: late }";
	const { machine, calls, now, advance, dispatcher, store } = world(retrying("[3600]", more), failingUntil(2));
	// A timeout that is awaited keeps no run going that would have to stay for it that long.
	await machine.run({}, { executionId: "x", parkSleepsOverSeconds, awaitTimeouts: true });
	expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({ wake_at: now() + 600_000 });
	advance(600);
	expect(await dispatcher.dispatchDue()).toEqual(["x"]);
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { late: true } });
	expect(calls).toHaveLength(1);
});

it("keep their time where it comes while the store still writes that they have parked", async () => {
	const memory = openMemoryStore();
	let parkedAt = 0;
	const persistence = withMethods(memory.persistence, {
		async commit(commits: readonly ExecutionCommit[], lease: Lease | null) {
			const parked = commits.find(({ summary }) => summary.status === "waiting");
			if (parked) {
				parkedAt = Number(parked.summary.wake_at);
				await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(parkedAt + 20));
			}
			await memory.persistence.commit(commits, lease);
		},
	});
	const { machine, calls } = machineOn({ ...memory, persistence }, retrying("[0.1]"), Date.now, failingUntil(2));
	const parked = await machine.run({}, { executionId: "x", parkSleepsOverSeconds: 0 });
	expect(parked).toMatchObject({ status: "waiting", sleeping: [{ until: parkedAt }] });
	expect(calls).toHaveLength(1);
	expect((await memory.persistence.loadExecution("x"))?.summary).toMatchObject({ wake_at: parkedAt });
});

const children = (call: string) => `context: { got: null }
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } }, b: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
      context: { delay: input.delay }
      states:
        first: { type: initial, transitions: [{ condition: "context.delay == 0", to: work }, { condition: "context.delay > 2000", to: long }, { to: short }] }
        work: { agent: b, transitions: [{ to: end }] }
        short: { agent: a, input: { n: context.delay }, execution: { type: retry, backoffs: [1000], jitter: 0 }, transitions: [{ to: end }] }
        long: { agent: a, input: { n: context.delay }, execution: { type: retry, backoffs: [5000], jitter: 0 }, transitions: [{ to: end }] }
        end: { type: final, output: { delay: context.delay } }
states:
  all: { type: initial, ${call}, output_to_context: { got: output }, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;

it("park with their root once all children only sleep, and wake with the first of them", async () => {
	const failed = new Set<unknown>();
	let work = (): void => undefined;
	const { machine, calls, now, advance, dispatcher, store, resumed } = world(
		children(`foreach: "{{ [0, 1000, 5000] }}", as: delay, input: { delay: delay }, machine: child`),
		(agent, _, { n }) => {
			if (agent === "b")
				return new Promise((resolve) => {
					work = () => resolve({});
				});
			if (failed.has(n)) return { n };
			failed.add(n);
			throw new Error("busy");
		},
	);
	const start = now();
	let isParked = false;
	const run = machine.run({}, { executionId: "x", parkSleepsOverSeconds }).then((result) => {
		isParked = true;
		return result;
	});
	await vi.waitFor(() => expect(calls).toHaveLength(3));
	for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
	expect(isParked).toBe(false);
	work();
	expect(await run).toMatchObject({
		status: "waiting",
		channel: null,
		sleeping: [{ until: start + 1_000_000 }, { until: start + 5_000_000 }],
	});
	expect(await store.persistence.listExecutions({ wakeBefore: start + 999_999 })).toEqual([]);
	advance(1000);
	expect(await dispatcher.dispatchDue()).toHaveLength(1);
	expect(calls.filter((name) => name === "a")).toHaveLength(3);
	expect((await store.persistence.loadExecution("x"))?.summary).toMatchObject({ status: "waiting" });
	advance(4000);
	expect(await dispatcher.dispatchDue()).toHaveLength(1);
	expect(resumed).toEqual(["x", "x"]);
	const delays = [0, 1000, 5000].map((delay) => ({ delay }));
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { got: delays } });
	expect(calls.filter((name) => name === "a")).toHaveLength(4);
	expect(calls.filter((name) => name === "b")).toHaveLength(1);
});

it("park by themselves where they were launched, beside a run that is done", async () => {
	const { machine, calls, now, advance, dispatcher, store } = world(
		children("launch: child, launch_input: { delay: 1000 }"),
		failingUntil(2),
	);
	const until = now() + 1_000_000;
	expect(await machine.run({}, { executionId: "x", parkSleepsOverSeconds })).toMatchObject({ status: "done" });
	const [launched] = await store.persistence.listExecutions({ wakeBefore: until });
	expect(launched).toMatchObject({ status: "waiting", parent_execution_id: "x", wake_at: until });
	advance(1000);
	const id = launched?.execution_id ?? "";
	expect(await dispatcher.dispatchDue()).toEqual([id]);
	expect(calls).toHaveLength(2);
	expect((await store.persistence.loadExecution(id))?.summary).toMatchObject({ status: "done" });
});

it("are woken by one dispatcher in the order of their times, thousands of them on SQLite", async () => {
	const count = 2000;
	let time = sampleTime;
	await using store = await openSqliteStore(":memory:");
	const ids = Array.from({ length: count }, (_, n) => `e${(n * 7919) % count}`);
	// Rows as parked executions leave them; only their times differ from their names' order.
	const rows = ids.map((id, n) => commitOf({ id, status: "waiting", wakeAt: time + n * 10 }));
	await store.persistence.commit(rows, null);
	const resumed: string[] = [];
	const dispatcher = new SignalDispatcher({
		signals: store.signals,
		persistence: store.persistence,
		now: () => time,
		async resume(id) {
			resumed.push(id);
			await store.persistence.commit([commitOf({ id, step: 2, event: "machine_end" })], null);
		},
	});
	for (const due of [count / 2, count]) {
		time = sampleTime + (due - 1) * 10;
		await dispatcher.dispatchDue();
		expect(resumed).toEqual(ids.slice(0, due));
	}
	expect(await dispatcher.dispatchDue()).toEqual([]);
});
