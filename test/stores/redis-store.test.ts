/** The Redis store does what every store has to do. */
import { randomUUID } from "node:crypto";
import { afterAll, describe, it } from "vitest";
import { openRedisStore } from "../../adapters/stores/redis/index.ts";
import { redisForTests } from "../servers/redis.ts";
import { storeContract } from "./contract/store.ts";
import { removeKeys } from "./redis-harness.ts";

const server = await redisForTests();

if ("reason" in server) {
	describe("a Redis store", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	const { url } = server;
	afterAll(() => server.stop());
	storeContract("a Redis store", {
		abilities: {
			locks: true,
			fences: true,
			takesOverExpired: true,
			notifiesAcrossStores: true,
			fleet: true,
			rateLimits: true,
		},
		async open(options) {
			const prefix = `test-${randomUUID()}`;
			return {
				store: await openRedisStore(url, { ...options, prefix }),
				again: (same) => openRedisStore(url, { ...same, prefix }),
				remove: () => removeKeys(url, prefix),
			};
		},
	});
}
