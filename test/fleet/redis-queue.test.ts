/** The queue on Redis. */
import { randomUUID } from "node:crypto";
import { afterAll, describe, it, onTestFinished } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { describeJobQueue } from "./contract/job-queue.ts";

const server = await redisForTests();

if ("reason" in server) {
	describe("the queue on Redis", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());
	describeJobQueue("the queue on Redis", () => {
		const prefix = `test-${randomUUID()}`;
		onTestFinished(() => removeKeys(server.url, prefix));
		return async () => {
			const queue = await openBullQueue(`${server.url}?prefix=${prefix}`);
			onTestFinished(() => queue.close());
			return queue;
		};
	});
}
