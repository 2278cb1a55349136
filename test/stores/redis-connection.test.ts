/** What happens when a Redis server goes away, comes back, says nothing, or wants another password. */
import { inspect } from "node:util";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { loadDriver } from "../../adapters/stores/redis/driver.ts";
import { openRedisStore, type RedisStoreOptions } from "../../adapters/stores/redis/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type OwnRedis, type RedisSettings, startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { commit, commitOf } from "./contract/samples.ts";

const reason = whyNoOwnRedis();
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;

const secret = "s3cr:t/%p w";

describe.skipIf(reason !== undefined)(`the connection to Redis${skipped}`, () => {
	const uncaught: unknown[] = [];
	const collect = (error: unknown) => uncaught.push(error);
	process.on("uncaughtException", collect);
	afterEach(() => {
		expect(uncaught.splice(0)).toEqual([]);
	});

	async function start(settings?: RedisSettings): Promise<OwnRedis> {
		const own = await startRedis(settings);
		onTestFinished(() => own.stop());
		return own;
	}

	async function open(url: string, options?: RedisStoreOptions): Promise<Store> {
		const store = await openRedisStore(url, { timeoutSeconds: 0.3, ...options });
		onTestFinished(() => store.close());
		return store;
	}

	it("is refused at once where nobody listens", async () => {
		const own = await start();
		await own.kill();
		const failure = await failureOf(open(own.url, { timeoutSeconds: 60 }));
		expect(failure).toMatchObject({ code: "store_unreachable", name: "StoreError" });
		expect(failure.message).toContain("ECONNREFUSED");
	});

	it("is given up in time where the server says nothing", async () => {
		const own = await start();
		own.freeze();
		expect(await failureOf(open(own.url))).toMatchObject({ code: "store_unreachable" });
		own.thaw();
	});

	it("rejects what is under way when the server is killed, and all after it, in time", async () => {
		const own = await start();
		const store = await open(own.url);
		own.freeze();
		const writing = failureOf(commit(store.persistence, [commitOf({ id: "a" })]));
		const reading = failureOf(store.persistence.listExecutionIds());
		await own.kill();
		expect(await writing).toMatchObject({ code: "store_write_failed" });
		expect((await writing).message).toContain("not known whether it was written");
		expect(await reading).toMatchObject({ code: "store_unreachable" });
		for (const call of [
			() => commit(store.persistence, [commitOf({ id: "a" })]),
			() => store.persistence.loadExecution("a"),
			() => store.signals.send("go", 1),
			() => store.results.write(resultUri("a"), 1),
			() => store.results.read(resultUri("a")),
			() => store.configs.put("a"),
			() => store.lock?.acquire("a") ?? expect.fail(),
			() => store.signals.subscribe(() => {}),
		]) {
			expect(await failureOf(call())).toMatchObject({ code: "store_unreachable", name: "StoreError" });
		}
	});

	it("rejects in time what a server does not answer, and goes on when it does again", async () => {
		const own = await start();
		const store = await open(own.url);
		own.freeze();
		expect(await failureOf(commit(store.persistence, [commitOf({ id: "a" })]))).toMatchObject({
			code: "store_write_failed",
			message: expect.stringContaining("no answer within 0.3 seconds"),
		});
		own.thaw();
		await commit(store.persistence, [commitOf({ id: "b" })]);
		expect(await store.persistence.listExecutionIds()).toContain("b");
	});

	it("goes on with the same store when the server comes back", async () => {
		const own = await start({ appendFsync: "always" });
		const store = await open(own.url, { timeoutSeconds: 10 });
		await commit(store.persistence, [commitOf({ id: "a" })]);
		await own.kill();
		const waiting = store.persistence.listExecutionIds();
		await own.restart();
		expect(await waiting).toEqual(["a"]);
		await commit(store.persistence, [commitOf({ id: "b" })]);
		expect(await store.persistence.listExecutionIds()).toEqual(["a", "b"]);
	});

	it("tells those who listen what they missed while the server was away", async () => {
		const own = await start({ appendFsync: "always" });
		const store = await open(own.url, { timeoutSeconds: 10 });
		const heard: string[] = [];
		let wake = () => {};
		const woken = new Promise<void>((resolve) => {
			wake = resolve;
		});
		await store.signals.subscribe((channel) => {
			heard.push(channel);
			if (heard.length === 2) wake();
		});
		await store.signals.send("go", 1);
		const reading = store.results.read(resultUri("a"));
		await store.results.exists(resultUri("a"));
		await own.kill();
		await own.restart();
		await store.results.write(resultUri("a"), "late");
		expect(await reading).toBe("late");
		await woken;
		expect(heard).toEqual(["go", "go"]);
	});

	it("ends a wait for a result when the server stays away", async () => {
		const own = await start();
		const store = await open(own.url);
		const reading = failureOf(store.results.read(resultUri("a")));
		await store.signals.subscribe(() => {});
		await own.kill();
		expect(await reading).toMatchObject({ code: "store_unreachable" });
	});

	it("ends a wait for a result when the store is closed, and holds nothing open then", async () => {
		const own = await start();
		const sockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
		const before = sockets();
		const store = await open(own.url);
		await store.signals.subscribe(() => {});
		const reading = failureOf(store.results.read(resultUri("a")));
		await store.results.exists(resultUri("a"));
		await store.close();
		expect(await reading).toMatchObject({ code: "store_closed" });
		// Node closes sockets in a later turn of its event loop.
		for (let turn = 0; turn < 100 && sockets() > before; turn++) await new Promise((resolve) => setImmediate(resolve));
		expect(sockets()).toBeLessThanOrEqual(before);
	});

	it("closes in time while the server is away", async () => {
		const own = await start();
		const store = await open(own.url);
		await own.kill();
		const reading = failureOf(store.persistence.loadExecution("a"));
		await store.close();
		expect(await reading).toMatchObject({ code: "store_unreachable" });
	});

	it("uses the password and never shows it", async () => {
		const own = await start({ password: encodeURIComponent(secret) });
		// The server takes the argument as it is; the address has it escaped once more.
		const url = own.url.replace(encodeURIComponent(secret), encodeURIComponent(encodeURIComponent(secret)));
		const store = await open(url);
		expect(store.name).toBe(`redis://127.0.0.1:${own.port}`);
		await own.kill();
		const failures = [
			await failureOf(store.persistence.loadExecution("a")),
			await failureOf(open(url)),
			await failureOf(open(url.replace("redis:", "http:"))),
			await failureOf(open(url.replace("127.0.0.1", "no host"))),
			await failureOf(open(`${url}/database`)),
			await failureOf(open(url, { prefix: "{" })),
		];
		for (const failure of failures) {
			const shown = inspect(failure, { depth: 20, showHidden: true });
			expect(shown).not.toContain(secret);
			expect(shown).not.toContain(encodeURIComponent(secret));
		}
		expect(failures.map(({ code }) => code)).toEqual([
			"store_unreachable",
			"store_unreachable",
			"invalid_store_url",
			"invalid_store_url",
			"invalid_store_url",
			"invalid_store_url",
		]);
	});

	it("says that a password is wrong without showing it", async () => {
		const own = await start({ password: "right" });
		const failure = await failureOf(open(own.url.replace("right", "wr0ng-one")));
		expect(failure).toMatchObject({
			code: "store_unreachable",
			message: expect.stringMatching(/WRONGPASS [^.]*\. Check that/),
		});
		expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain("wr0ng-one");
	});

	it("names the packages that are missing", async () => {
		const missing = () => Promise.reject(new Error("Cannot find package '@keyv/redis'"));
		await expect(loadDriver({ keyv: () => import("keyv"), keyvRedis: missing })).rejects.toMatchObject({
			code: "store_driver_missing",
			message: expect.stringContaining("npm install keyv @keyv/redis"),
		});
	});

	it("takes the prefix of its keys from the address, which wins over the option", async () => {
		const own = await start();
		const store = await open(`${own.url}?prefix=my+team`, { prefix: "other" }).catch((error: unknown) => error);
		expect(store).toMatchObject({ code: "invalid_store_url" });
		const mine = await open(`${own.url}?prefix=mine`, { prefix: "other" });
		expect(mine.name).toBe(`redis://127.0.0.1:${own.port}?prefix=mine`);
		await commit(mine.persistence, [commitOf({ id: "a" })]);
		expect(await (await open(own.url, { prefix: "mine" })).persistence.listExecutionIds()).toEqual(["a"]);
		expect(await (await open(own.url)).persistence.listExecutionIds()).toEqual([]);
		expect(await failureOf(open(`${own.url}?prefx=mine`))).toMatchObject({
			code: "invalid_store_url",
			message: expect.stringContaining("`prefix` only"),
		});
	});

	it("refuses a store of another layout", async () => {
		const own = await start();
		const store = await open(own.url, { prefix: "mine" });
		await store.close();
		const other = await open(own.url, { prefix: "theirs" });
		const { createClient } = await import("@keyv/redis");
		const client = createClient({ url: own.url });
		await client.connect();
		await client.set("{mine}:version", "99");
		client.destroy();
		expect(await failureOf(open(own.url, { prefix: "mine" }))).toMatchObject({ code: "store_version" });
		await commit(other.persistence, [commitOf({ id: "a" })]);
	});
});

async function failureOf(promise: Promise<unknown> | undefined): Promise<StoreError> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error("it did not fail");
}
