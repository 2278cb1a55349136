/** A store on a Redis server, or on a Redis Cluster, through the packages keyv and @keyv/redis. */
import { randomUUID } from "node:crypto";
import { StoreError } from "../../../runtime/store/errors.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { StoredRegistrations } from "../stored-registrations.ts";
import { StoredWork } from "../stored-work.ts";
import { parseAddress } from "./address.ts";
import { RedisConfigs } from "./configs.ts";
import { RedisConnection } from "./connection.ts";
import { loadDriver } from "./driver.ts";
import { readDurability } from "./durability.ts";
import { RedisJoins } from "./joins.ts";
import { configNamespace, hashTag } from "./keys.ts";
import { RedisLock } from "./lock.ts";
import { RedisPersistence } from "./persistence.ts";
import { RedisRateLimits } from "./rate-limits.ts";
import { RedisResults } from "./results.ts";
import { script } from "./script.ts";
import { RedisSignals } from "./signals.ts";
import { Subscriptions } from "./subscriptions.ts";
import { RedisWork } from "./work.ts";
import { RedisWorkers } from "./workers.ts";

export { checkpointNamespace, configNamespace } from "./keys.ts";

export interface RedisStoreOptions extends StoreOptions {
	/** Keeps stores on one server apart: all keys begin with `{prefix}:`. Default `flatstate`. `?prefix=` of the address wins. */
	readonly prefix?: string;
	/** Seconds that a command takes at most, with the time until a lost connection is back. Default 10. */
	readonly timeoutSeconds?: number;
}

const layoutVersion = "1";

/** Argument: the version that a new store has. Gives the one that it has. */
const versionScript = script(`
call('SET', p .. 'version', ARGV[1], 'NX')
return call('GET', p .. 'version')
`);

/**
 * Opens a store on a Redis server from version 5 on. Leases go by the server's clock unless `now` is given. Several
 * commits at once share a round trip.
 * @param url `redis://[user:password@]host[:port][/database][?prefix=NAME]`, `rediss://` for TLS. Where the server is part of a
 * cluster, the other nodes are found by it; all keys of a store are in one slot.
 * @throws StoreError `invalid_store_url`, `store_driver_missing`, `store_unreachable`, `store_version`
 */
export async function openRedisStore(url: string, options: RedisStoreOptions = {}): Promise<Store> {
	const { leaseSeconds = 30, timeoutSeconds = 10, newId = randomUUID, now } = options;
	const address = parseAddress(url, options);
	const { prefix } = address;
	const tag = hashTag(prefix);
	const driver = await loadDriver();
	const connection = await RedisConnection.open(driver, address, { tag, timeoutMs: timeoutSeconds * 1000 });
	try {
		const version = await connection.script("write", versionScript, [layoutVersion]);
		if (version !== layoutVersion) {
			throw new StoreError(
				"store_version",
				`The store at ${address.name} has the layout ${JSON.stringify(version)}; ` +
					`this release of flatstate reads layout ${layoutVersion}. Use another prefix, or the release that wrote it.`,
			);
		}
		const { Keyv } = driver;
		const keyv = new Keyv({
			store: connection.adapter,
			namespace: configNamespace(prefix),
			throwOnErrors: true,
			emitErrors: false,
		});
		const durability = await readDurability(connection);
		const subscriptions = new Subscriptions(connection);
		const time = () => (now === undefined ? "" : String(now()));
		const clock = { leaseTime: time, now: now ?? Date.now };
		const close = async () => {
			await connection.close();
			subscriptions.close();
		};
		const { gate, name } = connection;
		return {
			name,
			persistence: new RedisPersistence(connection, durability, clock),
			lock: new RedisLock(connection, { leaseSeconds, time, newId }),
			results: new RedisResults(connection, subscriptions),
			signals: new RedisSignals(connection, subscriptions, { now: clock.now, newId }),
			configs: new RedisConfigs(connection, keyv),
			joins: new RedisJoins(connection, clock.now),
			registrations: new StoredRegistrations(gate, name, new RedisWorkers(connection, time)),
			work: new StoredWork(new RedisWork(connection, time), { gate, name, newId }),
			rateLimits: new RedisRateLimits(connection, { time, newId }),
			close,
			[Symbol.asyncDispose]: close,
		};
	} catch (error) {
		await connection.close();
		throw error;
	}
}
