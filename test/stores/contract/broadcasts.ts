/** Giving one signal to many: a copy each, and never a second signal to whom has one. */
import { describe, expect, it } from "vitest";
import type { Signal } from "../../../runtime/signals/signal-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { oddNames } from "./samples.ts";

export function broadcastContract(name: string, opener: StoreOpener): void {
	describe(`${name}: broadcasts`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock } = await openStores();
			return { signals: store.signals, other: other.signals, clock };
		}

		it("broadcasts: a copy for each, in the signal's place, and the signal is gone", async () => {
			const { signals, other, clock } = await open();
			const first = await signals.send("go", "first");
			const sentAt = (await signals.peek("go"))[0]?.created_at;
			clock.advance(1000);
			await signals.send("go", "second");
			expect(await other.broadcast("go", ["y", "x", "y"])).toMatchObject({ id: first, channel: "go", data: "first" });
			const copies = await signals.peek("go");
			expect(dataOf(copies)).toEqual(["first", "first", "second"]);
			expect(copies.slice(0, 2).map(({ execution_id }) => execution_id)).toEqual(["y", "x"]);
			expect(new Set(copies.map(({ id }) => id)).size).toBe(3);
			expect(copies.map(({ id }) => id)).not.toContain(first);
			expect(new Set(copies.slice(0, 2).map(({ created_at }) => created_at))).toEqual(new Set([sentAt]));
			const claimed = await signals.claim("go", "x");
			expect(claimed).toMatchObject({ data: "first", execution_id: "x" });
			await other.acknowledge(claimed?.id ?? "");
			expect((await signals.claim("go", "y"))?.data).toBe("first");
			expect((await signals.claim("go", "x"))?.data).toBe("second");
			expect(await signals.claim("go", "z")).toBeNull();
		});

		it("broadcasts the oldest that is addressed to nobody, and leaves the addressed ones", async () => {
			const { signals } = await open();
			await signals.send("go", "for z", { executionId: "z" });
			await signals.send("go", "for all");
			expect((await signals.broadcast("go", ["x"]))?.data).toBe("for all");
			expect(await signals.broadcast("go", ["y"])).toBeNull();
			expect((await signals.peek("go")).map(({ execution_id }) => execution_id)).toEqual(["z", "x"]);
		});

		it("leaves a signal where it is to be broadcast to nobody", async () => {
			const { signals } = await open();
			await signals.send("go", 1);
			expect(await signals.broadcast("go", [])).toBeNull();
			expect(dataOf(await signals.peek("go"))).toEqual([1]);
		});

		it("gives a signal to all or to one where broadcast and claim race", async () => {
			const { signals, other } = await open();
			await signals.send("go", 1);
			const [told, claimed] = await Promise.all([signals.broadcast("go", ["x", "y"]), other.claim("go", "z")]);
			expect([told, claimed].filter((signal) => signal !== null)).toHaveLength(1);
			expect(await signals.addressees("go")).toEqual(told === null ? ["z"] : ["x", "y"]);
		});

		it("passes over whom a signal of the channel is addressed to already", async () => {
			const { signals, other } = await open();
			await signals.send("stay", "elsewhere", { executionId: "z" });
			await signals.send("go", "for y", { executionId: "y" });
			await signals.send("go", "first");
			await signals.claim("go", "w");
			await signals.send("go", "second");
			expect((await other.broadcast("go", ["w", "x", "y", "z"]))?.data).toBe("second");
			expect(await signals.addressees("go")).toEqual(["y", "w", "x", "z"]);
			expect(ownersOf(await signals.peek("go"))).toEqual(["for y y", "first w", "second x", "second z"]);
		});

		it("removes nothing where nobody is left to give the signal to", async () => {
			const { signals, other } = await open();
			await signals.send("go", 1);
			await signals.send("go", 2);
			expect((await signals.broadcast("go", ["x", "y"]))?.data).toBe(1);
			expect(await other.broadcast("go", ["y", "x", "x"])).toBeNull();
			expect(ownersOf(await signals.peek("go"))).toEqual(["1 x", "1 y", "2 null"]);
		});

		it("gives the next signal to whom has acknowledged the one before", async () => {
			const { signals, other } = await open();
			await signals.send("go", 1);
			await signals.send("go", 2);
			await signals.broadcast("go", ["x", "y"]);
			await other.acknowledge((await other.claim("go", "y"))?.id ?? "");
			expect((await signals.broadcast("go", ["x", "y"]))?.data).toBe(2);
			expect(ownersOf(await other.peek("go"))).toEqual(["1 x", "2 y"]);
		});

		it("gives nobody two signals where many broadcast at the same time", async () => {
			const { signals, other } = await open();
			for (let n = 0; n < 6; n++) await signals.send("go", n);
			const executions = ["x", "y", ...oddNames];
			const told = await Promise.all(
				Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? signals : other).broadcast("go", executions)),
			);
			expect(told.filter((signal) => signal !== null)).toHaveLength(1);
			const left = await other.peek("go");
			const owners = left.flatMap(({ execution_id }) => execution_id ?? []);
			expect(owners).toEqual(executions);
			expect(left).toHaveLength(executions.length + 5);
		});

		it("gives one execution one of the signals where many broadcast to it and to another", async () => {
			const { signals, other } = await open();
			for (let n = 0; n < 4; n++) await signals.send("go", n);
			const told = await Promise.all(
				["a", "b", "c"].map((each, n) => (n % 2 === 0 ? signals : other).broadcast("go", ["shared", each])),
			);
			expect(told.filter((signal) => signal !== null)).toHaveLength(3);
			const owners = (await other.peek("go")).flatMap(({ execution_id }) => execution_id ?? []);
			expect([...owners].sort()).toEqual(["a", "b", "c", "shared"]);
		});
	});
}

function dataOf(signals: readonly Signal[]): unknown[] {
	return signals.map(({ data }) => data);
}

function ownersOf(signals: readonly Signal[]): string[] {
	return signals.map(({ data, execution_id }) => `${data} ${execution_id}`);
}
