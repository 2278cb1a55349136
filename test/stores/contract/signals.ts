/** What every signal backend has to do. */
import { describe, expect, it } from "vitest";
import type { Signal } from "../../../runtime/signals/signal-backend.ts";
import { broadcastContract } from "./broadcasts.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { longText, oddNames } from "./samples.ts";
import { subscriptionContract } from "./subscriptions.ts";

export function signalContract(name: string, opener: StoreOpener): void {
	subscriptionContract(name, opener);
	broadcastContract(name, opener);
	describe(`${name} as a signal backend`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock } = await openStores();
			return { signals: store.signals, other: other.signals, clock };
		}

		it("keeps a signal with its id, channel, data, time and addressee", async () => {
			const { signals, other, clock } = await open();
			const created_at = new Date(clock.now()).toISOString();
			const toAll = await signals.send("go", { n: [1, null, "🎉"] });
			const toOne = await signals.send("go", null, { executionId: "x" });
			expect(toOne).not.toBe(toAll);
			const found = await other.peek("go");
			expect(found).toEqual([
				{ id: toAll, channel: "go", data: { n: [1, null, "🎉"] }, created_at: expect.any(String), execution_id: null },
				{ id: toOne, channel: "go", data: null, created_at: expect.any(String), execution_id: "x" },
			]);
			for (const signal of found) expect(Date.parse(signal.created_at)).toBe(Date.parse(created_at));
			expect(await other.peek("go")).toHaveLength(2);
		});

		it("gives the oldest first, also of those sent at the same time by two", async () => {
			const { signals, other } = await open();
			for (let n = 0; n < 12; n++) await (n % 2 === 0 ? signals : other).send("go", n);
			expect(dataOf(await signals.peek("go"))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
			for (let n = 0; n < 12; n++) expect((await (n % 3 === 0 ? signals : other).consume("go"))?.data).toBe(n);
			expect(await signals.consume("go")).toBeNull();
		});

		it("keeps the order of sending when the clock goes back", async () => {
			const { signals, other, clock } = await open();
			await signals.send("go", "first");
			clock.advance(-60_000);
			await signals.send("go", "second");
			expect(dataOf(await other.peek("go"))).toEqual(["first", "second"]);
			expect((await other.claim("go", "x"))?.data).toBe("first");
		});

		it("keeps channels apart and lists those with signals, sorted", async () => {
			const { signals, other } = await open();
			expect(await other.channels()).toEqual([]);
			for (const channel of oddNames) await signals.send(channel, channel);
			expect(await other.channels()).toEqual([...oddNames].sort());
			for (const channel of oddNames) {
				expect(dataOf(await other.peek(channel))).toEqual([channel]);
				expect((await other.claim(channel, channel))?.data).toBe(channel);
				expect(await other.addressees(channel)).toEqual([channel]);
				expect((await other.peek(channel))[0]?.channel).toBe(channel);
			}
			for (const channel of oddNames) {
				for (const { id } of await signals.peek(channel)) await signals.acknowledge(id);
			}
			expect(await other.channels()).toEqual([]);
		});

		it("has nothing on a channel that nobody sent to", async () => {
			const { signals } = await open();
			await signals.send("go", 1);
			for (const channel of ["g", "go ", "GO", "toString", "hasOwnProperty"]) {
				expect(await signals.peek(channel)).toEqual([]);
				expect(await signals.claim(channel, "x")).toBeNull();
				expect(await signals.consume(channel)).toBeNull();
				expect(await signals.broadcast(channel, ["x"])).toBeNull();
				expect(await signals.addressees(channel)).toEqual([]);
			}
		});

		it.each([[longText], [{ ["__proto__"]: 1, a: { constructor: "x" } }], [["\u0000", "\ud83d"]], [false], [0], [""]])(
			"gives data back as they were",
			async (data) => {
				const { signals, other } = await open();
				await signals.send("go", data);
				expect(JSON.stringify((await other.peek("go"))[0]?.data) === JSON.stringify(data)).toBe(true);
				expect(JSON.stringify((await other.claim("go", "x"))?.data) === JSON.stringify(data)).toBe(true);
			},
		);

		it("keeps no reference to the data of the sender, and hands out none of its own", async () => {
			const { signals } = await open();
			const data = { list: [1] };
			await signals.send("go", data);
			data.list.push(2);
			const [peeked] = await signals.peek("go");
			Object.assign(Object(peeked?.data), { list: "changed" });
			Object.assign(peeked ?? {}, { channel: "changed", execution_id: "changed" });
			expect((await signals.claim("go", "x"))?.data).toEqual({ list: [1] });
		});

		it("makes a claimed signal the execution's own until it is acknowledged", async () => {
			const { signals, other } = await open();
			const id = await signals.send("go", 1);
			await signals.send("go", 2);
			const claimed = await signals.claim("go", "x");
			expect(claimed).toMatchObject({ id, channel: "go", data: 1, execution_id: "x" });
			expect(await other.claim("go", "x")).toEqual(claimed);
			expect((await other.peek("go")).map(({ execution_id }) => execution_id)).toEqual(["x", null]);
			expect((await other.claim("go", "y"))?.data).toBe(2);
			expect(await signals.claim("go", "z")).toBeNull();
			await other.acknowledge(id);
			expect(dataOf(await signals.peek("go"))).toEqual([2]);
			expect(await signals.claim("go", "x")).toBeNull();
		});

		it("acknowledges a signal that is gone, or never was", async () => {
			const { signals, other } = await open();
			const id = await signals.send("go", 1);
			await signals.acknowledge(id);
			await other.acknowledge(id);
			await signals.acknowledge("__proto__");
			await signals.acknowledge("");
			expect(await other.channels()).toEqual([]);
		});

		it("gives an execution what is addressed to it or to nobody, oldest first, and nothing else", async () => {
			const { signals, other } = await open();
			await signals.send("go", "for y", { executionId: "y" });
			await signals.send("go", "for all 1");
			await signals.send("go", "for x", { executionId: "x" });
			await signals.send("go", "for all 2");
			await signals.send("stay", "elsewhere", { executionId: "x" });
			const taken: unknown[] = [];
			for (let signal = await other.claim("go", "x"); signal !== null; signal = await other.claim("go", "x")) {
				taken.push(signal.data);
				await signals.acknowledge(signal.id);
			}
			expect(taken).toEqual(["for all 1", "for x", "for all 2"]);
			expect((await signals.claim("go", "y"))?.data).toBe("for y");
		});

		it("consumes what is addressed to nobody, for good", async () => {
			const { signals, other } = await open();
			await signals.send("go", "for x", { executionId: "x" });
			const id = await signals.send("go", 1);
			expect(await other.consume("go")).toMatchObject({ id, channel: "go", data: 1, execution_id: null });
			expect(await signals.consume("go")).toBeNull();
			expect(dataOf(await signals.peek("go"))).toEqual(["for x"]);
		});

		it("gives each of 50 executions that claim at the same time a signal of its own", async () => {
			const { signals, other } = await open();
			for (let n = 0; n < 49; n++) await signals.send("go", n);
			const claims = Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? signals : other).claim("go", `e${n}`));
			const won = (await Promise.all(claims)).filter((signal) => signal !== null);
			expect(new Set(won.map(({ id }) => id)).size).toBe(49);
			expect(won).toHaveLength(49);
			for (const { id, execution_id } of await signals.peek("go")) {
				expect(won.find((signal) => signal.id === id)?.execution_id).toBe(execution_id);
			}
		});

		it("gives one signal to one of many who claim or consume at the same time", async () => {
			const { signals, other } = await open();
			await signals.send("go", 1);
			const attempts = Array.from({ length: 20 }, (_, n) => {
				const each = n % 2 === 0 ? signals : other;
				return n % 4 < 2 ? each.claim("go", `e${n}`) : each.consume("go");
			});
			expect((await Promise.all(attempts)).filter((signal) => signal !== null)).toHaveLength(1);
		});

		it("tells to whom signals are addressed, by the oldest signal, each once", async () => {
			const { signals, other } = await open();
			await signals.send("go", 0);
			for (const executionId of ["b", "a", "b", "c"]) await signals.send("go", 1, { executionId });
			await signals.send("stay", 1, { executionId: "d" });
			expect(await other.addressees("go")).toEqual(["b", "a", "c"]);
			await signals.claim("go", "z");
			expect(await other.addressees("go")).toEqual(["z", "b", "a", "c"]);
		});

		it.each([[undefined], [1n], [() => 1], [Symbol("s")], [cyclic()], [{ deep: [1n] }]])(
			"refuses data that are no JSON",
			async (data) => {
				const { signals } = await open();
				await expect(signals.send("go", data)).rejects.toMatchObject({ code: "invalid_signal", name: "StoreError" });
				expect(await signals.channels()).toEqual([]);
			},
		);

		it("refuses an empty channel in every method", async () => {
			const { signals } = await open();
			for (const call of [
				() => signals.send("", 1),
				() => signals.claim("", "x"),
				() => signals.broadcast("", ["x"]),
				() => signals.consume(""),
				() => signals.peek(""),
				() => signals.addressees(""),
			]) {
				await expect(call()).rejects.toMatchObject({ code: "invalid_signal", name: "StoreError" });
			}
		});
	});
}

function dataOf(signals: readonly Signal[]): unknown[] {
	return signals.map(({ data }) => data);
}

function cyclic(): unknown {
	const value: Record<string, unknown> = {};
	value.self = value;
	return value;
}
