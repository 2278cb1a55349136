/** Deleting whole executions by age and by number. */
import { describe, expect, it } from "vitest";
import { lockOf, type StoreOpener, storesOf } from "./opener.ts";
import { saveForeign } from "./samples.ts";
import { expectGone, expectWhole, writeWhole } from "./whole-executions.ts";

export function pruningContract(name: string, opener: StoreOpener): void {
	const { locks, takesOverExpired } = opener.abilities;
	describe(`${name}: pruning`, () => {
		const open = storesOf(opener);

		it("prunes what was last changed longer ago than so many seconds", async () => {
			const { store, other, clock } = await open();
			const ago = (seconds: number) => clock.now() - seconds * 1000;
			await writeWhole(store, [
				{ id: "old", at: ago(61) },
				{ id: "edge", at: ago(60) },
				{ id: "new", at: ago(1) },
			]);
			expect(await store.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			await expectGone(other, ["old"]);
			await expectWhole(other, ["edge", "new"]);
			clock.advance(1);
			expect(await store.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			await expectWhole(other, ["new"]);
		});

		it("prunes all but the so many that changed last; of the same time, the first ids stay", async () => {
			const { store, other, clock } = await open();
			const ago = (seconds: number) => clock.now() - seconds * 1000;
			await writeWhole(store, [
				{ id: "d", at: ago(5) },
				{ id: "b", at: ago(5) },
				{ id: "a", at: ago(9) },
				{ id: "c", at: ago(5) },
				{ id: "e", at: ago(1) },
			]);
			expect(await store.persistence.prune({ maxCount: 5 })).toBe(0);
			expect(await store.persistence.prune({ maxCount: 3 })).toBe(2);
			await expectWhole(other, ["b", "c", "e"]);
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(3);
			expect(await other.persistence.listExecutionIds()).toEqual([]);
		});

		it("prunes by age first, then by number", async () => {
			const { store, other, clock } = await open();
			const ago = (seconds: number) => clock.now() - seconds * 1000;
			await writeWhole(store, [
				{ id: "a", at: ago(100) },
				{ id: "b", at: ago(50) },
				{ id: "c", at: ago(10) },
			]);
			expect(await store.persistence.prune({ maxAgeSeconds: 60, maxCount: 1 })).toBe(2);
			await expectWhole(other, ["c"]);
			expect(await store.persistence.prune({})).toBe(0);
			await expectWhole(other, ["c"]);
		});

		it("prunes children with their root, never alone, and does not count them", async () => {
			const { store, other, clock } = await open();
			const long = clock.now() - 1_000_000;
			await writeWhole(store, [
				{ id: "root", at: clock.now() },
				{ id: "child", parent: "root", root: "root", at: long },
				{ id: "gone", at: long },
				{ id: "gone-child", parent: "gone", root: "gone", at: clock.now() },
				{ id: "gone-grandchild", parent: "gone-child", root: "gone", at: clock.now() },
			]);
			expect(await store.persistence.prune({ maxAgeSeconds: 10 })).toBe(1);
			await expectGone(other, ["gone", "gone-child", "gone-grandchild"]);
			await expectWhole(other, ["root", "child"]);
			expect(await store.persistence.prune({ maxCount: 1 })).toBe(0);
			await expectWhole(other, ["root", "child"]);
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
			expect(await other.persistence.listExecutionIds()).toEqual([]);
		});

		it("prunes what something else wrote", async () => {
			const { store, other, clock } = await open();
			await saveForeign(store.persistence, { id: "foreign", at: clock.now() - 100_000 });
			expect(await other.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			await expectGone(store, ["foreign"]);
		});

		it.each([{ maxAgeSeconds: -1 }, { maxCount: -1 }, { maxAgeSeconds: 10, maxCount: -3 }])(
			"refuses %j and prunes nothing",
			async (options) => {
				const { store, clock } = await open();
				await writeWhole(store, [{ id: "a", at: clock.now() - 100_000 }]);
				await expect(store.persistence.prune(options)).rejects.toMatchObject({
					code: "invalid_prune",
					name: "StoreError",
				});
				await expectWhole(store, ["a"]);
			},
		);

		it.runIf(locks)("keeps an execution whose lease is held, with its children", async () => {
			const { store, other, clock } = await open();
			const old = clock.now() - 100_000;
			const samples = [
				{ id: "held", at: old },
				{ id: "kid", parent: "held", root: "held", at: old },
				{ id: "x", at: old },
			];
			await writeWhole(store, samples);
			const lease = await lockOf(other).acquire("held");
			expect(await store.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(0);
			await expectWhole(other, ["held", "kid"]);
			if (lease !== null) await lockOf(other).release(lease);
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
			await expectGone(other, ["held", "kid"]);
		});

		it.runIf(locks && takesOverExpired)("prunes an execution whose lease is over", async () => {
			const { store, other, clock, leaseSeconds } = await open();
			await writeWhole(store, [{ id: "a" }]);
			await lockOf(other).acquire("a");
			clock.advance(leaseSeconds * 1000 + 1);
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
			await expectGone(other, ["a"]);
		});

		it.runIf(locks)("keeps who is held in the place that it has by its age, and nobody in its stead", async () => {
			const { store, other, clock } = await open();
			const ago = (seconds: number) => clock.now() - seconds * 1000;
			await writeWhole(store, [
				{ id: "newest", at: ago(1) },
				{ id: "second", at: ago(2) },
				{ id: "third", at: ago(3) },
				{ id: "oldest", at: ago(100) },
			]);
			await lockOf(other).acquire("newest");
			await lockOf(other).acquire("oldest");
			expect(await store.persistence.prune({ maxAgeSeconds: 60, maxCount: 2 })).toBe(1);
			await expectWhole(other, ["newest", "oldest", "second"]);
			expect(await store.persistence.prune({ maxCount: 1 })).toBe(1);
			await expectWhole(other, ["newest", "oldest"]);
		});

		it("counts a child whose root is gone as a root", async () => {
			const { store, other, clock } = await open();
			const old = clock.now() - 100_000;
			await writeWhole(store, [
				{ id: "orphan", parent: "nobody", root: "nobody", at: old },
				{ id: "kid", parent: "root", root: "root", at: old },
				{ id: "root", at: clock.now() },
			]);
			expect(await store.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			await expectGone(other, ["orphan"]);
			await expectWhole(other, ["kid", "root"]);
		});

		it("deletes the signals that are addressed to what it prunes", async () => {
			const { store, other, clock } = await open();
			const old = clock.now() - 100_000;
			await writeWhole(store, [
				{ id: "a", at: old },
				{ id: "kid", parent: "a", root: "a", at: clock.now() },
				{ id: "b", at: clock.now() },
			]);
			for (const executionId of ["a", "kid", "b"]) await store.signals.send("go", executionId, { executionId });
			expect(await other.persistence.prune({ maxAgeSeconds: 60 })).toBe(1);
			expect(await store.signals.addressees("go")).toEqual(["b"]);
		});
	});
}
