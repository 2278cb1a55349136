/** The example `fleet`: what a killed worker had in hand is done by others, once, and nothing is left behind. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { pathToFileURL } from "node:url";
import { createClient } from "@keyv/redis";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { root } from "../build-package.ts";
import { endOf, startCommand } from "../cli/built-command.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { runExample } from "./run-example.ts";

const postgres = await postgresForTests();
const noRedis = whyNoOwnRedis();
const { openRedis } = await import(pathToFileURL(`${root}/examples/fleet/redis.mjs`).href);

/** Processes of the workers that the example has started. */
function workersIn(stderr: string): number[] {
	return [...stderr.matchAll(/worker \d is process (\d+)/g)].map(([, pid]) => Number(pid));
}

function isThere(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

/** A Redis of the test's own, with what somebody else keeps in it. */
async function redisOfOthers() {
	const redis = await startRedis();
	onTestFinished(() => redis.stop());
	const client = createClient({ url: redis.url });
	await client.connect();
	onTestFinished(() => client.destroy());
	await client.set("of somebody else", "stays");
	return { url: redis.url, client };
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address ? address.port : 0;
}

describe("the example fleet", () => {
	it.skipIf("reason" in postgres)(
		"files each letter once, those that the killed worker had in hand, too, and ends all workers",
		{ timeout: 60_000 },
		async () => {
			if ("reason" in postgres) throw new Error(postgres.reason);
			const { url, schema, drop } = testSchema(postgres.url);
			onTestFinished(drop);
			const address = `${url}?schema=${schema}`;
			const { code, stdout, stderr } = await runExample(["fleet", "--store", address]);
			expect({ code, stdout }, stderr).toEqual({
				code: 0,
				stdout: readFileSync(`${root}/test/examples/expected/fleet.txt`, "utf8"),
			});
			const [, killed, inHand] = /process (\d+) is killed, with (\d+) letters in hand/.exec(stderr) ?? [];
			expect(Number(inHand)).toBeGreaterThan(0);
			const pids = workersIn(stderr);
			expect(pids).toHaveLength(3);
			expect(pids).toContain(Number(killed));
			expect(pids.filter(isThere)).toEqual([]);

			await using store = await openStore(address);
			const rows = await store.persistence.listExecutions({});
			const clerks = rows.filter(({ machine_name: name }) => name === "clerk");
			expect(clerks.filter(({ status, total_api_calls: calls }) => status === "done" && calls === 2)).toHaveLength(200);
			expect(clerks).toHaveLength(200);
			expect(rows).toHaveLength(201);
		},
	);

	it.skipIf(noRedis !== undefined)(
		"leaves no worker and no key on a Redis of others, though it is interrupted",
		{ timeout: 60_000 },
		async () => {
			const { url, client } = await redisOfOthers();
			const example = startCommand(process.execPath, ["examples/run.mjs", "fleet"], {
				cwd: root,
				env: { REDIS_URL: url },
			});
			const ended = endOf(example);
			let told = "";
			await new Promise<void>((resolve) => {
				example.once("close", resolve);
				example.stderr.on("data", (text) => {
					told += String(text);
					if (told.includes("letters are filed")) resolve();
				});
			});
			expect(await client.dbSize()).toBeGreaterThan(1);
			// One may have been killed already.
			expect(workersIn(told).filter(isThere).length).toBeGreaterThan(1);
			example.kill("SIGTERM");
			const { code, stdout, stderr } = await ended;
			expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
			expect(stderr).toMatch(/Error: The example was interrupted\.\n$/);
			expect(workersIn(stderr).filter(isThere)).toEqual([]);
			expect(await client.keys("*")).toEqual(["of somebody else"]);
		},
	);

	it("says how to get a Redis where none answers, and ends like a command that cannot begin", async () => {
		const { code, stdout, stderr } = await runExample(["fleet"], { REDIS_URL: "redis://:secret@127.0.0.1:1" });
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain("NoRedisError: REDIS_URL names a Redis that does not answer.\n");
		for (const way of ["apt install redis-server", "brew install redis", "docker run", "--store postgres://"]) {
			expect(stderr).toContain(way);
		}
		expect(stderr).not.toContain("secret");
		// Neither one that runs, nor one that could be started.
		await expect(openRedis({ PATH: "/nowhere" }, await freePort())).rejects.toThrow(
			/^There is no Redis: none on 127\.0\.0\.1:\d+, and `redis-server` is not installed\./,
		);
	});

	it.skipIf(noRedis !== undefined)("takes the Redis on the local port, else starts one and ends it", async () => {
		const { url, client } = await redisOfOthers();
		const found = await openRedis({}, Number(new URL(url).port));
		await using store = await openStore(found.url);
		await store.configs.put("{}");
		expect(await client.dbSize()).toBeGreaterThan(1);
		await found.close();
		expect(await client.keys("*")).toEqual(["of somebody else"]);

		const started = await openRedis({ PATH: process.env.PATH }, await freePort());
		await (await openStore(started.url)).close();
		await started.close();
		await expect(openStore(started.url)).rejects.toThrow(/cannot be reached/);
	});
});
