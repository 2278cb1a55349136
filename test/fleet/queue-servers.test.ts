/** What becomes of a queue whose server cannot be reached, goes away or is another's. */

import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type BullQueueOptions, openBullQueue } from "../../adapters/bullmq/index.ts";
import type { JobEnd, JobQueue } from "../../runtime/fleet/job-queue.ts";
import { postgresForTests, startPostgres } from "../servers/postgres.ts";
import { type RedisSettings, startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { failureOf } from "../stores/postgres-harness.ts";
import { consumerOf, jobOf } from "./contract/job-queue.ts";

const reason = whyNoOwnRedis();
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
const patient = { timeout: 20_000, interval: 20 };

async function open(url: string, options?: BullQueueOptions): Promise<JobQueue> {
	const queue = await openBullQueue(url, options);
	onTestFinished(() => queue.close());
	return queue;
}

function aborted(signal: AbortSignal): Promise<JobEnd> {
	return new Promise((resolve) => {
		signal.addEventListener("abort", () => resolve({ type: "again", delayMs: 0 }));
	});
}

/** A port at which nobody listens. */
async function deadPort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" && address !== null ? address.port : 1;
}

describe("a queue that cannot be opened", () => {
	it.each(["redis", "postgres"])("says so at once where nobody listens, without the password: %s", async (scheme) => {
		const from = Date.now();
		const error = await failureOf(openBullQueue(`${scheme}://me:s3cret@127.0.0.1:${await deadPort()}`));
		expect(error).toMatchObject({ name: "FleetError", code: "queue_unreachable" });
		expect(error.message).toMatch(/ECONNREFUSED.*Check that it runs/);
		expect(`${error.message}${error.stack}${JSON.stringify(error.cause)}`).not.toContain("s3cret");
		expect(Date.now() - from).toBeLessThan(5_000);
	});

	it.each(["redis", "postgres"])("gives up a server that says nothing: %s", async (scheme) => {
		const server = createServer(() => {}).listen(0, "127.0.0.1");
		await once(server, "listening");
		onTestFinished(() => void server.close());
		const address = server.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		const error = await failureOf(openBullQueue(`${scheme}://127.0.0.1:${port}`, { connectSeconds: 0.3 }));
		expect(error).toMatchObject({ code: "queue_unreachable" });
	});

	it("names the packages that are missing", async () => {
		const missing = () => Promise.reject(new Error("Cannot find package"));
		const redis = await failureOf(openBullQueue("redis://127.0.0.1", { modules: { ioredis: missing } }));
		expect(redis).toMatchObject({ code: "queue_driver_missing" });
		expect(redis.message).toContain("npm install bullmq ioredis");
		const postgres = await failureOf(openBullQueue("postgres://127.0.0.1/x", { modules: { bullmq: missing } }));
		expect(postgres.message).toContain("npm install bullmq pg");
	});

	it.each([
		"mysql://127.0.0.1",
		"redis://127.0.0.1/x",
		"redis://127.0.0.1?prefix={a}",
		"postgres://127.0.0.1?schema=A-B",
	])("refuses what is no address: %s", async (url) => {
		expect(await failureOf(openBullQueue(url))).toMatchObject({ name: "FleetError", code: "invalid_queue_url" });
	});

	it("refuses what is no name", async () => {
		expect(await failureOf(openBullQueue("redis://127.0.0.1", { name: "a:b" }))).toMatchObject({
			code: "invalid_queue_url",
		});
	});
});

