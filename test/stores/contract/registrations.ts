/** What every registry of workers has to do. */
import { describe, expect, it } from "vitest";
import type { RegistrationBackend } from "../../../runtime/workers/registration-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { oddNames } from "./samples.ts";

export function registrationContract(name: string, opener: StoreOpener): void {
	describe(`${name} as a registry of workers`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other, clock } = await openStores();
			if (store.registrations === undefined || other.registrations === undefined) throw new Error("it has none");
			return { workers: store.registrations, other: other.registrations, clock, store };
		}

		it("registers a worker as active with a heartbeat now", async () => {
			const { workers, other, clock } = await open();
			const now = new Date(clock.now()).toISOString();
			const worker = { worker_id: "w", host: "h", pid: 7, capabilities: ["gpu", "b"], metadata: { pool_id: "p" } };
			const record = await workers.register(worker);
			expect(record).toEqual({
				...worker,
				status: "active",
				last_heartbeat: now,
				started_at: now,
				current_task_id: null,
			});
			expect(await other.get("w")).toEqual(record);
		});

		it("needs an id alone, and keeps the start that it is given", async () => {
			const { workers } = await open();
			expect(await workers.register({ worker_id: "w" })).toMatchObject({
				host: null,
				pid: null,
				capabilities: [],
				metadata: {},
			});
			const started_at = "2025-12-31T23:59:59.000Z";
			expect(await workers.register({ worker_id: "v", started_at, host: null, pid: null })).toMatchObject({
				started_at,
			});
		});

		it("replaces all of an earlier record", async () => {
			const { workers, other, clock } = await open();
			await workers.register({ worker_id: "w", host: "h", pid: 1, capabilities: ["x"], metadata: { a: 1 } });
			await workers.heartbeat("w", undefined, "task");
			await workers.updateStatus("w", "lost");
			clock.advance(5_000);
			await other.register({ worker_id: "w", metadata: { b: 2 } });
			expect(await workers.get("w")).toEqual({
				worker_id: "w",
				status: "active",
				last_heartbeat: new Date(clock.now()).toISOString(),
				host: null,
				pid: null,
				capabilities: [],
				started_at: new Date(clock.now()).toISOString(),
				current_task_id: null,
				metadata: { b: 2 },
			});
		});

		it("moves the heartbeat, merges metadata by their keys, and sets the task only where one is given", async () => {
			const { workers, other, clock } = await open();
			await workers.register({ worker_id: "w", metadata: { a: 1, list: [1, 2], keep: null } });
			clock.advance(1_500);
			await other.heartbeat("w", { a: 2, list: [], "b c": "🎉\u0000" }, "task 1");
			const last_heartbeat = new Date(clock.now()).toISOString();
			const metadata = { a: 2, list: [], keep: null, "b c": "🎉\u0000" };
			expect(await workers.get("w")).toMatchObject({ last_heartbeat, metadata, current_task_id: "task 1" });
			await workers.heartbeat("w");
			expect(await other.get("w")).toMatchObject({ metadata, current_task_id: "task 1" });
			await workers.heartbeat("w", {}, null);
			expect(await other.get("w")).toMatchObject({ metadata, current_task_id: null });
		});

		it("keeps every heartbeat's metadata where many come at the same time", async () => {
			const { workers, other } = await open();
			await workers.register({ worker_id: "w" });
			const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
			await Promise.all(keys.map((key, n) => (n % 2 === 0 ? workers : other).heartbeat("w", { [key]: n })));
			expect(Object.keys((await workers.get("w"))?.metadata ?? {}).sort()).toEqual([...keys].sort());
		});

		it("changes the status to any word", async () => {
			const { workers, other } = await open();
			await workers.register({ worker_id: "w" });
			for (const status of ["terminating", "lost", "on holiday"]) {
				await workers.updateStatus("w", status);
				expect((await other.get("w"))?.status).toBe(status);
			}
		});

		it("does not know ids that were never registered, or were removed", async () => {
			const { workers, other } = await open();
			await workers.register({ worker_id: "gone" });
			await other.remove("gone");
			await other.remove("gone");
			for (const id of ["w", "gone", "", "toString", "with\u0000nul", "x".repeat(5_000)]) {
				const unknown = { code: "unknown_worker", name: "StoreError" };
				await expect(workers.heartbeat(id)).rejects.toMatchObject(unknown);
				await expect(workers.heartbeat(id, { a: 1 })).rejects.toMatchObject(unknown);
				await expect(workers.updateStatus(id, "lost")).rejects.toMatchObject(unknown);
				expect(await workers.get(id)).toBeNull();
			}
			expect(await workers.list()).toEqual([]);
		});

		it("lists by one status or several, by capability and by pool, all of which must hold", async () => {
			const { workers, other } = await open();
			const register = (id: string, pool: unknown, ...capabilities: string[]) =>
				workers.register({ worker_id: id, capabilities, metadata: { pool_id: pool } });
			await register("c", "p", "gpu");
			await register("a", "p", "gpu", "cpu");
			await register("b", "q", "gpu");
			await register("d", 1);
			await workers.updateStatus("b", "lost");
			await workers.updateStatus("c", "terminating");
			const ids = async (filter?: Parameters<RegistrationBackend["list"]>[0]) =>
				(await other.list(filter)).map(({ worker_id }) => worker_id);
			expect(await ids()).toEqual(["a", "b", "c", "d"]);
			expect(await ids({ status: "active" })).toEqual(["a", "d"]);
			expect(await ids({ status: ["lost", "terminating", "lost"] })).toEqual(["b", "c"]);
			expect(await ids({ status: [] })).toEqual([]);
			expect(await ids({ capability: "gpu" })).toEqual(["a", "b", "c"]);
			expect(await ids({ capability: "gp" })).toEqual([]);
			expect(await ids({ poolId: "p" })).toEqual(["a", "c"]);
			expect(await ids({ poolId: "1" })).toEqual([]);
			expect(await ids({ poolId: "p", status: "active", capability: "cpu" })).toEqual(["a"]);
		});

		it("lists as stale whoever's heartbeat is older than so many seconds, not one of just that age", async () => {
			const { workers, other, clock } = await open();
			await workers.register({ worker_id: "old" });
			clock.advance(1);
			await workers.register({ worker_id: "edge" });
			clock.advance(60_000);
			await workers.register({ worker_id: "new" });
			const ids = async (staleSeconds: number) =>
				(await other.list({ staleSeconds })).map(({ worker_id }) => worker_id);
			expect(await ids(60)).toEqual(["old"]);
			expect(await ids(0)).toEqual(["edge", "new", "old"]);
			await workers.heartbeat("old");
			expect(await ids(60)).toEqual([]);
		});

		it("takes odd names, and refuses what no store can keep", async () => {
			const { workers, other } = await open();
			for (const odd of oddNames) {
				const metadata = { [odd]: odd, pool_id: odd };
				await workers.register({ worker_id: odd, host: odd, capabilities: [odd], metadata });
				await workers.heartbeat(odd, { more: odd }, odd);
				await workers.updateStatus(odd, odd);
				const record = await other.get(odd);
				expect(record).toMatchObject({ worker_id: odd, host: odd, status: odd, current_task_id: odd });
				expect(JSON.stringify(record?.metadata[odd])).toBe(JSON.stringify(odd));
				expect(await other.list({ capability: odd, poolId: odd, status: odd })).toEqual([record]);
			}
			expect(await other.list()).toHaveLength(oddNames.length);
			const cyclic: Record<string, unknown> = {};
			cyclic.self = cyclic;
			const invalid = { code: "invalid_worker", name: "StoreError" };
			for (const worker_id of ["", "a\u0000b", "\ud83d", "x".repeat(1_001)]) {
				await expect(workers.register({ worker_id })).rejects.toMatchObject(invalid);
			}
			await expect(workers.register({ worker_id: "w", metadata: cyclic })).rejects.toMatchObject(invalid);
			await expect(workers.register({ worker_id: "w", pid: 1.5 })).rejects.toMatchObject(invalid);
			await expect(workers.heartbeat("upper", { n: 1n })).rejects.toMatchObject(invalid);
			await expect(workers.updateStatus("upper", "")).rejects.toMatchObject(invalid);
			expect(await workers.get("w")).toBeNull();
		});

		it("hands out no reference to what it keeps", async () => {
			const { workers } = await open();
			const metadata = { list: [1] };
			await workers.register({ worker_id: "w", metadata });
			metadata.list.push(2);
			const record = await workers.get("w");
			Object.assign(Object(record?.metadata), { list: "changed" });
			expect((await workers.get("w"))?.metadata).toEqual({ list: [1] });
		});

		it("refuses work once it is closed", async () => {
			const { workers, store } = await open();
			await store.close();
			for (const call of [
				() => workers.register({ worker_id: "w" }),
				() => workers.heartbeat("w"),
				() => workers.updateStatus("w", "lost"),
				() => workers.get("w"),
				() => workers.list(),
				() => workers.remove("w"),
			]) {
				await expect(call(), call.toString()).rejects.toMatchObject({ code: "store_closed" });
			}
		});
	});
}
