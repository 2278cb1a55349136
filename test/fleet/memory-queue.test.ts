/** The queue in memory. */
import { onTestFinished } from "vitest";
import { MemoryJobQueue } from "../../adapters/queues/memory/index.ts";
import { describeJobQueue } from "./contract/job-queue.ts";

describeJobQueue("the queue in memory", () => {
	const queue = new MemoryJobQueue();
	onTestFinished(() => queue.close());
	return async () => queue;
});
