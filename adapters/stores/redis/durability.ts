/** What a Redis server keeps when it is killed or loses power, by its own settings. */
import type { Durability } from "../../../runtime/store/persistence-backend.ts";
import type { RedisConnection } from "./connection.ts";

/** Asks the server; a server that does not tell is assumed to keep less. */
export async function readDurability(connection: RedisConnection): Promise<Durability> {
	const [appendOnly, fsync, save] = await Promise.all(
		["appendonly", "appendfsync", "save"].map((name) => readSetting(connection, name)),
	);
	const always = appendOnly === "yes" && fsync === "always";
	return {
		processKill: true,
		powerLoss: always,
		text:
			"What was committed is in the memory of the Redis server, so it survives that this process is killed. What survives " +
			"the server itself is up to its settings: with `appendonly yes` and `appendfsync always` every commit is on disk " +
			"before it is acknowledged; with `appendfsync everysec` up to about a second is lost when the machine loses " +
			"power, and nothing when only the server is killed; with snapshots (RDB) only, all since the last one; without " +
			"either, everything. Replicas receive commits later: a failover may lose the last ones. " +
			ofThisServer(appendOnly, fsync, save),
	};
}

function ofThisServer(appendOnly: string | undefined, fsync: string | undefined, save: string | undefined): string {
	if (appendOnly === undefined) return "This server does not tell its settings.";
	if (appendOnly === "yes") return `This server has \`appendonly yes\` and \`appendfsync ${fsync ?? "(not told)"}\`.`;
	const snapshots = save === undefined || save === "" ? "no snapshots" : `snapshots by \`save ${save}\``;
	return `This server has \`appendonly no\` and ${snapshots}: set \`appendonly yes\` for executions that matter.`;
}

/** Undefined where the server forbids the question, as hosted ones do. */
async function readSetting(connection: RedisConnection, name: string): Promise<string | undefined> {
	let reply: unknown;
	try {
		reply = await connection.server("read", ["CONFIG", "GET", name]);
	} catch {
		return undefined;
	}
	const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
	return typeof value === "string" ? value : undefined;
}
