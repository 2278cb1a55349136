/** The stores that processes can share, each empty and by its address. */

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";

export interface SharedStore {
	readonly url: string;
	remove(): Promise<void>;
}

export interface StoreKind {
	readonly name: string;
	/** What it loads when it is opened. */
	readonly modules: readonly string[];
	/** Why there is none; then `open` is not to be called. */
	readonly missing?: string;
	open(): Promise<SharedStore>;
}

/** All kinds. @throws where `CI` is set and a server is missing: there the tests must run */
export async function sharedStores(): Promise<readonly StoreKind[]> {
	const { CI: ci } = process.env;
	const [redis, postgres] = await Promise.all([redisForTests(), postgresForTests()]);
	const ofServer = (name: string, server: { readonly reason: string } | { readonly url: string }) => {
		if (!("reason" in server)) return {};
		if (ci !== undefined && ci !== "") throw new Error(`${name}: ${server.reason}`);
		console.warn(`\n!!! ${name} IS NOT TESTED: ${server.reason}\n`);
		return { missing: server.reason };
	};
	return [
		{ name: "file", modules: [], open: () => inFolder((folder) => `file:${folder}`) },
		{ name: "sqlite", modules: ["libsql"], open: () => inFolder((folder) => `sqlite:${join(folder, "runs.db")}`) },
		{
			name: "redis",
			modules: ["keyv", "@keyv/redis"],
			...ofServer("redis", redis),
			open: async () => {
				const url = "url" in redis ? redis.url : "";
				const prefix = `test-${randomUUID()}`;
				const remove = async () => {
					await removeKeys(url, prefix);
					if ("stop" in redis) await redis.stop();
				};
				return { url: `${url}?prefix=${prefix}`, remove };
			},
		},
		{
			name: "postgres",
			modules: ["pg"],
			...ofServer("postgres", postgres),
			open: async () => {
				const { url, schema, drop } = testSchema("url" in postgres ? postgres.url : "");
				return { url: `${url}${url.includes("?") ? "&" : "?"}schema=${schema}`, remove: drop };
			},
		},
	];
}

async function inFolder(urlOf: (folder: string) => string): Promise<SharedStore> {
	const folder = await mkdtemp(join(tmpdir(), "flatstate-crash-"));
	return { url: urlOf(folder), remove: () => rm(folder, { recursive: true, force: true }) };
}
