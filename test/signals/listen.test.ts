/** A dispatcher that listens: what wakes it, how long it sleeps, how it stops. */
import { afterEach, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import type { SignalBackend } from "../../runtime/signals/signal-backend.ts";
import type { TriggerListener } from "../../runtime/signals/trigger-listener.ts";
import { ExecutionLockedError, StoreError } from "../../runtime/store/errors.ts";
import { ClockWithTimers, quiet } from "./clock.ts";
import { type DispatchPorts, Parked } from "./parked.ts";
import { portsOf } from "./ports.ts";
import { changed, counted } from "./standing-in.ts";

describe("a dispatcher that listens", () => {
	let stop: () => Promise<void> = async () => {};
	afterEach(() => stop());

	async function listening(
		options: {
			readonly ports?: DispatchPorts;
			readonly resume?: (id: string, parked: Parked) => Promise<unknown>;
			readonly trigger?: TriggerListener;
			readonly before?: (parked: Parked, ports: DispatchPorts) => Promise<unknown>;
		} = {},
	) {
		const { ports = memory(), resume, trigger, before } = options;
		const parked = new Parked(ports);
		await before?.(parked, ports);
		const clock = new ClockWithTimers();
		const { now, startTimer } = clock;
		const run = (id: string) => (resume ? resume(id, parked) : parked.resume(id));
		const dispatcher = new SignalDispatcher({ ...ports, resume: run, now, startTimer });
		const end = new AbortController();
		const listened = dispatcher.listen({ signal: end.signal, ...(trigger && { trigger }) });
		stop = async () => {
			end.abort();
			await listened;
		};
		await quiet();
		return { ...ports, parked, clock, end, listened, dispatcher };
	}

	it("first drains what is there, signals and timeouts", async () => {
		const { parked, signals } = await listening({
			async before(parked, { signals }) {
				await parked.park("x", { channel: "go", takes: 2 });
				await parked.park("late", { channel: "stay", wakeAt: 1 });
				for (const data of ["A", "B"]) await signals.send("go", data);
			},
		});
		expect(parked.taken.sort()).toEqual(["late timed out", "x: A", "x: B"]);
		expect(await signals.channels()).toEqual([]);
	});

	it("is woken by a signal that is sent, without any timer", async () => {
		const { parked, signals, clock } = await listening({ before: (parked) => parked.park("x", "go") });
		const before = clock.now();
		await signals.send("go", "A");
		await quiet();
		expect(parked.taken).toEqual(["x: A"]);
		expect(clock.now()).toBe(before);
	});

	it("is woken by a trigger, with and without a channel", async () => {
		let wake: (channel: string | null) => void = () => {};
		let stopped = 0;
		const ports = memory();
		const { parked } = await listening({
			ports: { ...ports, signals: changed(ports.signals, { subscribe: async () => async () => {} }) },
			trigger: async (call) => {
				wake = call;
				return async () => {
					stopped += 1;
				};
			},
			async before(parked) {
				for (const id of ["x", "y"]) await parked.park(id, id);
			},
		});
		for (const id of ["x", "y"]) await ports.signals.send(id, "A");
		await quiet();
		expect(parked.taken).toEqual([]);
		wake("y");
		await quiet();
		expect(parked.taken).toEqual(["y: A"]);
		wake(null);
		await quiet();
		expect(parked.taken).toEqual(["y: A", "x: A"]);
		await stop();
		expect(stopped).toBe(1);
	});

	it("sleeps until the next timeout, to the millisecond", async () => {
		const { parked, clock } = await listening({
			before: (parked) => parked.park("x", { channel: "go", wakeAt: 1_001_234 }),
		});
		expect(clock.sleep).toBe(1234);
		clock.advance(1233);
		await quiet();
		expect(parked.resumed).toEqual([]);
		clock.advance(1);
		await quiet();
		expect(parked.taken).toEqual(["x timed out"]);
	});

	it("sees the timeout of an execution that parks after it was resumed", async () => {
		const { parked, signals, clock } = await listening({
			before: (parked) => parked.park("x", "go"),
			async resume(id, parked) {
				await parked.resume(id);
				if (parked.taken.length === 1) await parked.park("x", { channel: "next", wakeAt: 1_000_700 });
			},
		});
		await signals.send("go", "A");
		await quiet();
		expect(clock.sleep).toBe(700);
		clock.advance(700);
		await quiet();
		expect(parked.taken).toEqual(["x: A", "x timed out"]);
	});

	it("sees the timeout of an execution that another process parks, with the next poll", async () => {
		const { parked, clock } = await listening();
		await parked.park("x", { channel: "go", wakeAt: clock.now() + 1000 });
		clock.advance(4999);
		await quiet();
		expect(parked.taken).toEqual([]);
		clock.advance(1);
		await quiet();
		expect(parked.taken).toEqual(["x timed out"]);
	});

	it("looks at the channels every 5 seconds where the store cannot tell of other processes' signals", async () => {
		const ports = memory();
		const asked = counted(ports.signals);
		const { clock } = await listening({ ports: { ...ports, signals: asked.counted } });
		for (let n = 0; n < 24; n++) {
			clock.advance(2500);
			await quiet();
		}
		expect(asked.calls.channels).toBe(1 + 12);
	});

	it("looks at the channels once a minute where the store can", async () => {
		const ports = memory();
		const asked = counted(changed(ports.signals, { notifies: true }));
		const { clock } = await listening({ ports: { ...ports, signals: asked.counted } });
		for (let n = 0; n < 48; n++) {
			clock.advance(2500);
			await quiet();
		}
		expect(asked.calls.channels).toBe(1 + 2);
	});

	it("tries a failed resume again after 1, 2, 4 … seconds", async () => {
		const times: number[] = [];
		const { parked, signals, clock } = await listening({
			before: (parked) => parked.park("x", "go"),
			async resume(id, parked) {
				times.push(clock.now() - 1_000_000);
				if (times.length < 5) throw new Error("no memory");
				await parked.resume(id);
			},
		});
		await signals.send("go", "A");
		for (let n = 0; n < 40; n++) {
			await quiet();
			clock.advance(500);
		}
		expect(times).toEqual([0, 1000, 3000, 7000, 15_000]);
		expect(parked.taken).toEqual(["x: A"]);
	});

	it("tries an execution that somebody else runs again later, and others on the channel at once", async () => {
		let isLocked = true;
		const { parked, signals, clock } = await listening({
			async before(parked) {
				for (const id of ["x", "y"]) await parked.park(id, { channel: "go", takes: 2 });
			},
			async resume(id, parked) {
				if (id === "x" && isLocked) throw new ExecutionLockedError(id, null);
				await parked.resume(id);
			},
		});
		for (const data of ["A", "B"]) await signals.send("go", data);
		await quiet();
		expect(parked.taken).toEqual(["y: A", "y: B"]);
		isLocked = false;
		clock.advance(1000);
		await quiet();
		expect(parked.taken).toEqual(["y: A", "y: B", "x: A"]);
	});

	it("tries a timeout whose resume fails again later, not at once", async () => {
		let calls = 0;
		const { clock } = await listening({
			before: (parked) => parked.park("x", { channel: "go", wakeAt: 1 }),
			async resume() {
				calls += 1;
				throw new Error("no memory");
			},
		});
		expect(calls).toBe(1);
		clock.advance(999);
		await quiet();
		expect(calls).toBe(1);
		clock.advance(1);
		await quiet();
		expect(calls).toBe(2);
	});

	it("is not held up by an execution that runs for long", async () => {
		let finish = () => {};
		const { parked, signals } = await listening({
			async before(parked) {
				for (const id of ["slow", "x"]) await parked.park(id, "go");
			},
			async resume(id, parked) {
				if (id === "slow") await new Promise<void>((resolve) => (finish = resolve));
				await parked.resume(id);
			},
		});
		await signals.send("go", "A", { executionId: "slow" });
		await quiet();
		await signals.send("go", "B", { executionId: "x" });
		await quiet();
		expect(parked.taken).toEqual(["x: B"]);
		finish();
		await quiet();
		expect(parked.taken).toEqual(["x: B", "slow: A"]);
	});

	it("gives the next signal to an execution once it has parked again", async () => {
		const finish: (() => void)[] = [];
		const { parked, signals } = await listening({
			before: (parked) => parked.park("x", { channel: "go", takes: 2 }),
			async resume(id, parked) {
				await new Promise<void>((resolve) => finish.push(resolve));
				await parked.resume(id);
			},
		});
		await signals.send("go", "A");
		await quiet();
		await signals.send("go", "B");
		await quiet();
		expect(finish).toHaveLength(1);
		expect(await signals.peek("go")).toMatchObject([{ execution_id: "x" }, { execution_id: null }]);
		finish[0]?.();
		await quiet();
		finish[1]?.();
		await quiet();
		expect(parked.taken).toEqual(["x: A", "x: B"]);
	});

	it("looks at the other child's channel again when their execution has parked", async () => {
		let finish = () => {};
		const { parked, signals } = await listening({
			async before(parked) {
				for (const n of [1, 2]) await parked.park(`root-${n}`, { channel: `c${n}`, root: "root" });
			},
			async resume(id, parked) {
				if (parked.taken.length === 0) {
					await parked.resumeChild("root-1");
					await new Promise<void>((resolve) => (finish = resolve));
				} else await parked.resume(id);
			},
		});
		await signals.send("c1", "A");
		await quiet();
		await signals.send("c2", "B");
		await quiet();
		expect(parked.taken).toEqual(["root-1: A"]);
		finish();
		await quiet();
		expect(parked.taken).toEqual(["root-1: A", "root-2: B"]);
	});

	it("waits for what is under way when it is stopped, and begins nothing more", async () => {
		let finish = () => {};
		const { parked, signals, end, listened } = await listening({
			async before(parked) {
				for (const id of ["x", "y"]) await parked.park(id, id);
			},
			async resume(id, parked) {
				await new Promise<void>((resolve) => (finish = resolve));
				await parked.resume(id);
			},
		});
		await signals.send("x", "A");
		await quiet();
		end.abort();
		await signals.send("y", "B");
		let hasEnded = false;
		void listened.then(() => {
			hasEnded = true;
		});
		await quiet();
		expect(hasEnded).toBe(false);
		finish();
		await listened;
		expect(parked.taken).toEqual(["x: A"]);
		expect(await signals.peek("y")).toMatchObject([{ data: "B", execution_id: null }]);
	});

	it("leaves no timer behind", async () => {
		const { clock } = await listening({ before: (parked) => parked.park("x", "go") });
		await stop();
		expect(clock.sleep).toBe(Number.POSITIVE_INFINITY);
	});

	it("does nothing where it was stopped before it began", async () => {
		const ports = memory();
		const asked = counted(ports.signals);
		const dispatcher = new SignalDispatcher({ ...ports, signals: asked.counted, resume: async () => {} });
		await dispatcher.listen({ signal: AbortSignal.abort() });
		expect(asked.calls).toEqual({});
	});

	it("says at once that the store cannot be read", async () => {
		const ports = memory();
		const broken = new StoreError("store_unreachable", "The store is not there.");
		const signals = changed(ports.signals, { channels: () => Promise.reject(broken) });
		const dispatcher = new SignalDispatcher({ ...ports, signals, resume: async () => {} });
		await expect(dispatcher.listen({ signal: new AbortController().signal })).rejects.toBe(broken);
	});

	it("survives a store that fails for a while", async () => {
		const ports = memory();
		const changes: Partial<SignalBackend> = {};
		const signals = changed(ports.signals, changes);
		const { parked, clock } = await listening({
			ports: { ...ports, signals },
			before: (parked) => parked.park("x", "go"),
		});
		const failing = () => Promise.reject(new StoreError("store_unreachable", "The store is not there."));
		Object.assign(changes, { addressees: failing });
		await signals.send("go", "A");
		await quiet();
		expect(parked.taken).toEqual([]);
		delete changes.addressees;
		clock.advance(5000);
		await quiet();
		expect(parked.taken).toEqual(["x: A"]);
	});

	it("ends when the store is closed", async () => {
		const store = openMemoryStore();
		const { clock, listened } = await listening({ ports: portsOf(store) });
		stop = async () => {};
		await store.close();
		const failed = expect(listened).rejects.toMatchObject({ code: "store_closed" });
		clock.advance(5000);
		await failed;
	});
});

function memory(): DispatchPorts {
	return portsOf(openMemoryStore());
}
