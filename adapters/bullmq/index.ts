/** Queues of a fleet's jobs on BullMQ, with Redis or Postgres as the server. */
import { FleetError } from "../../runtime/fleet/errors.ts";
import type { JobQueue } from "../../runtime/fleet/job-queue.ts";
import { type Logger, silentLogger } from "../../runtime/logging/logger.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import { parseAddress as parsePostgresAddress } from "../stores/postgres/address.ts";
import { parseAddress as parseRedisAddress, type RedisAddress } from "../stores/redis/address.ts";
import { hashTag } from "../stores/redis/keys.ts";
import { BullJobQueue } from "./bull-queue.ts";
import type { ModuleLoader } from "./driver.ts";
import { openPostgresServer } from "./postgres-server.ts";
import { openRedisServer, type RedisServerOptions } from "./redis-server.ts";
import { withoutRepeats } from "./repeated-errors.ts";
import type { QueueServer } from "./server.ts";

export interface BullQueueOptions {
	/** Several queues of one server and prefix or schema differ by it. Default `flatstate`. */
	readonly name?: string;
	/** Seconds for the first connection. Default 5. */
	readonly connectSeconds?: number;
	/** Seconds for which a server that goes away later is waited for when jobs are added or removed. Default 60. */
	readonly patienceSeconds?: number;
	/** Is told of lost connections. Default: nobody is. */
	readonly logger?: Logger;
	/** How packages are imported. */
	readonly modules?: Partial<ModuleLoader>;
}

/**
 * Opens the queue at an address: `redis://`, `rediss://` (with `?prefix=NAME`) or `postgres://` (with `?schema=NAME`), the
 * same as of the store there.
 * @throws FleetError `invalid_queue_url`, `queue_driver_missing`, or `queue_unreachable` within a few seconds
 */
export async function openBullQueue(url: string, options: BullQueueOptions = {}): Promise<JobQueue> {
	const { name: base = "flatstate", connectSeconds = 5, patienceSeconds = 60, logger = silentLogger } = options;
	if (!/^[\w.-]{1,60}$/.test(base)) {
		throw new FleetError(
			"invalid_queue_url",
			"Invalid name of a queue: expected 1 to 60 letters, digits, `_`, `-` and `.`.",
		);
	}
	const settings = {
		base,
		connectSeconds,
		onError: withoutRepeats((error) => {
			logger.warn("There is trouble with the queue's server.", { error: error.message });
		}),
		...(options.modules === undefined ? {} : { modules: options.modules }),
	};
	const server = await openServer(url, settings);
	return new BullJobQueue({ server, base, patienceSeconds });
}

type ServerSettings = Omit<RedisServerOptions, "address">;

function openServer(url: string, settings: ServerSettings): Promise<QueueServer> {
	if (/^rediss?:/.test(url)) {
		return openRedisServer({ ...settings, address: addressOf(() => redisAddress(url)) });
	}
	if (/^postgres(?:ql)?:/.test(url)) {
		return openPostgresServer({ ...settings, address: addressOf(() => parsePostgresAddress(url, {})) });
	}
	throw new FleetError(
		"invalid_queue_url",
		"Invalid address of a queue: expected one that begins with redis://, rediss:// or postgres://.",
	);
}

function redisAddress(url: string): RedisAddress {
	const address = parseRedisAddress(url);
	hashTag(address.prefix);
	return address;
}

/** What is wrong with the address of a store there is wrong with the queue's. */
function addressOf<T>(parse: () => T): T {
	try {
		return parse();
	} catch (cause) {
		if (cause instanceof StoreError) throw new FleetError("invalid_queue_url", cause.message, { cause });
		throw cause;
	}
}
