/** BullMQ on Redis: one connection for everything but waiting, and a hash with the names of all queues. */
import type { ConnectionOptions, QueueOptions, WorkerOptions } from "bullmq";
import { FleetError } from "../../runtime/fleet/errors.ts";
import { type RedisAddress, redacted, withoutSecrets } from "../stores/redis/address.ts";
import { hashTag } from "../stores/redis/keys.ts";
import { loadForRedis, type ModuleLoader } from "./driver.ts";
import { messageOf, within } from "./patience.ts";
import { type Routes, readRequires, requiresText } from "./routes.ts";
import { type BullQueue, eventsKept, noStalledLimit, type QueueServer } from "./server.ts";

export interface RedisServerOptions {
	readonly address: RedisAddress;
	/** The base queue's name. */
	readonly base: string;
	/** Seconds for the first connection. */
	readonly connectSeconds: number;
	/** Is told of lost connections. */
	readonly onError: (error: Error) => void;
	readonly modules?: Partial<ModuleLoader>;
}

/** @throws FleetError `queue_driver_missing`, `queue_unreachable` */
export async function openRedisServer(options: RedisServerOptions): Promise<QueueServer> {
	const { address, base, connectSeconds } = options;
	const { bull, Redis } = await loadForRedis(options.modules);
	const safe = (error: unknown) => redacted(error, address.secrets);
	const onError = (error: unknown) => options.onError(safe(error));
	let connected = false;
	let problem: unknown;
	const client = new Redis(address.url, {
		lazyConnect: true,
		connectTimeout: connectSeconds * 1_000,
		// BullMQ's condition: commands wait until the server is there again.
		maxRetriesPerRequest: null,
		// The first connection fails at once; a server that goes away later is waited for.
		retryStrategy: (attempts) => (connected ? Math.min(50 * 2 ** Math.min(attempts, 6), 2_000) : null),
	});
	client.on("error", (error) => {
		problem ??= error;
		if (connected) onError(error);
	});
	try {
		await within(client.connect(), connectSeconds * 1_000);
		// A server that wants a password lets one connect without.
		await within(client.ping(), connectSeconds * 1_000);
		connected = true;
	} catch (error) {
		client.disconnect();
		const cause = safe(problem ?? error);
		throw new FleetError(
			"queue_unreachable",
			`The Redis server of the queue at ${address.name} cannot be reached: ` +
				`${withoutSecrets(messageOf(cause), address.secrets)}. Check that it runs, and the address, user and password.`,
			{ cause },
		);
	}
	const prefix = `${hashTag(address.prefix)}:bull`;
	const routesKey = `${prefix}:${base}:routes`;
	const connection: ConnectionOptions = client;
	const queueOptions: QueueOptions = { connection, prefix, streams: { events: { maxLen: eventsKept } } };
	const shared = bull.createRedisBackend(base, queueOptions);
	shared.on("error", onError);
	const queues = new Map<string, BullQueue>();

	return {
		name: address.name,
		safe,
		queue: (name) => {
			const known = queues.get(name);
			if (known !== undefined) return known;
			const queue = new bull.Queue(name, queueOptions, () => shared.forQueue(name));
			queue.on("error", onError);
			queues.set(name, queue);
			return queue;
		},
		taker: (name, { lockMs, stalledMs, onStalled, ...taker }) => {
			const settings: WorkerOptions = {
				connection,
				prefix,
				autorun: false,
				lockDuration: lockMs,
				stalledInterval: stalledMs,
				maxStalledCount: noStalledLimit,
			};
			const worker = new bull.Worker(name, null, settings, bull.createRedisBackend);
			worker.on("error", (error) => taker.onError(safe(error)));
			worker.on("stalled", onStalled);
			return {
				worker,
				wakesOne: true,
				complete: async (json, token, fetchNext) => {
					const job = bull.Job.fromJSON(worker, json, json.id);
					return (await job.moveToCompleted(null, token, fetchNext)) ?? undefined;
				},
			};
		},
		routes: async (): Promise<Routes> => {
			const found = new Map<string, readonly string[]>();
			for (const [name, text] of Object.entries(await client.hgetall(routesKey))) {
				const requires = readRequires(text);
				if (requires !== undefined) found.set(name, requires);
			}
			return found;
		},
		addRoute: async (name, requires) => {
			await client.hset(routesKey, name, requiresText(requires));
		},
		close: async () => {
			await shared.close(true);
			client.disconnect();
		},
	};
}
