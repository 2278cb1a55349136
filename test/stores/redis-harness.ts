/** Redis stores with a prefix of their own for one test, removed after it. */
import { randomUUID } from "node:crypto";
import { createClient, type RedisClientType } from "@keyv/redis";
import { afterEach } from "vitest";
import { openRedisStore, type RedisStoreOptions } from "../../adapters/stores/redis/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import type { RedisForTests } from "../servers/redis.ts";

export interface RedisUnderTest {
	readonly url: string;
	readonly prefix: string;
	/** Opens a store object on the test's data; it is closed after the test. */
	open(options?: RedisStoreOptions): Promise<Store>;
	/** Sends a command as anybody could. */
	command(...args: string[]): Promise<unknown>;
}

/** Gives the function with which the tests of a file get their data. */
export function redisStores(server: RedisForTests): () => RedisUnderTest {
	const endings: (() => Promise<void>)[] = [];
	afterEach(async () => {
		for (const end of endings.splice(0).reverse()) await end();
	});
	return () => {
		const { url } = server;
		const prefix = `test-${randomUUID()}`;
		endings.push(() => removeKeys(url, prefix));
		return {
			url,
			prefix,
			open: async (options) => {
				const store = await openRedisStore(url, { prefix, ...options });
				endings.push(() => store.close());
				return store;
			},
			command: (...args) => withClient(url, (client) => client.sendCommand(args)),
		};
	};
}

/** A test may look at every key of the server; the store never does. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
	await withClient(url, async (client) => {
		for await (const keys of client.scanIterator({ MATCH: `{${prefix}}*`, COUNT: 1000 })) {
			if (keys.length > 0) await client.unlink(keys);
		}
	});
}

async function withClient<Result>(url: string, use: (client: RedisClientType) => Promise<Result>): Promise<Result> {
	const client = createClient({ url });
	await client.connect();
	try {
		return await use(client);
	} finally {
		client.destroy();
	}
}
