/** Leases in Redis: never two holders, dead processes give way, and who lost a lease writes nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { ownIdentity } from "../../runtime/store/owner.ts";
import { redisForTests } from "../servers/redis.ts";
import { lockOf } from "./contract/opener.ts";
import { commit, commitOf } from "./contract/samples.ts";
import { redisStores } from "./redis-harness.ts";

const server = await redisForTests();

if ("reason" in server) {
	describe("leases in Redis", () => {
		it.skip(`are not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());
	describe("leases in Redis", () => {
		const start = redisStores(server);

		it("have one holder at most when two stores race 200 times", async () => {
			const { open } = start();
			const stores = [await open(), await open()];
			const tokens: number[] = [];
			for (let round = 0; round < 200; round++) {
				const leases = await Promise.all(stores.map((store) => lockOf(store).acquire("race")));
				const won = leases.filter((lease) => lease !== null);
				expect(won).toHaveLength(1);
				for (const [index, lease] of leases.entries()) {
					if (lease === null) continue;
					tokens.push(lease.token);
					await lockOf(stores[index] ?? expect.fail()).release(lease);
				}
			}
			expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
		});

		it("let only the newest of many takers write", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			for (let round = 1; round <= 20; round++) {
				const stale = await lockOf(store).acquire("a");
				await command("HSET", `{${prefix}}:lease:a`, "expires", "1");
				const held = await lockOf(store).acquire("a");
				const writes = [stale, held].map((lease) =>
					commit(store.persistence, [commitOf({ id: "a", step: round })], lease).then(
						() => "written",
						(error: { code?: string }) => error.code,
					),
				);
				expect(await Promise.all(writes)).toEqual(["lease_lost", "written"]);
				expect(await store.persistence.listCheckpoints("a")).toHaveLength(round);
				if (held !== null) await lockOf(store).release(held);
			}
		});

		it("say who has taken a lost one", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			const lost = await lockOf(store).acquire("a");
			await command("HSET", `{${prefix}}:lease:a`, "expires", "1");
			await lockOf(store).acquire("a");
			await expect(commit(store.persistence, [commitOf({ id: "a" })], lost)).rejects.toThrow(
				`held by process ${process.pid} on host`,
			);
		});

		it("of a process that has ended are taken over at once", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			const ended = spawn(process.execPath, ["-e", ""]);
			await once(ended, "exit");
			const before = await lockOf(store).acquire("a");
			const identity = { ...ownIdentity(), pid: ended.pid, started: 1 };
			await command("HSET", `{${prefix}}:lease:a`, "identity", JSON.stringify(identity));
			expect(await lockOf(store).holder("a")).toBeNull();
			const attempts = await Promise.all(Array.from({ length: 10 }, () => lockOf(store).acquire("a")));
			const [taken] = attempts.filter((lease) => lease !== null);
			expect(attempts.filter((lease) => lease !== null)).toHaveLength(1);
			expect(taken?.token).toBeGreaterThan(before?.token ?? Number.POSITIVE_INFINITY);
		});

		it("of a process that has ended do not keep an execution from being pruned", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			await commit(store.persistence, [commitOf({ id: "a" })], await lockOf(store).acquire("a"));
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(0);
			const ended = spawn(process.execPath, ["-e", ""]);
			await once(ended, "exit");
			const identity = { ...ownIdentity(), pid: ended.pid, started: 1 };
			await command("HSET", `{${prefix}}:lease:a`, "identity", JSON.stringify(identity));
			expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
			expect(await store.persistence.listExecutionIds()).toEqual([]);
		});

		it("of a process on another host, or of an unknown program, are left alone", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			await lockOf(store).acquire("a");
			for (const identity of [JSON.stringify({ ...ownIdentity(), host: "elsewhere", pid: 2 ** 22 }), "", "?"]) {
				await command("HSET", `{${prefix}}:lease:a`, "identity", identity);
				expect(await lockOf(store).acquire("a")).toBeNull();
			}
		});

		it("end by the server's clock where none is given", async () => {
			const { open } = start();
			const store = await open({ leaseSeconds: 0.05 });
			const lost = await lockOf(store).acquire("a");
			const [seconds] = await serverTime(start().command);
			expect(Math.abs((lost?.acquiredAt ?? 0) / 1000 - Number(seconds))).toBeLessThan(5);
			let taken = null;
			while (taken === null) taken = await lockOf(store).acquire("a");
			expect(taken.acquiredAt).toBeGreaterThanOrEqual(lost?.expiresAt ?? Number.POSITIVE_INFINITY);
		});

		it("keep their order of tokens after everything of an execution is deleted", async () => {
			const { open } = start();
			const store = await open();
			const first = await lockOf(store).acquire("a");
			await commit(store.persistence, [commitOf({ id: "a" })], first);
			if (first !== null) await lockOf(store).release(first);
			await store.persistence.deleteExecution("a");
			const refused = { code: "lease_lost" };
			await expect(commit(store.persistence, [commitOf({ id: "a" })], first)).rejects.toMatchObject(refused);
			const second = await lockOf(store).acquire("a");
			expect(second?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY);
		});

		it("leave nothing behind once they are given back, and for a day where they are not", async () => {
			const { open, prefix, command } = start();
			const store = await open();
			const given = await lockOf(store).acquire("given");
			if (given !== null) await lockOf(store).release(given);
			expect(await command("EXISTS", `{${prefix}}:lease:given`)).toBe(0);
			const kept = await lockOf(store).acquire("kept");
			if (kept !== null) await lockOf(store).renew(kept);
			expect(await command("TTL", `{${prefix}}:lease:kept`)).toBeGreaterThan(80_000);
		});
	});
}

async function serverTime(command: (...args: string[]) => Promise<unknown>): Promise<unknown[]> {
	const time = await command("TIME");
	return Array.isArray(time) ? time : [];
}
