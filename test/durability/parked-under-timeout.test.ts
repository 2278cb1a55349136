/** Executions that are parked until a signal comes or a time is over, also where the time is that of a state around them. */
import { afterEach, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

let time = 1_000_000;
const now = () => time;
const store = openMemoryStore({ now });

afterEach(async () => {
	for (const id of await store.persistence.listExecutionIds()) await store.persistence.deleteExecution(id);
});

async function rowOf(machine: string) {
	const rows = await store.persistence.listExecutions();
	return rows.find(({ machine_name: name }) => name === machine);
}

it("are not due for a time of an earlier waiting", async () => {
	const machine = new FlatMachine({
		config: documentOf(`states:
  first: { type: initial, wait_for: a, timeout: 60, transitions: [{ to: second }] }
  second: { wait_for: b, transitions: [{ to: end }] }
  end: { type: final }`),
		store,
		now,
	});
	await machine.run({}, { executionId: "x" });
	expect(await rowOf("test")).toMatchObject({ waiting_channel: "a", wake_at: time + 60_000 });
	await store.signals.send("a", null);
	await machine.resume("x");
	expect(await rowOf("test")).toMatchObject({ waiting_channel: "b", wake_at: null });
});

it("are not due for a time of an earlier waiting where only a child waits", async () => {
	const machine = new FlatMachine({
		config: documentOf(`machines:
  child:
    spec: flatmachine
    data:
      name: child
      states:
        ask: { type: initial, wait_for: b, transitions: [{ to: end }] }
        end: { type: final }
states:
  first: { type: initial, wait_for: a, timeout: 60, transitions: [{ to: call }] }
  call: { machine: child, transitions: [{ to: end }] }
  end: { type: final }`),
		store,
		now,
	});
	await store.signals.send("a", null);
	await machine.run({}, { executionId: "x" });
	expect(await rowOf("test")).toMatchObject({ status: "waiting", wake_at: null });
});

const asking = new FlatMachine({
	config: documentOf(`context: {}
machines:
  child:
    spec: flatmachine
    data:
      name: child
      states:
        ask: { type: initial, wait_for: c, transitions: [{ to: end }] }
        end: { type: final, output: { said: yes } }
states:
  call: { type: initial, machine: child, timeout: 60, output_to_context: { got: output }, on_error: late, transitions: [{ to: wait }] }
  wait: { wait_for: d, transitions: [{ to: end }] }
  late: { type: final, output: { error: context.last_error_type } }
  end: { type: final, output: { got: context.got } }`),
	store,
	now,
});

it("park at once below a state with a timeout, and are due when that is over", async () => {
	expect(await asking.run({}, { executionId: "x" })).toMatchObject({ status: "waiting", channel: "c" });
	expect(await rowOf("test")).toMatchObject({ status: "waiting", waiting_channel: null, wake_at: time + 60_000 });
	await store.signals.send("c", null);
	expect(await asking.resume("x")).toMatchObject({ status: "waiting", channel: "d" });
	expect(await rowOf("test")).toMatchObject({ waiting_channel: "d", wake_at: null });
});

it("are given up with the state whose time is over, and wait for nothing any more", async () => {
	await asking.run({}, { executionId: "x" });
	time += 60_000;
	expect(await store.persistence.listExecutionIds({ wakeBefore: time })).toEqual(["x"]);
	expect(await asking.resume("x")).toMatchObject({ status: "done", output: { error: "TimeoutError" } });
	expect(await store.persistence.listExecutionIds({ waitingChannel: "c" })).toEqual([]);
	expect(await rowOf("child")).toMatchObject({ status: "stopped", waiting_channel: null });
});
