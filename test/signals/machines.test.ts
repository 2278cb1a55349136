/** Real machines that wait, on a database file: dispatched by another store object, as by another process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine, openStore } from "../../src/index.ts";

const config = `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { got: "", wants: input.wants }
  states:
    ask:
      type: initial
      wait_for: go
      timeout: 60
      on_error: { TimeoutError: late }
      output_to_context: { got: "{{ context.got }}{{ output.value }}" }
      transitions: [{ condition: context.got == context.wants, to: done }, { to: ask }]
    late: { type: final, output: { late: context.got } }
    done: { type: final, output: { got: context.got } }
`;

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "machines-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (now: () => number = Date.now): Promise<Store> => openStore(`sqlite:${join(folder, "runs.db")}`, { now });

function dispatcherOf(store: Store, machine: FlatMachine, now: () => number = Date.now): SignalDispatcher {
	const { signals, persistence } = store;
	return new SignalDispatcher({ signals, persistence, now, resume: (id) => machine.resume(id) });
}

it("takes a backlog in order, each signal once, and leaves what nobody waits for", async () => {
	await using here = await open();
	await using there = await open();
	const machine = new FlatMachine({ config, store: here });
	expect((await machine.run({ wants: "AB" }, { executionId: "x" })).status).toBe("waiting");
	for (const data of ["A", "B", "C"]) await there.signals.send("go", data);
	const dispatcher = dispatcherOf(there, new FlatMachine({ config, store: there }));
	expect(await dispatcher.dispatchChannel("go")).toContain("x");
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { got: "AB" } });
	expect(await here.signals.peek("go")).toMatchObject([{ data: "C", execution_id: null }]);
});

it("gives all that wait the same signal, each once", async () => {
	await using here = await open();
	await using there = await open();
	const machine = new FlatMachine({ config, store: here });
	for (const executionId of ["x", "y", "z"]) await machine.run({ wants: "A" }, { executionId });
	await there.signals.send("go", "A");
	const dispatcher = dispatcherOf(there, new FlatMachine({ config, store: there }));
	expect(await dispatcher.dispatch("go")).toEqual(["x", "y", "z"]);
	for (const id of ["x", "y", "z"]) expect(await machine.resume(id)).toMatchObject({ output: { got: "A" } });
	expect(await here.signals.channels()).toEqual([]);
});

it("resumes with the signal that was given away before a crash", async () => {
	await using here = await open();
	const machine = new FlatMachine({ config, store: here });
	await machine.run({ wants: "A" }, { executionId: "x" });
	await here.signals.send("go", "A");
	const dying = new SignalDispatcher({ ...here, resume: () => Promise.reject(new Error("killed")) });
	await dying.dispatch("go");
	await using there = await open();
	expect(await dispatcherOf(there, new FlatMachine({ config, store: there })).dispatchAll()).toEqual(
		new Map([["go", ["x"]]]),
	);
	expect(await machine.resume("x")).toMatchObject({ output: { got: "A" } });
});

it("ends the waiting when its time is over, and not before", async () => {
	let now = 1_000_000;
	const clock = () => now;
	await using here = await open(clock);
	const machine = new FlatMachine({ config, store: here, now: clock });
	await machine.run({ wants: "A" }, { executionId: "x" });
	const dispatcher = dispatcherOf(here, machine, clock);
	now += 59_999;
	expect(await dispatcher.dispatchDue()).toEqual([]);
	now += 1;
	expect(await dispatcher.dispatchDue()).toEqual(["x"]);
	expect(await machine.resume("x")).toMatchObject({ status: "done", output: { late: "" } });
});

it("listens until the machine is done, signal by signal", async () => {
	await using here = await open();
	const machine = new FlatMachine({ config, store: here });
	await machine.run({ wants: "ABC" }, { executionId: "x" });
	const end = new AbortController();
	const dispatcher = new SignalDispatcher({
		...here,
		async resume(id) {
			const { status } = await machine.resume(id);
			if (status === "done") end.abort();
		},
	});
	const listening = dispatcher.listen({ signal: end.signal });
	for (const data of ["A", "B", "C"]) await here.signals.send("go", data);
	await listening;
	expect(await machine.resume("x")).toMatchObject({ output: { got: "ABC" } });
});
