/** The queue on Postgres. */
import { describe, it, onTestFinished } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { ask, postgresForTests, testSchema } from "../servers/postgres.ts";
import { describeJobQueue } from "./contract/job-queue.ts";

const server = await postgresForTests();

if ("reason" in server) {
	describe("the queue on Postgres", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	describeJobQueue("the queue on Postgres", () => {
		const { url } = server;
		const { schema } = testSchema(url);
		onTestFinished(async () => {
			await ask(url, `SET client_min_messages = error; DROP SCHEMA IF EXISTS "${schema}_bullmq" CASCADE`);
		});
		return async () => {
			const queue = await openBullQueue(`${url}?schema=${schema}`);
			onTestFinished(() => queue.close());
			return queue;
		};
	});
}
