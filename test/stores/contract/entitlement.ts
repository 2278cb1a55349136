/** Who may commit: whoever has the lease, until it is given back or somebody else takes it. */
import { describe, expect, it } from "vitest";
import { LeaseLostError } from "../../../runtime/store/errors.ts";
import { lockOf, type StoreOpener, storesOf } from "./opener.ts";
import { commit, commitOf, keyOf } from "./samples.ts";

export function entitlementContract(name: string, opener: StoreOpener): void {
	const { locks, fences, takesOverExpired } = opener.abilities;
	describe.runIf(locks)(`${name}: commits with a lease`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock, leaseSeconds } = await openStores();
			const over = () => clock.advance(leaseSeconds * 1000 + 1);
			return { store, persistence: store.persistence, other: other.persistence, second: other, over };
		}

		it("writes for whom holds the lease, and for the children", async () => {
			const { store, persistence, other } = await open();
			const lease = await lockOf(store).acquire("root");
			await commit(persistence, [commitOf({ id: "child", parent: "root", root: "root" })], lease);
			await commit(persistence, [commitOf({ id: "root" })], lease);
			expect(await other.listExecutionIds()).toEqual(["child", "root"]);
		});

		it.runIf(fences)("refuses whose lease somebody else has, and writes nothing", async () => {
			const { store, persistence, second, other } = await open();
			const lost = await lockOf(store).acquire("root");
			await commit(persistence, [commitOf({ id: "root" }, { log: [{ step: 1, text: "1" }] })], lost);
			if (lost !== null) await lockOf(store).release(lost);
			const held = await lockOf(second).acquire("root");
			const child = commitOf({ id: "child", parent: "root", root: "root" }, { result: "1" });
			const parent = commitOf({ id: "root", step: 2 }, { log: [{ step: 2, text: "2" }], result: "2" });
			const failure = await commit(persistence, [child, parent], lost).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(LeaseLostError);
			expect(failure).toMatchObject({ code: "lease_lost" });
			expect(String(failure)).toContain("root");
			expect(await other.listExecutionIds()).toEqual(["root"]);
			expect((await other.loadExecution("root"))?.latestKey).toBe(keyOf({ id: "root" }));
			expect(await other.listCheckpoints("root")).toEqual([keyOf({ id: "root" })]);
			expect(await other.loadLog("root", 0)).toHaveLength(1);
			for (const id of ["child", "root"]) expect(await second.results.exists(`flatagents://${id}/result`)).toBe(false);
			await commit(other, [commitOf({ id: "root", step: 3 })], held);
			expect((await persistence.loadExecution("root"))?.latestKey).toBe(keyOf({ id: "root", step: 3 }));
		});

		it.runIf(fences)("refuses a lease that was taken by somebody else and given back since", async () => {
			const { store, persistence, second } = await open();
			const lost = await lockOf(store).acquire("a");
			if (lost !== null) await lockOf(store).release(lost);
			const later = await lockOf(second).acquire("a");
			if (later !== null) await lockOf(second).release(later);
			await expect(commit(persistence, [commitOf({ id: "a" })], lost)).rejects.toBeInstanceOf(LeaseLostError);
			expect(await persistence.listExecutionIds()).toEqual([]);
		});

		it.runIf(fences && takesOverExpired)("refuses whose lease ended and was taken over", async () => {
			const { store, persistence, second, over } = await open();
			const lost = await lockOf(store).acquire("a");
			over();
			await commit(persistence, [commitOf({ id: "a", step: 1 })], lost);
			await lockOf(second).acquire("a");
			await expect(commit(persistence, [commitOf({ id: "a", step: 2 })], lost)).rejects.toBeInstanceOf(LeaseLostError);
			expect(await persistence.listCheckpoints("a")).toEqual([keyOf({ id: "a", step: 1 })]);
		});

		it.runIf(fences)("refuse who has given the lease back, though nobody else has taken it", async () => {
			const { store, persistence, second } = await open();
			const lock = lockOf(store);
			const lease = await lock.acquire("a");
			if (lease === null) throw new Error("the lease was not given");
			await lock.release(lease);
			await expect(commit(persistence, [commitOf({ id: "a" })], lease)).rejects.toBeInstanceOf(LeaseLostError);
			expect(await lock.renew(lease)).toBeNull();
			expect(await persistence.listExecutionIds()).toEqual([]);
			expect(await lockOf(second).acquire("a")).not.toBeNull();
		});

		it.runIf(fences && takesOverExpired)(
			"write, and renew, when their time is over and nobody has taken it",
			async () => {
				const { store, persistence, other, over } = await open();
				const lease = await lockOf(store).acquire("a");
				over();
				await commit(persistence, [commitOf({ id: "a", step: 1 })], lease);
				const renewed = lease && (await lockOf(store).renew(lease));
				expect(renewed?.token).toBe(lease?.token);
				await commit(persistence, [commitOf({ id: "a", step: 2 })], renewed);
				expect(await other.listCheckpoints("a")).toHaveLength(2);
			},
		);

		it.runIf(fences)("refuse whose execution somebody has deleted since", async () => {
			const { store, persistence, other } = await open();
			const lease = await lockOf(store).acquire("a");
			await commit(persistence, [commitOf({ id: "a", step: 1 })], lease);
			await other.deleteExecution("a");
			await expect(commit(persistence, [commitOf({ id: "a", step: 2 })], lease)).rejects.toBeInstanceOf(LeaseLostError);
			expect(await other.listExecutionIds()).toEqual([]);
			expect(await lockOf(store).acquire("a")).not.toBeNull();
		});
	});
}
