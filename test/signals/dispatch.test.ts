/** Dispatching by hand: who is woken by which signal, and what failures leave behind. */
import { describe, expect, it } from "vitest";
import type { Logger } from "../../runtime/logging/logger.ts";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import { ExecutionLockedError, UnknownExecutionError } from "../../runtime/store/errors.ts";
import { Parked } from "./parked.ts";
import { ports } from "./ports.ts";
import { counted } from "./standing-in.ts";

/** A logger that keeps `level message`. */
function keptLog(): { readonly lines: string[]; readonly logger: Logger } {
	const lines: string[] = [];
	const keep = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
	return {
		lines,
		logger: { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") },
	};
}

describe.each(ports)("dispatching, signals in %s", (_name, open) => {
	async function opened(resume?: (id: string) => Promise<unknown>) {
		const store = await open();
		const parked = new Parked(store);
		const { lines, logger } = keptLog();
		const dispatcher = new SignalDispatcher({ ...store, logger, resume: resume ?? parked.resume });
		return { ...store, parked, dispatcher, lines };
	}

	it("leaves signals where they are when nobody waits", async () => {
		const { dispatcher, signals } = await opened();
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual([]);
		expect(await signals.peek("go")).toMatchObject([{ data: "A", execution_id: null }]);
	});

	it("gives one waiter the oldest signal and keeps the next", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("x", "go");
		for (const data of ["A", "B"]) await signals.send("go", data);
		expect(await dispatcher.dispatch("go")).toEqual(["x"]);
		expect(parked.taken).toEqual(["x: A"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
		expect(await dispatcher.dispatch("go")).toEqual([]);
		await parked.park("y", "go");
		expect(await dispatcher.dispatch("go")).toEqual(["y"]);
		expect(parked.taken).toEqual(["x: A", "y: B"]);
		expect(await signals.channels()).toEqual([]);
	});

	it("gives a signal to all that wait, each once, and to nobody else", async () => {
		const { dispatcher, signals, parked } = await opened();
		for (const id of ["x", "y", "z"]) await parked.park(id, "go");
		await parked.park("other", "stay");
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual(["x", "y", "z"]);
		expect(parked.taken.sort()).toEqual(["x: A", "y: A", "z: A"]);
		expect(await signals.channels()).toEqual([]);
	});

	it("gives an addressed signal to its execution alone", async () => {
		const { dispatcher, signals, parked } = await opened();
		for (const id of ["x", "y"]) await parked.park(id, "go");
		await signals.send("go", "A", { executionId: "y" });
		expect(await dispatcher.dispatch("go")).toEqual(["y"]);
		expect(parked.taken).toEqual(["y: A"]);
		expect(await signals.channels()).toEqual([]);
	});

	it("keeps a signal that is addressed to an execution which waits elsewhere", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("x", "first");
		await signals.send("go", "A", { executionId: "x" });
		expect(await dispatcher.dispatch("go")).toEqual([]);
		await parked.park("x", "go");
		expect(await dispatcher.dispatch("go")).toEqual(["x"]);
		expect(parked.taken).toEqual(["x: A"]);
	});

	it("drains a channel in order, as long as somebody takes", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("x", { channel: "go", takes: 3 });
		for (const data of ["A", "B", "C", "D"]) await signals.send("go", data);
		expect(await dispatcher.dispatchChannel("go")).toEqual(["x", "x", "x"]);
		expect(parked.taken).toEqual(["x: A", "x: B", "x: C"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "D", execution_id: null }]);
	});

	it("stops at the cap", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("x", { channel: "go", takes: 3 });
		for (const data of ["A", "B", "C"]) await signals.send("go", data);
		expect(await dispatcher.dispatchChannel("go", { maxSignals: 2 })).toEqual(["x", "x"]);
		expect(parked.taken).toEqual(["x: A", "x: B"]);
	});

	it("dispatches every channel, as often as it has signals", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("x", { channel: "a", takes: 2 });
		await parked.park("y", "b");
		await parked.park("z", "c");
		for (const [channel, data] of [
			["a", 1],
			["a", 2],
			["b", 3],
			["nobody", 4],
		] as const)
			await signals.send(channel, data);
		expect([...(await dispatcher.dispatchAll())]).toEqual([
			["a", ["x", "x"]],
			["b", ["y"]],
		]);
		expect(parked.taken.sort()).toEqual(["x: 1", "x: 2", "y: 3"]);
		expect(await signals.channels()).toEqual(["nobody"]);
	});

	it("does not go on for ever where a resumed execution sends the next signal itself", async () => {
		const { dispatcher, signals, parked } = await opened(async (id) => {
			await parked.resume(id);
			await signals.send("go", "again");
		});
		await parked.park("x", { channel: "go", takes: 1000 });
		for (const data of ["A", "B"]) await signals.send("go", data);
		expect((await dispatcher.dispatchAll()).get("go")).toEqual(["x", "x"]);
		expect(await signals.peek("go")).toHaveLength(2);
	});

	it("tries a resume that fails again with the next dispatch, with the same signal", async () => {
		let failures = 2;
		const { dispatcher, signals, parked, lines } = await opened(async (id) => {
			if (id === "x" && failures-- > 0) throw new Error("no memory");
			await parked.resume(id);
		});
		for (const id of ["x", "y"]) await parked.park(id, "go");
		for (const data of ["A", "B"]) await signals.send("go", data);
		expect(await dispatcher.dispatch("go")).toEqual(["y"]);
		expect(lines).toEqual(["error Execution x could not be resumed: no memory"]);
		expect(await dispatcher.dispatchChannel("go")).toEqual([]);
		expect(failures).toBe(0);
		expect(await dispatcher.dispatchChannel("go")).toEqual(["x"]);
		expect(parked.taken).toEqual(["y: A", "x: A"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
	});

	it("loses nothing where the process dies between the giving and the resuming", async () => {
		const { dispatcher, signals, persistence, parked } = await opened(() => new Promise(() => {}));
		for (const id of ["x", "y"]) await parked.park(id, "go");
		for (const data of ["A", "B"]) await signals.send("go", data);
		void dispatcher.dispatch("go");
		while ((await signals.addressees("go")).length < 2) await new Promise(setImmediate);
		const next = new SignalDispatcher({ signals, persistence, resume: parked.resume });
		expect(await next.dispatch("go")).toEqual(["x", "y"]);
		expect(parked.taken.sort()).toEqual(["x: A", "y: A"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
	});

	it("keeps the signal of an execution that somebody else runs, and logs no error", async () => {
		const { dispatcher, signals, parked, lines } = await opened(async (id) => {
			throw new ExecutionLockedError(id, null);
		});
		await parked.park("x", "go");
		await signals.send("go", "A");
		expect(await dispatcher.dispatchChannel("go")).toEqual([]);
		expect(await signals.peek("go")).toMatchObject([{ data: "A", execution_id: "x" }]);
		expect(lines).toHaveLength(1);
		expect(lines[0]).toMatch(/^info Execution x is being run by another process/);
	});

	it("tries an execution that does not take its signal once, not for ever", async () => {
		let calls = 0;
		const { dispatcher, signals, parked } = await opened(async () => {
			calls += 1;
		});
		await parked.park("x", "go");
		for (const data of ["A", "B"]) await signals.send("go", data);
		expect(await dispatcher.dispatchChannel("go")).toEqual(["x"]);
		expect(calls).toBe(1);
	});

	it("removes signals for executions that have ended or never were, and says so", async () => {
		const { dispatcher, signals, parked, lines } = await opened();
		await parked.end("ended");
		await signals.send("go", "A", { executionId: "ended" });
		await signals.send("go", "B", { executionId: "nobody" });
		await signals.send("go", "C");
		expect(await dispatcher.dispatch("go")).toEqual([]);
		expect(await signals.peek("go")).toMatchObject([{ data: "C" }]);
		expect(lines).toEqual([
			"warn A signal on go is removed: execution ended has ended or never was",
			"warn A signal on go is removed: execution nobody has ended or never was",
		]);
	});

	it("removes the signal of an execution that was deleted in the meantime", async () => {
		const { dispatcher, signals, parked } = await opened(async (id) => {
			throw new UnknownExecutionError(id, "memory:");
		});
		await parked.park("x", "go");
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual([]);
		expect(await signals.channels()).toEqual([]);
	});

	it("resumes children through the execution that they are part of, once", async () => {
		const { dispatcher, signals, parked } = await opened();
		for (const id of ["root/1", "root/2"]) await parked.park(id.replace("/", "-"), { channel: "go", root: "root" });
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual(["root-1", "root-2"]);
		expect(parked.resumed).toEqual(["root"]);
		expect(parked.taken.sort()).toEqual(["root-1: A", "root-2: A"]);
	});

	it("reaches both children of one execution that wait on different channels", async () => {
		const { dispatcher, signals, parked } = await opened();
		await parked.park("root-1", { channel: "a", root: "root" });
		await parked.park("root-2", { channel: "b", root: "root" });
		await signals.send("a", 1, { executionId: "root-1" });
		await signals.send("b", 2, { executionId: "root-2" });
		await dispatcher.dispatchAll();
		expect(parked.taken.sort()).toEqual(["root-1: 1", "root-2: 2"]);
		expect(await signals.channels()).toEqual([]);
	});

	it("resumes those whose time is over, and nobody else", async () => {
		const { signals, persistence, parked } = await opened();
		await parked.park("early", { channel: "go", wakeAt: 1000 });
		await parked.park("late", { channel: "go", wakeAt: 2000 });
		await parked.park("never", "go");
		let now = 999;
		const dispatcher = new SignalDispatcher({ signals, persistence, resume: parked.resume, now: () => now });
		expect(await dispatcher.dispatchDue()).toEqual([]);
		now = 1000;
		expect(await dispatcher.dispatchDue()).toEqual(["early"]);
		expect(await dispatcher.dispatchDue()).toEqual([]);
		now = 5000;
		expect(await dispatcher.dispatchDue()).toEqual(["late"]);
		expect(parked.taken).toEqual(["early timed out", "late timed out"]);
	});

	it("finds 1,200 waiters page by page", async () => {
		const { dispatcher, signals, parked } = await opened();
		const ids = Array.from({ length: 1200 }, (_, n) => `e${String(n).padStart(5, "0")}`);
		await parked.parkMany(ids, () => "go");
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual(ids);
		expect(new Set(parked.taken).size).toBe(1200);
	});

	it("wakes one of 10,000 parked executions with three questions to the store", async () => {
		const { signals, persistence, parked } = await opened();
		const ids = Array.from({ length: 10_000 }, (_, n) => `e${String(n).padStart(5, "0")}`);
		await parked.parkMany(ids, (id) => `approval/${id}`);
		const asked = { signals: counted(signals), persistence: counted(persistence) };
		const dispatcher = new SignalDispatcher({
			signals: asked.signals.counted,
			persistence: asked.persistence.counted,
			resume: parked.resume,
		});
		await signals.send("approval/e07777", "yes");
		expect(await dispatcher.dispatch("approval/e07777")).toEqual(["e07777"]);
		expect(parked.resumed).toEqual(["e07777"]);
		expect(asked.persistence.calls).toEqual({ listExecutions: 1 });
		expect(asked.signals.calls).toEqual({ addressees: 1, broadcast: 1 });
	});
});
