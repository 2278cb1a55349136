/** What the Redis store asks of a server: no look at all keys, scripts that it may have forgotten, and clusters. */
import { createClient } from "@keyv/redis";
import { describe, expect, it, onTestFinished } from "vitest";
import { openRedisStore, type RedisStoreOptions } from "../../adapters/stores/redis/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type OwnRedis, type RedisSettings, startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { lockOf } from "./contract/opener.ts";
import { commit, commitOf, rowsOf } from "./contract/samples.ts";

const reason = whyNoOwnRedis();
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(`a Redis store${skipped}`, () => {
	async function start(settings?: RedisSettings): Promise<OwnRedis> {
		const own = await startRedis(settings);
		onTestFinished(() => own.stop());
		return own;
	}

	async function open(url: string, options?: RedisStoreOptions): Promise<Store> {
		const store = await openRedisStore(url, options);
		onTestFinished(() => store.close());
		return store;
	}

	async function raw(url: string) {
		const client = createClient({ url });
		await client.connect();
		onTestFinished(() => client.destroy());
		return client;
	}

	/** Everything that a store does, once. */
	async function useAll(store: Store): Promise<void> {
		const lease = await lockOf(store).acquire("a");
		const reading = store.results.read(resultUri("a"));
		await commit(store.persistence, [commitOf({ id: "a", event: "waiting", channel: "go" }, { result: "1" })], lease);
		expect(await reading).toBe(1);
		await commit(store.persistence, [rowsOf({ id: "a" }, [{ step: 5, text: "x" }])], lease);
		expect(await store.persistence.loadLog("a", 3)).toEqual([{ step: 5, text: "x" }]);
		await commit(store.persistence, [commitOf({ id: "kid", parent: "a", root: "a" })], lease);
		expect(await store.persistence.listExecutions({ rootExecutionId: "a", updatedBefore: Date.now() })).toHaveLength(2);
		expect(await store.persistence.listCheckpoints("a")).toHaveLength(1);
		await store.signals.send("go", 1);
		await store.signals.broadcast("go", ["a"]);
		expect((await store.signals.claim("go", "a"))?.data).toBe(1);
		expect(await store.configs.get(await store.configs.put("x"))).toBe("x");
		for (const id of ["j", "k"]) {
			await store.joins?.open({ id, executionId: "a", needed: 3, held: ["h0", "h1"], wake: "w" });
			expect(await store.joins?.end(id, "m", "o")).toEqual(["h0"]);
			expect((await store.joins?.state(id))?.ended).toBe(1);
			expect(await store.joins?.outcomes(id, 0, 5)).toHaveLength(1);
		}
		expect(await store.joins?.idle(Date.now() + 1000, 5)).toHaveLength(2);
		await store.joins?.close("j");
		if (lease !== null) await lockOf(store).release(lease);
		expect(await store.persistence.prune({ maxCount: 0 })).toBe(1);
		expect(await store.persistence.listExecutionIds()).toEqual([]);
	}

	it("never asks for all keys", async () => {
		const own = await start();
		await useAll(await open(own.url));
		const stats = await (await raw(own.url)).info("commandstats");
		expect(stats).toContain("cmdstat_evalsha");
		expect(stats).not.toMatch(/cmdstat_(keys|scan|sscan|hscan|zscan|randomkey)\b/);
	});

	it("leaves nothing of a deleted execution but the counters", async () => {
		const own = await start();
		const store = await open(own.url);
		await useAll(store);
		for (const { id } of await store.signals.peek("go")) await store.signals.acknowledge(id);
		await store.configs.delete(await store.configs.put("x"));
		expect((await (await raw(own.url)).keys("*")).sort()).toEqual([
			"{flatstate}:place",
			"{flatstate}:token",
			"{flatstate}:version",
		]);
	});

	it("leaves nothing of a join that is closed", async () => {
		const own = await start();
		const store = await open(own.url);
		const client = await raw(own.url);
		const before = await client.keys("*");
		const held = Array.from({ length: 50 }, (_, n) => `h${n}`);
		await store.joins?.open({ id: "j", executionId: "a", needed: 60, held, wake: "w" });
		for (let n = 0; n < 20; n++) await store.joins?.end("j", `m${n}`, "o");
		expect((await client.keys("*")).length).toBeGreaterThan(before.length);
		await store.joins?.close("j");
		expect(await client.keys("*")).toEqual(before);
	});

	it("sends a script again that the server has forgotten", async () => {
		const own = await start();
		const store = await open(own.url);
		const client = await raw(own.url);
		for (let step = 1; step <= 3; step++) {
			await client.scriptFlush();
			await commit(store.persistence, [commitOf({ id: "a", step })]);
		}
		expect(await store.persistence.listCheckpoints("a")).toHaveLength(3);
	});

	it("writes nothing where a commit could only be written in part", async () => {
		const own = await start();
		const store = await open(own.url);
		const bad = commitOf({ id: "b", wakeAt: Number.NaN });
		const strange = {
			...commitOf({ id: "c" }),
			checkpoint: { key: "c/latest", text: "", progress: "" },
		};
		for (const last of [bad, strange, rowsOf({ id: "e" }, [{ step: Number.NaN, text: "" }])]) {
			await expect(commit(store.persistence, [commitOf({ id: "a" }), last])).rejects.toMatchObject({
				code: "store_write_failed",
			});
		}
		expect(await store.persistence.listExecutionIds()).toEqual([]);
	});

	it("says that the memory of the server is full, and writes nothing", async () => {
		const own = await start();
		const store = await open(own.url);
		await commit(store.persistence, [commitOf({ id: "a", step: 1 })]);
		await (await raw(own.url)).configSet("maxmemory", "1");
		await expect(commit(store.persistence, [commitOf({ id: "a", step: 2 })])).rejects.toMatchObject({
			code: "store_write_failed",
			message: expect.stringContaining("OOM"),
		});
		expect((await store.persistence.loadExecution("a"))?.summary.step).toBe(1);
		await (await raw(own.url)).configSet("maxmemory", "0");
		await commit(store.persistence, [commitOf({ id: "a", step: 2 })]);
	});

	it.each([
		["appendonly yes` and `appendfsync always", { appendFsync: "always" }, true],
		["appendonly yes` and `appendfsync everysec", { appendFsync: "everysec" }, false],
		["appendonly no", {}, false],
	] as const)("says that a server has `%s`", async (words, settings, powerLoss) => {
		const own = await start(settings);
		const { durability } = (await open(own.url)).persistence;
		expect(durability).toMatchObject({ processKill: true, powerLoss });
		expect(durability.text).toContain(`This server has \`${words}`);
	});

	it("says so where it may not ask for the settings", async () => {
		const own = await start();
		await (await raw(own.url)).sendCommand(["ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-config"]);
		const store = await open(own.url.replace("redis://", "redis://app:pw@"));
		expect(store.persistence.durability).toMatchObject({ powerLoss: false });
		expect(store.persistence.durability.text).toContain("does not tell its settings");
		expect(store.name).toBe(`redis://app@127.0.0.1:${own.port}`);
	});

	it("keeps stores of one server apart by their prefixes, and databases by their numbers", async () => {
		const own = await start();
		const stores = [
			await open(own.url, { prefix: "a" }),
			await open(own.url, { prefix: "b" }),
			await open(`${own.url}/3`, { prefix: "a" }),
		];
		for (const [index, store] of stores.entries()) await commit(store.persistence, [commitOf({ id: `e${index}` })]);
		for (const [index, store] of stores.entries()) {
			expect(await store.persistence.listExecutionIds()).toEqual([`e${index}`]);
		}
	});

	it("works on a cluster, with all keys in one slot", async () => {
		const own = await start({ cluster: true });
		const client = await raw(own.url);
		await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
		while (!String(await client.sendCommand(["CLUSTER", "INFO"])).includes("cluster_state:ok")) await pause();
		const store = await open(own.url, { prefix: "clustered" });
		await useAll(store);
		await commit(store.persistence, [commitOf({ id: "a" }, { log: [{ step: 1, text: "1" }], result: "1" })]);
		const keys = await client.keys("*");
		const slots = await Promise.all(keys.map((key) => client.sendCommand(["CLUSTER", "KEYSLOT", key])));
		expect(keys.length).toBeGreaterThan(10);
		expect(new Set(slots).size).toBe(1);
	});
});

function pause(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
