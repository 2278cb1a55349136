/** What dispatches do to each other that go on at the same time, in one process and in several. */
import { describe, expect, it } from "vitest";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import { ExecutionLockedError } from "../../runtime/store/errors.ts";
import { Parked } from "./parked.ts";
import { ports } from "./ports.ts";
import { changed } from "./standing-in.ts";

describe.each(ports)("dispatching side by side, signals in %s", (_name, open) => {
	async function opened(resume?: (id: string) => Promise<unknown>) {
		const store = await open();
		const parked = new Parked(store);
		const dispatcher = new SignalDispatcher({ ...store, resume: resume ?? parked.resume });
		return { ...store, parked, dispatcher };
	}

	it("never resumes one execution twice at the same time, and gives it no second signal meanwhile", async () => {
		let running = 0;
		let most = 0;
		const { dispatcher, signals, parked } = await opened(async (id) => {
			running += 1;
			most = Math.max(most, running);
			await new Promise(setImmediate);
			await parked.resume(id);
			running -= 1;
		});
		await parked.park("x", "go");
		for (const data of ["A", "B", "C"]) await signals.send("go", data);
		const calls = [dispatcher.dispatch("go"), dispatcher.dispatch("go"), dispatcher.dispatchChannel("go")];
		expect((await Promise.all(calls)).flat()).toEqual(["x"]);
		expect(most).toBe(1);
		expect((await signals.peek("go")).map(({ data, execution_id }) => [data, execution_id])).toEqual([
			["B", null],
			["C", null],
		]);
	});

	it("gives no signal to an execution that ended while it was looked up", async () => {
		const { signals, persistence, parked } = await opened();
		let finish = () => {};
		const begun = new Promise<void>((resolve) => {
			finish = resolve;
		});
		let looks = 0;
		let ended: Promise<unknown> = Promise.resolve();
		const slow = changed(persistence, {
			async listExecutions(filter) {
				const rows = await persistence.listExecutions(filter);
				looks += 1;
				if (looks === 2) {
					finish();
					await ended;
				}
				return rows;
			},
		});
		const dispatcher = new SignalDispatcher({
			signals,
			persistence: slow,
			async resume(id) {
				await begun;
				await parked.resume(id);
			},
		});
		await parked.park("x", "go");
		for (const data of ["A", "B"]) await signals.send("go", data);
		ended = dispatcher.dispatch("go");
		expect(await dispatcher.dispatch("go")).toEqual([]);
		expect(await ended).toEqual(["x"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
	});

	it("begins nothing more once it is told to stop", async () => {
		const end = new AbortController();
		const { dispatcher, signals, parked } = await opened(async (id) => {
			end.abort();
			await parked.resume(id);
		});
		await parked.park("x", { channel: "go", takes: 2 });
		for (const data of ["A", "B"]) await signals.send("go", data);
		expect((await dispatcher.dispatchAll({ signal: end.signal })).get("go")).toEqual(["x"]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
		expect(await dispatcher.dispatch("go", { signal: end.signal })).toEqual([]);
		expect(await signals.peek("go")).toMatchObject([{ data: "B", execution_id: null }]);
	});

	it("runs so many at the same time and no more", async () => {
		let running = 0;
		let most = 0;
		const { signals, persistence, parked } = await opened();
		const dispatcher = new SignalDispatcher({
			signals,
			persistence,
			concurrency: 3,
			resume: async (id) => {
				running += 1;
				most = Math.max(most, running);
				await new Promise(setImmediate);
				await parked.resume(id);
				running -= 1;
			},
		});
		const ids = Array.from({ length: 10 }, (_, n) => `e${n}`);
		for (const id of ids) await parked.park(id, "go");
		await signals.send("go", "A");
		expect(await dispatcher.dispatch("go")).toEqual(ids);
		expect(most).toBe(3);
	});

	it("gives one signal to an execution on whose backlog two dispatchers work at once", async () => {
		const { signals, persistence, parked } = await opened();
		const held = new Set<string>();
		const resume = async (id: string) => {
			if (held.has(id)) throw new ExecutionLockedError(id, null);
			held.add(id);
			await new Promise(setImmediate);
			await parked.resume(id);
			held.delete(id);
		};
		const two = [1, 2].map(() => new SignalDispatcher({ signals, persistence, resume }));
		const ids = Array.from({ length: 5 }, (_, n) => `e${n}`);
		for (const id of ids) await parked.park(id, "go");
		for (const data of ["A", "B", "C"]) await signals.send("go", data);
		const woken = await Promise.all(two.map((dispatcher) => dispatcher.dispatch("go")));
		expect(woken.flat().sort()).toEqual(ids);
		expect([...parked.taken].sort()).toEqual(ids.map((id) => `${id}: A`));
		expect(await signals.peek("go")).toMatchObject([
			{ data: "B", execution_id: null },
			{ data: "C", execution_id: null },
		]);
	});
});