describe.skipIf(reason !== undefined)(`a queue on a Redis server of its own${skipped}`, () => {
	async function start(settings?: RedisSettings) {
		const own = await startRedis(settings);
		onTestFinished(() => own.stop());
		return own;
	}

	it("goes on when a server that went away is back, with the jobs from before", async () => {
		const own = await start({ appendFsync: "always" });
		const queue = await open(own.url);
		const hasty = await open(`${own.url}?prefix=hasty`, { patienceSeconds: 0.3 });
		const taken: string[] = [];
		const consumer = await consumerOf(
			queue,
			({ id }) => {
				taken.push(id);
				return { type: "done" };
			},
			{ lockSeconds: 2 },
		);
		await queue.add([jobOf("before", { delayMs: 1_500 }), jobOf("now")]);
		await vi.waitFor(() => expect(taken).toEqual(["now"]), patient);
		await own.kill();
		let added = false;
		const adding = queue.add([jobOf("meanwhile")]).then(() => {
			added = true;
		});
		for (const asking of [hasty.depths(), hasty.add([jobOf("x")]), hasty.remove(["x"])]) {
			expect(await failureOf(asking)).toMatchObject({ code: "queue_unreachable" });
		}
		expect(added).toBe(false);
		await own.restart();
		await adding;
		await vi.waitFor(() => expect(taken.toSorted()).toEqual(["before", "meanwhile", "now"]), patient);
		expect(consumer.handled).toBe(3);
	}, 40_000);

	it("lets a worker stop whose server is gone", async () => {
		const own = await start();
		const queue = await open(own.url);
		const consumer = await consumerOf(queue, ({ signal }) => aborted(signal), { lockSeconds: 1 });
		await queue.add([jobOf("a")]);
		await vi.waitFor(() => expect(consumer.running).toBe(1), patient);
		await own.kill();
		await consumer.stop();
		await queue.close();
		expect(consumer.running).toBe(0);
	});

	it("keeps fleets with other prefixes and names apart", async () => {
		const own = await start();
		const queues = await Promise.all([
			open(own.url),
			open(`${own.url}?prefix=other`),
			open(own.url, { name: "second" }),
		]);
		await queues[0]?.add([jobOf("a"), jobOf("b", { requires: ["hooks:x"] })]);
		const waiting = await Promise.all(
			queues.map(async (queue) => (await queue.depths()).map((depth) => depth.waiting)),
		);
		expect(waiting).toEqual([[1, 1], [0], [0]]);
	});

	it("never shows a password", async () => {
		const own = await start({ password: "s3cret" });
		const queue = await open(own.url);
		expect(queue.name).toBe(`flatstate at redis://127.0.0.1:${own.port}`);
		const error = await failureOf(openBullQueue(own.url.replace("s3cret", "wr0ng")));
		expect(error).toMatchObject({ code: "queue_unreachable" });
		expect(error.message).toMatch(/WRONGPASS|NOAUTH/);
		expect(`${error.message}${error.stack}`).not.toContain("wr0ng");
	});

	it("is closed once", async () => {
		const own = await start();
		const queue = await open(own.url);
		await consumerOf(queue, () => ({ type: "done" }));
		await Promise.all([queue.close(), queue.close()]);
		expect(await failureOf(queue.add([jobOf("a")]))).toMatchObject({ code: "queue_unreachable" });
	});
});

const postgres = await postgresForTests();
const without = "reason" in postgres ? ` (skipped: ${postgres.reason})` : "";

describe.skipIf("reason" in postgres)(`a queue on a Postgres server of its own${without}`, () => {
	it("goes on when a server that crashed is back", async () => {
		const own = await startPostgres();
		onTestFinished(() => own.stop());
		const queue = await open(own.url);
		const taken: string[] = [];
		await consumerOf(
			queue,
			({ id }) => {
				taken.push(id);
				return { type: "done" };
			},
			{ lockSeconds: 2 },
		);
		await queue.add([jobOf("before", { delayMs: 1_000 }), jobOf("now")]);
		await vi.waitFor(() => expect(taken).toEqual(["now"]), patient);
		const back = own.restart();
		await queue.add([jobOf("meanwhile")]);
		await back;
		await vi.waitFor(() => expect(taken.toSorted()).toEqual(["before", "meanwhile", "now"]), patient);
	}, 60_000);
});
