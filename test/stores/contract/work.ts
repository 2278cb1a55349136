/** What every backend of work pools has to do. */
import { describe, expect, it } from "vitest";
import type { WorkPool } from "../../../runtime/workers/work-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { longText, oddNames } from "./samples.ts";

export function workContract(name: string, opener: StoreOpener): void {
	describe(`${name} as a backend of work pools`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock } = await openStores();
			if (store.work === undefined || other.work === undefined) throw new Error("it has none");
			return { work: store.work, pool: store.work.pool("p"), other: other.work.pool("p"), clock, store };
		}

		it("keeps an item until it is claimed, and says by whom and when", async () => {
			const { pool, other, clock } = await open();
			const created_at = new Date(clock.now()).toISOString();
			const id = await pool.push({ n: [1, null, "🎉"] });
			const pending = {
				id,
				data: { n: [1, null, "🎉"] },
				status: "pending",
				claimed_by: null,
				claimed_at: null,
				attempts: 0,
				max_retries: 3,
				created_at,
				error: null,
				result: null,
			};
			expect(await other.get(id)).toEqual(pending);
			expect(await other.size()).toBe(1);
			clock.advance(1_000);
			const claimed_at = new Date(clock.now()).toISOString();
			const claimed = { ...pending, status: "claimed", claimed_by: "w", claimed_at, attempts: 1 };
			expect(await other.claim("w")).toEqual(claimed);
			expect(await pool.get(id)).toEqual(claimed);
			expect(await pool.size()).toBe(0);
			expect(await pool.claim("w")).toBeNull();
		});

		it("gives the oldest first, also when the clock goes back", async () => {
			const { pool, other, clock } = await open();
			for (let n = 0; n < 12; n++) {
				await (n % 2 === 0 ? pool : other).push(n);
				clock.advance(-1_000);
			}
			for (let n = 0; n < 12; n++) expect((await (n % 3 === 0 ? pool : other).claim("w"))?.data).toBe(n);
			expect(await pool.claim("w")).toBeNull();
		});

		it("marks an item as done and keeps its result", async () => {
			const { pool, other } = await open();
			const id = await pool.push("x");
			const none = await pool.push("y");
			await pool.claim("w");
			await other.complete(id, { answer: ["🎉", null] });
			await other.complete(none);
			expect(await pool.get(id)).toMatchObject({ status: "done", claimed_by: "w", result: { answer: ["🎉", null] } });
			expect(await pool.get(none)).toMatchObject({ status: "done", result: null });
			expect(await pool.claim("w")).toBeNull();
			expect(await pool.size()).toBe(0);
			expect(await pool.releaseByWorker("w")).toBe(0);
		});

		it("keeps the first result, and takes one that comes after the item was put back", async () => {
			const { pool, other } = await open();
			const id = await pool.push("x");
			await pool.claim("slow");
			await other.releaseByWorker("slow");
			await pool.complete(id, "late");
			expect(await other.claim("quick")).toBeNull();
			await other.complete(id, "later");
			await other.fail(id, "no");
			expect(await pool.get(id)).toMatchObject({ status: "done", result: "late", error: null });
		});

		it("puts what fails back to its place, with the error", async () => {
			const { pool, other } = await open();
			const id = await pool.push("first");
			await pool.push("second");
			await pool.claim("w");
			await other.fail(id, "it's broken\u0000🎉");
			expect(await pool.get(id)).toMatchObject({
				status: "pending",
				claimed_by: null,
				claimed_at: null,
				attempts: 1,
				error: "it's broken\ufffd🎉",
			});
			expect(await pool.size()).toBe(2);
			expect((await other.claim("v"))?.data).toBe("first");
			expect(await pool.get(id)).toMatchObject({ attempts: 2 });
		});

		it("poisons what was claimed as often as it may be, and gives it to nobody", async () => {
			const { pool, other } = await open();
			const id = await pool.push("x", { maxRetries: 2 });
			for (const status of ["pending", "poisoned"]) {
				await pool.claim("w");
				await other.fail(id, "no");
				expect((await pool.get(id))?.status).toBe(status);
			}
			expect(await pool.get(id)).toMatchObject({ attempts: 2, max_retries: 2, error: "no", claimed_by: "w" });
			expect(await pool.claim("w")).toBeNull();
			expect(await pool.size()).toBe(0);
			expect(await pool.releaseByWorker("w")).toBe(0);
			const never = await pool.push("y", { maxRetries: 0 });
			await pool.claim("w");
			await pool.fail(never);
			expect(await pool.get(never)).toMatchObject({ status: "poisoned", error: null });
		});

		it("changes nothing where an item fails that nobody has claimed", async () => {
			const { pool } = await open();
			const id = await pool.push("x", { maxRetries: 0 });
			await pool.fail(id, "no");
			expect(await pool.get(id)).toMatchObject({ status: "pending", error: null });
		});

		it("releases what one worker has claimed in one pool, and leaves the attempts", async () => {
			const { work, pool, other } = await open();
			const elsewhere = work.pool("q");
			for (const data of ["a", "b", "c"]) await pool.push(data);
			await elsewhere.push("d");
			await pool.claim("w");
			const kept = await pool.claim("v");
			await pool.claim("w");
			await elsewhere.claim("w");
			expect(await other.releaseByWorker("w")).toBe(2);
			expect(await other.releaseByWorker("w")).toBe(0);
			expect(await other.releaseByWorker("nobody")).toBe(0);
			expect(await elsewhere.size()).toBe(0);
			expect((await pool.get(kept?.id ?? ""))?.claimed_by).toBe("v");
			expect(await pool.claim("x")).toMatchObject({ data: "a", attempts: 2, claimed_by: "x" });
			expect((await pool.claim("x"))?.data).toBe("c");
		});

		it("does not know ids of other pools, or any other", async () => {
			const { work, pool } = await open();
			const foreign = await work.pool("q").push("x");
			for (const id of [foreign, "", "toString", "with\u0000nul", "x".repeat(5_000)]) {
				const unknown = { code: "unknown_work_item", name: "StoreError" };
				await expect(pool.complete(id, 1)).rejects.toMatchObject(unknown);
				await expect(pool.fail(id)).rejects.toMatchObject(unknown);
				expect(await pool.get(id)).toBeNull();
			}
			expect(await work.pool("q").get(foreign)).toMatchObject({ status: "pending" });
		});

		it("keeps pools with odd names apart, and workers in them", async () => {
			const { work } = await open();
			for (const odd of oddNames) await work.pool(odd).push(odd);
			for (const odd of oddNames) {
				const item = await work.pool(odd).claim(odd);
				expect(item).toMatchObject({ data: odd, claimed_by: odd });
				expect(await work.pool(odd).claim(odd)).toBeNull();
				expect(await work.pool(odd).releaseByWorker(odd)).toBe(1);
				expect(await work.pool(odd).size()).toBe(1);
			}
			// Names that would be one if they were put together without a mark between them.
			await work.pool("a:b").push(1);
			await work.pool("a").push(2);
			await work.pool("a:b").claim("c");
			await work.pool("a").claim("b:c");
			expect(await work.pool("a").releaseByWorker("b:c")).toBe(1);
			expect(await work.pool("a:b").size()).toBe(0);
		});

		it.each([
			[longText],
			[{ ["__proto__"]: 1, a: { constructor: "x" } }],
			[["\u0000", "\ud83d"]],
			[[]],
			[false],
			[null],
		])("gives data and results back as they were", async (data) => {
			const { pool, other } = await open();
			const id = await pool.push(data);
			expect(JSON.stringify((await other.claim("w"))?.data) === JSON.stringify(data)).toBe(true);
			await other.complete(id, data);
			expect(JSON.stringify((await pool.get(id))?.result) === JSON.stringify(data)).toBe(true);
		});

		it("refuses data that are no JSON, and names that no store can keep", async () => {
			const { work, pool } = await open();
			const invalid = { code: "invalid_work_item", name: "StoreError" };
			const cyclic: Record<string, unknown> = {};
			cyclic.self = cyclic;
			for (const data of [undefined, 1n, () => 1, Symbol("s"), cyclic]) {
				await expect(pool.push(data)).rejects.toMatchObject(invalid);
			}
			for (const maxRetries of [-1, 0.5, Number.NaN]) {
				await expect(pool.push(1, { maxRetries })).rejects.toMatchObject(invalid);
			}
			for (const odd of ["", "a\u0000b", "x".repeat(1_001)]) {
				await expect(pool.claim(odd)).rejects.toMatchObject(invalid);
				await expect(work.pool(odd).push(1)).rejects.toMatchObject(invalid);
				await expect(work.pool(odd).size()).rejects.toMatchObject(invalid);
			}
			const id = await pool.push(1);
			await expect(pool.complete(id, cyclic)).rejects.toMatchObject(invalid);
			expect(await pool.size()).toBe(1);
		});

		it("gives each of 50 claims at the same time an item of its own", async () => {
			const { pool, other } = await open();
			await Promise.all(Array.from({ length: 49 }, (_, n) => (n % 2 === 0 ? pool : other).push(n)));
			expect(await pool.size()).toBe(49);
			const turn = (n: number): WorkPool => (n % 2 === 0 ? pool : other);
			const claims = Array.from({ length: 50 }, (_, n) => turn(n).claim(`w${n}`));
			const won = (await Promise.all(claims)).filter((item) => item !== null);
			expect(won.map(({ data }) => Number(data)).sort((a, b) => a - b)).toEqual(
				Array.from({ length: 49 }, (_, n) => n),
			);
			for (const { id, claimed_by } of won) expect((await pool.get(id))?.claimed_by).toBe(claimed_by);
		});

		it("refuses work once it is closed", async () => {
			const { pool, store } = await open();
			await store.close();
			for (const call of [
				() => pool.push(1),
				() => pool.claim("w"),
				() => pool.complete("i"),
				() => pool.fail("i"),
				() => pool.get("i"),
				() => pool.size(),
				() => pool.releaseByWorker("w"),
			]) {
				await expect(call(), call.toString()).rejects.toMatchObject({ code: "store_closed" });
			}
		});
	});
}
