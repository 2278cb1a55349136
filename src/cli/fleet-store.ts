/** Opens the store and the queue that the commands of a fleet share, and says how to get a server where there is none. */
import { requireShared, type SharedStore } from "../../runtime/fleet/fleet-worker.ts";
import type { JobQueue } from "../../runtime/fleet/job-queue.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import { openFleetQueue } from "../fleet-queue.ts";
import { openStore, parseStoreUrl } from "../open-store.ts";
import { mendable, type StoreCommandOptions, storeUrl } from "./executions-store.ts";
import { orHowToGetOne } from "./server-hint.ts";
import { UsageError } from "./usage-error.ts";

export interface FleetCommandOptions extends StoreCommandOptions {
	/** The queue's name. */
	readonly queue?: string;
}

export interface Fleet {
	readonly store: SharedStore;
	readonly queue: JobQueue;
}

export interface WithFleetOptions {
	/** Seconds that a lease holds without a heartbeat; default: the store's. */
	readonly leaseSeconds?: number;
	/** Is told of lost connections. */
	readonly logger?: Logger;
}

/**
 * Opens both, uses them and closes them again.
 * @throws UsageError for an address that no fleet can share; StoreError, FleetError; whatever `use` throws
 */
export function withFleet<T>(
	options: FleetCommandOptions,
	use: (fleet: Fleet) => Promise<T>,
	{ leaseSeconds, logger }: WithFleetOptions = {},
): Promise<T> {
	return mendable(async () => {
		const { url, kind } = fleetAddress(options);
		await using opened = await orHowToGetOne(kind, () =>
			openStore(url, leaseSeconds === undefined ? {} : { leaseSeconds }),
		);
		const store = requireShared(opened);
		await using queue = await orHowToGetOne(kind, () =>
			openFleetQueue(url, {
				...(options.queue !== undefined && { name: options.queue }),
				...(logger && { logger }),
			}),
		);
		return await use({ store, queue });
	});
}

/** @throws UsageError where the store is not on a server */
function fleetAddress(options: StoreCommandOptions) {
	const address = parseStoreUrl(storeUrl(options));
	if (address.kind === "redis" || address.kind === "postgres") return address;
	throw new UsageError(
		`The workers of a fleet share a server, and \`${address.kind}:\` is none. Name one with --store redis://HOST:PORT/DB or --store postgres://USER@HOST/DATABASE.`,
	);
}
