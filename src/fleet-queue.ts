/** Opens the queue of a fleet's jobs by its address. BullMQ is loaded when such a queue is opened, not before. */
import { FleetError } from "../runtime/fleet/errors.ts";
import type { JobQueue } from "../runtime/fleet/job-queue.ts";
import type { Logger } from "../runtime/logging/logger.ts";
import { parseStoreUrl } from "./open-store.ts";

export interface FleetQueueOptions {
	/** Several fleets of one server differ by it. Default `flatstate`. */
	readonly name?: string;
	/** Is told of lost connections. Default: nobody is. */
	readonly logger?: Logger;
}

/** Name of the queue, where none is given. */
export const defaultQueueName = "flatstate";

/** Whether a fleet's queue can be at this address. @throws StoreError for one that is no address */
export function isFleetAddress(url: string): boolean {
	const { kind } = parseStoreUrl(url);
	return kind === "redis" || kind === "postgres";
}

/**
 * Opens the queue at `redis://…`, `rediss://…` or `postgres://…`, the same address as of the store there.
 * @throws FleetError `invalid_queue_url`, `queue_driver_missing`, or `queue_unreachable` within a few seconds
 */
export async function openFleetQueue(url: string, options: FleetQueueOptions = {}): Promise<JobQueue> {
	if (!isFleetAddress(url)) {
		throw new FleetError(
			"invalid_queue_url",
			"A fleet's queue is on Redis or Postgres: expected an address that begins with redis://, rediss:// or postgres://.",
		);
	}
	const { openBullQueue } = await import("../adapters/bullmq/index.ts");
	return openBullQueue(url, options);
}
