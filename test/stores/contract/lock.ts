/** What every lock has to do. Locks of a store without one are not tested. */
import { describe, expect, it } from "vitest";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import { lockOf, type StoreOpener, storesOf } from "./opener.ts";
import { oddNames } from "./samples.ts";

export function lockContract(name: string, opener: StoreOpener): void {
	const { locks, takesOverExpired } = opener.abilities;
	describe.runIf(locks)(`${name} as a lock`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock, leaseSeconds } = await openStores();
			const over = () => clock.advance(leaseSeconds * 1000 + 1);
			return { lock: lockOf(store), other: lockOf(other), clock, leaseSeconds, over };
		}

		it("gives a lease that says who holds it and since when", async () => {
			const { lock, clock, leaseSeconds } = await open();
			const lease = taken(await lock.acquire("a"));
			expect(lease.key).toBe("a");
			expect(lease.owner).not.toBe("");
			expect(lease.label).not.toBe("");
			expect(lease.acquiredAt).toBe(clock.now());
			expect(Number.isSafeInteger(lease.token)).toBe(true);
			expect(lease.expiresAt).toBe(takesOverExpired ? clock.now() + leaseSeconds * 1000 : null);
		});

		it("never waits, and gives null while somebody holds it, this very process included", async () => {
			const { lock, other } = await open();
			taken(await lock.acquire("a"));
			expect(await lock.acquire("a")).toBeNull();
			expect(await other.acquire("a")).toBeNull();
		});

		it("keeps keys apart", async () => {
			const { lock, other } = await open();
			for (const key of oddNames) taken(await lock.acquire(key));
			for (const key of oddNames) expect(await other.acquire(key)).toBeNull();
			taken(await other.acquire("another"));
		});

		it("lets exactly one of many win", async () => {
			const { lock, other } = await open();
			const attempts = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? lock : other).acquire("a"));
			const won = (await Promise.all(attempts)).filter((lease) => lease !== null);
			expect(won).toHaveLength(1);
		});

		it("gives a growing token and another owner with every acquisition", async () => {
			const { lock, other } = await open();
			const leases: Lease[] = [];
			for (const each of [lock, other, lock, lock]) {
				const lease = taken(await each.acquire("a"));
				leases.push(lease);
				await each.release(lease);
			}
			const tokens = leases.map(({ token }) => token);
			expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
			expect(new Set(leases.map(({ owner }) => owner)).size).toBe(leases.length);
		});

		it("tells who holds a key, and null where nobody does", async () => {
			const { lock, other } = await open();
			expect(await other.holder("a")).toBeNull();
			const { owner, label, acquiredAt, expiresAt, ...lease } = taken(await lock.acquire("a"));
			expect(await other.holder("a")).toMatchObject({ owner, label, acquiredAt, expiresAt });
			expect(await other.holder("b")).toBeNull();
			await lock.release({ owner, label, acquiredAt, expiresAt, ...lease });
			expect(await other.holder("a")).toBeNull();
		});

		it("gives a lease back once; later calls change nothing", async () => {
			const { lock, other } = await open();
			const first = taken(await lock.acquire("a"));
			await lock.release(first);
			await lock.release(first);
			const second = taken(await other.acquire("a"));
			await lock.release(first);
			expect(await lock.acquire("a")).toBeNull();
			expect((await lock.holder("a"))?.owner).toBe(second.owner);
		});

		it("renews a lease: the same token and owner, and more time", async () => {
			const { lock, clock, leaseSeconds } = await open();
			const lease = taken(await lock.acquire("a"));
			clock.advance(1000);
			const renewed = taken(await lock.renew(lease));
			expect(renewed).toMatchObject({ key: "a", token: lease.token, owner: lease.owner, acquiredAt: lease.acquiredAt });
			expect(renewed.expiresAt).toBe(takesOverExpired ? clock.now() + leaseSeconds * 1000 : null);
			expect((await lock.holder("a"))?.expiresAt).toBe(renewed.expiresAt);
		});

		it("renews no lease that somebody else has now", async () => {
			const { lock, other } = await open();
			const lost = taken(await lock.acquire("a"));
			await lock.release(lost);
			const held = taken(await other.acquire("a"));
			expect(await lock.renew(lost)).toBeNull();
			expect(await other.renew(held)).not.toBeNull();
		});

		it("beats often enough to keep a lease, or not at all", async () => {
			const { lock, leaseSeconds } = await open();
			expect(lock.heartbeatMs === null).toBe(!takesOverExpired);
			if (lock.heartbeatMs !== null) expect(lock.heartbeatMs).toBeLessThanOrEqual((leaseSeconds * 1000) / 2);
		});

		describe.runIf(takesOverExpired)("whose leases end", () => {
			it("gives the lease to somebody else once its time is over", async () => {
				const { lock, other, over } = await open();
				const lost = taken(await lock.acquire("a"));
				over();
				expect(await other.holder("a")).toBeNull();
				const held = taken(await other.acquire("a"));
				expect(held.token).toBeGreaterThan(lost.token);
				expect(await lock.renew(lost)).toBeNull();
				await lock.release(lost);
				expect((await lock.holder("a"))?.owner).toBe(held.owner);
			});

			it("lets exactly one of many take a lease over", async () => {
				const { lock, other, over } = await open();
				taken(await lock.acquire("a"));
				over();
				const attempts = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? lock : other).acquire("a"));
				expect((await Promise.all(attempts)).filter((lease) => lease !== null)).toHaveLength(1);
			});

			it("keeps a lease that is renewed in time", async () => {
				const { lock, other, clock, leaseSeconds } = await open();
				let lease = taken(await lock.acquire("a"));
				for (let beat = 0; beat < 3; beat++) {
					clock.advance((leaseSeconds * 1000) / 2);
					lease = taken(await lock.renew(lease));
					expect(await other.acquire("a")).toBeNull();
				}
			});

			it("renews a lease whose time is over while nobody else has taken it", async () => {
				const { lock, other, over } = await open();
				const lease = taken(await lock.acquire("a"));
				over();
				expect(taken(await lock.renew(lease)).token).toBe(lease.token);
				expect(await other.acquire("a")).toBeNull();
			});
		});
	});
}

function taken(lease: Lease | null): Lease {
	expect(lease).not.toBeNull();
	if (lease === null) throw new Error("the lease was not given");
	return lease;
}
