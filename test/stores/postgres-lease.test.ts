/** Leases in Postgres: never two holders, and none of a process that is dead. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { LeaseLostError } from "../../runtime/store/errors.ts";
import type { Lease } from "../../runtime/store/execution-lock.ts";
import { ownIdentity } from "../../runtime/store/owner.ts";
import { lockOf } from "./contract/opener.ts";
import { commit, commitOf, keyOf } from "./contract/samples.ts";
import { describePostgres, failureOf } from "./postgres-harness.ts";

await describePostgres("leases in Postgres", (make) => {
	it("are never held by two, in 200 races of three stores", async () => {
		const { open } = make();
		const locks = await Promise.all([1, 2, 3].map(async () => lockOf(await open())));
		let last = 0;
		for (let race = 0; race < 200; race++) {
			const results = await Promise.all(locks.map(async (lock) => ({ lock, lease: await lock.acquire("a") })));
			const won = results.flatMap(({ lock, lease }) => (lease === null ? [] : [{ lock, lease }]));
			expect(won).toHaveLength(1);
			const [{ lock, lease } = never()] = won;
			expect(lease.token).toBeGreaterThan(last);
			last = lease.token;
			await lock.release(lease);
		}
	});

	it("let one writer through where two hold on to the same execution, in 50 takeovers", async () => {
		const { open } = make();
		// A holder that paused so long that its time is over.
		let now = 1_000_000;
		const options = { now: () => now, leaseSeconds: 10 };
		const [first, second] = [await open(options), await open(options)];
		let [holder, rival] = [first, second];
		let lease = taken(await lockOf(holder).acquire("a"));
		for (let step = 1; step <= 50; step++) {
			now += 10_001;
			const late = commit(holder.persistence, [commitOf({ id: "a", step, event: "execute" })], lease);
			const [next, outcome] = await Promise.all([
				lockOf(rival).acquire("a"),
				late.then(
					() => "written",
					(error: unknown) => error,
				),
			]);
			if (outcome !== "written") expect(outcome).toBeInstanceOf(LeaseLostError);
			const refused = await failureOf(commit(holder.persistence, [commitOf({ id: "a", step: 99 })], lease));
			expect(refused).toMatchObject({ code: "lease_lost" });
			expect(refused.message).toContain(`process ${process.pid}`);
			[holder, rival] = [rival, holder];
			lease = taken(next);
		}
		expect(await first.persistence.load(keyOf({ id: "a", step: 99 }))).toBeNull();
	});

	it("end by the server's clock, whatever the clock of a host says", async () => {
		const { open, sql } = make();
		const lock = lockOf(await open({ leaseSeconds: 60 }));
		const lease = taken(await lock.acquire("a"));
		const [{ now } = { now: 0 }] = await sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now");
		expect(Math.abs(lease.acquiredAt - Number(now))).toBeLessThan(10_000);
		expect(lease.expiresAt).toBe(lease.acquiredAt + 60_000);
		await sql("UPDATE $schema.flatstate_leases SET expires_at = acquired_at");
		expect(await lock.holder("a")).toBeNull();
		expect(taken(await lock.acquire("a")).token).toBeGreaterThan(lease.token);
	});

	it("of a dead process of this machine are taken over at once, those of other machines are not", async () => {
		const { open, sql } = make();
		const lock = lockOf(await open({ leaseSeconds: 3600 }));
		const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
		await once(child, "exit");
		const dead = { ...ownIdentity(), pid: child.pid ?? 0, started: 1 };
		const held = taken(await lock.acquire("a"));
		expect(await lock.acquire("a")).toBeNull();
		const setIdentity = (identity: unknown) =>
			sql("UPDATE $schema.flatstate_leases SET identity = $1", [JSON.stringify(identity)]);
		await setIdentity({ ...dead, host: "elsewhere" });
		expect(await lock.acquire("a")).toBeNull();
		await setIdentity("what is this");
		expect(await lock.acquire("a")).toBeNull();
		await setIdentity(dead);
		expect(await lock.holder("a")).toBeNull();
		const attempts = await Promise.all(Array.from({ length: 10 }, () => lock.acquire("a")));
		expect(attempts.filter((lease) => lease !== null)).toHaveLength(1);
		expect(await lock.renew(held)).toBeNull();
	});

	it("of dead processes do not keep executions from being pruned", async () => {
		const { open, sql } = make();
		const store = await open();
		await commit(store.persistence, [commitOf({ id: "a" }), commitOf({ id: "b" })]);
		taken(await lockOf(store).acquire("a"));
		taken(await lockOf(store).acquire("b"));
		const dead = { ...ownIdentity(), pid: 2 ** 22, started: 1 };
		await sql("UPDATE $schema.flatstate_leases SET identity = $1 WHERE key = 'a'", [JSON.stringify(dead)]);
		expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
		expect(await store.persistence.listExecutionIds()).toEqual(["b"]);
	});

	it("are lost by whoever runs an execution that is deleted, and their tokens never come back", async () => {
		const { open, sql } = make();
		const store = await open();
		const lost = taken(await lockOf(store).acquire("a"));
		await commit(store.persistence, [commitOf({ id: "a" })], lost);
		await store.persistence.deleteExecution("a");
		expect(await failureOf(commit(store.persistence, [commitOf({ id: "a" })], lost))).toMatchObject({
			code: "lease_lost",
		});
		expect(await store.persistence.listExecutionIds()).toEqual([]);
		expect(await sql("SELECT key FROM $schema.flatstate_leases")).toEqual([]);
		expect(taken(await lockOf(store).acquire("a")).token).toBeGreaterThan(lost.token);
	});
});

function taken(lease: Lease | null): Lease {
	return lease ?? never();
}

function never(): never {
	throw new Error("the lease was not given");
}
