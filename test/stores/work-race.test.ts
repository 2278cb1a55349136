/**
 * Real processes race for the items of a pool on each store that they can share. `FLATSTATE_RACE_ITEMS` says how many items
 * (default 1,000, so that the test is quick).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { dist } from "../build-package.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { ask } from "./racing-processes.ts";
import { removeKeys } from "./redis-harness.ts";

const items = Number(process.env.FLATSTATE_RACE_ITEMS ?? "1000");
const racers = 8;
const redis = await redisForTests();
const postgres = await postgresForTests();
afterAll(() => ("reason" in redis ? undefined : redis.stop()));

const rows: readonly { readonly name: string; readonly address?: () => string; readonly reason?: string }[] = [
	{
		name: "an SQLite file",
		address() {
			const folder = mkdtempSync(join(tmpdir(), "flatstate-race-"));
			onTestFinished(() => rmSync(folder, { recursive: true }));
			return `sqlite:${join(folder, "work.db")}`;
		},
	},
	"reason" in redis
		? { name: "Redis", reason: redis.reason }
		: {
				name: "Redis",
				address() {
					const prefix = `test-race-${process.pid}`;
					onTestFinished(() => removeKeys(redis.url, prefix));
					return `${redis.url}?prefix=${prefix}`;
				},
			},
	"reason" in postgres
		? { name: "Postgres", reason: postgres.reason }
		: {
				name: "Postgres",
				address() {
					const { url, schema, drop } = testSchema(postgres.url);
					onTestFinished(drop);
					return `${url}?schema=${schema}`;
				},
			},
];

/** Opens the store of the first message; on the next one claims and completes until nothing is left, and says what it had. */
const program = `
	import { openStore } from ${JSON.stringify(`${dist}/src/open-store.js`)};
	let store;
	process.on("message", async (address) => {
		if (store === undefined) {
			store = await openStore(address);
			process.send("ready");
			return;
		}
		const pool = store.work.pool("race");
		const claimed = [];
		for (let item = await pool.claim("w" + process.pid); item !== null; item = await pool.claim("w" + process.pid)) {
			claimed.push(item.data);
			await pool.complete(item.id, process.pid);
		}
		await store.close();
		store = undefined;
		process.send(claimed);
	});
`;

const children: ChildProcess[] = [];
beforeAll(() => {
	for (let n = 0; n < racers; n++) {
		const stdio: ["ignore", "inherit", "inherit", "ipc"] = ["ignore", "inherit", "inherit", "ipc"];
		children.push(spawn(process.execPath, ["--input-type=module", "-e", program], { stdio }));
	}
});
afterAll(() => {
	for (const child of children) child.kill("SIGKILL");
});

for (const { name, address: make, reason } of rows) {
	if (make === undefined) {
		it.skip(`${racers} processes race on ${name}: not tested, ${reason}`);
		continue;
	}
	it(`gives each of ${items} items on ${name} to one of ${racers} processes`, { timeout: 300_000 }, async () => {
		const address = make();
		const store = await openStore(address);
		onTestFinished(() => store.close());
		const pool = store.work?.pool("race");
		if (pool === undefined) throw new Error(`${store.name} has no pools`);
		await Promise.all(children.map((child) => ask(child, address)));
		for (let from = 0; from < items; from += 500) {
			const part = Array.from({ length: Math.min(500, items - from) }, (_, n) => pool.push(from + n));
			await Promise.all(part);
		}
		const begin = performance.now();
		const claimed = await Promise.all(children.map((child) => ask(child, "go")));
		const seconds = (performance.now() - begin) / 1000;
		console.log(`${name}: ${items} items claimed and completed in ${seconds.toFixed(1)} s`);
		const all = claimed.flat();
		expect(all).toHaveLength(items);
		expect(new Set(all).size).toBe(items);
		expect(await pool.size()).toBe(0);
	});
}
