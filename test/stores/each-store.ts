/** A row for each kind of store, for tests of what holds on all of them: data of a test's own, opened again and again. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keyv } from "keyv";
import { onTestFinished } from "vitest";
import { openKeyvStore } from "../../adapters/stores/keyv/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { openPostgresStore } from "../../adapters/stores/postgres/index.ts";
import { openRedisStore } from "../../adapters/stores/redis/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { openStore } from "../../src/open-store.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "./redis-harness.ts";

/** Opens a store on data of the test's own. Each call gives another object on the same data, as other processes have. */
export type OpenAgain = () => Promise<Store>;

export interface EachStore {
	readonly name: string;
	/** Why it cannot be tested here. */
	readonly reason?: string;
	/** Makes the data of a test; to be called within it. They are removed after it. */
	begin(): OpenAgain;
}

function closing(open: OpenAgain): OpenAgain {
	return async () => {
		const store = await open();
		onTestFinished(() => store.close());
		return store;
	};
}

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), "each-store-"));
	onTestFinished(() => rmSync(path, { recursive: true }));
	return path;
}

/** The rows. Ends a server that was started for them with `stop`. */
export async function eachStore(): Promise<{ readonly stores: readonly EachStore[]; stop(): Promise<void> }> {
	const redis = await redisForTests();
	const postgres = await postgresForTests();
	const stores: EachStore[] = [
		{
			name: "memory",
			begin() {
				const store = openMemoryStore();
				return closing(async () => store);
			},
		},
		{
			name: "a folder",
			begin() {
				const path = folder();
				return closing(() => openStore(`file:${path}`));
			},
		},
		{
			name: "SQLite",
			begin() {
				const path = join(folder(), "runs.db");
				return closing(() => openStore(`sqlite:${path}`));
			},
		},
		{
			name: "Keyv",
			begin() {
				const data = new Map<string, unknown>();
				return closing(async () => openKeyvStore(new Keyv({ store: data })));
			},
		},
		"reason" in redis
			? { name: "Redis", reason: redis.reason, begin: () => unavailable("Redis") }
			: {
					name: "Redis",
					begin() {
						const prefix = `test-${randomUUID()}`;
						onTestFinished(() => removeKeys(redis.url, prefix));
						return closing(() => openRedisStore(redis.url, { prefix }));
					},
				},
		"reason" in postgres
			? { name: "Postgres", reason: postgres.reason, begin: () => unavailable("Postgres") }
			: {
					name: "Postgres",
					begin() {
						const { url, schema, drop } = testSchema(postgres.url);
						onTestFinished(drop);
						return closing(() => openPostgresStore(url, { schema }));
					},
				},
	];
	return {
		stores,
		async stop() {
			if (!("reason" in redis)) await redis.stop();
		},
	};
}

function unavailable(name: string): never {
	throw new Error(`There is no ${name} server for tests.`);
}
