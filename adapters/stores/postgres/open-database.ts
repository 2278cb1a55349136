/** Opens the database of a store: looks at the server's settings, and makes the tables where there are none. */
import { StoreError } from "../../../runtime/store/errors.ts";
import { type PostgresAddress, withServerSetting } from "./address.ts";
import { Database } from "./database.ts";
import type { PostgresDriver } from "./driver.ts";
import { toStoreError } from "./failures.ts";
import { createStatements, storeVersion, type Tables } from "./tables.ts";

type Client = InstanceType<PostgresDriver["pg"]["Client"]>;

export interface OpenedDatabase {
	readonly database: Database;
	/** Whether the server writes to its disk at all before it says that something is done. */
	readonly hasFsync: boolean;
}

/** Any number that nobody else's locks are likely to have. */
const creationLock = "7305808869231650657";
const oldestServer = 13;

/**
 * @throws StoreError `store_unreachable`, `store_version` for a server or a store that this release does not know,
 * `store_write_failed` where the tables cannot be made
 */
export async function openDatabase(
	address: PostgresAddress,
	driver: PostgresDriver,
	tables: Tables,
): Promise<OpenedDatabase> {
	const { connectionString, name, schema } = address;
	const first = new Database({ driver, connectionString, name });
	const client = await first.connect();
	try {
		const settings = await readSettings(client, name);
		await ensureTables(client, { name, schema, tables, hasLz4: settings.hasLz4 });
		if (settings.synchronousCommit !== "off") return { database: first, hasFsync: settings.hasFsync };
		// What our locks and commits promise, the server's own default would break.
		await first.close();
		const forced = withServerSetting(connectionString, "synchronous_commit=on");
		return { database: new Database({ driver, connectionString: forced, name }), hasFsync: settings.hasFsync };
	} catch (error) {
		await first.close();
		throw toStoreError(error, "write", name);
	} finally {
		await client.end();
	}
}

interface ServerSettings {
	readonly synchronousCommit: string;
	readonly hasFsync: boolean;
	readonly hasLz4: boolean;
}

async function readSettings(client: Client, store: string): Promise<ServerSettings> {
	const { rows } = await client.query<Record<string, unknown>>(`SELECT
		current_setting('server_version_num')::integer AS version,
		current_setting('server_version') AS version_text,
		current_setting('server_encoding') AS encoding,
		current_setting('synchronous_commit') AS synchronous_commit,
		current_setting('fsync') AS fsync,
		EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) AS lz4`);
	const [row = {}] = rows;
	if (Number(row.version) < oldestServer * 10_000) {
		throw new StoreError(
			"store_version",
			`${store} is PostgreSQL ${row.version_text}; flatstate needs ${oldestServer} or newer.`,
		);
	}
	if (row.encoding !== "UTF8") {
		throw new StoreError(
			"store_version",
			`The database of ${store} has the encoding ${row.encoding}. Make one with \`CREATE DATABASE … ENCODING 'UTF8'\`.`,
		);
	}
	return {
		synchronousCommit: String(row.synchronous_commit),
		hasFsync: row.fsync !== "off",
		hasLz4: row.lz4 === true,
	};
}

interface TablesToMake {
	readonly name: string;
	readonly schema: string;
	readonly tables: Tables;
	readonly hasLz4: boolean;
}

async function ensureTables(client: Client, { name, schema, tables, hasLz4 }: TablesToMake): Promise<void> {
	// Not `to_regclass`: it answers from a cache that does not yet know what was made while the lock was awaited.
	const isThere = async (catalog: string, condition: string): Promise<boolean> => {
		const { rows } = await client.query(`SELECT FROM ${catalog} WHERE ${condition}`, [schema]);
		return rows.length > 0;
	};
	const exists = () => {
		const spaces = "pg_class JOIN pg_namespace AS space ON space.oid = relnamespace";
		return isThere(spaces, "nspname = $1 AND relname = 'flatstate_meta'");
	};
	const storedVersion = async (): Promise<unknown> => {
		if (!(await exists())) return 0;
		const { rows } = await client.query<Record<string, unknown>>(`SELECT version FROM ${tables.meta}`);
		return rows[0]?.version;
	};
	const isOld = (found: unknown): found is number => typeof found === "number" && found < storeVersion;
	let version = await storedVersion();
	if (isOld(version)) {
		await client.query("BEGIN");
		// Of two who open at once, the second waits here, and then finds what the first has made.
		await client.query(`SELECT pg_advisory_xact_lock(${creationLock})`);
		version = await storedVersion();
		if (isOld(version)) {
			if (!(await isThere("pg_namespace", "nspname = $1"))) await client.query(`CREATE SCHEMA "${schema}"`);
			await client.query(createStatements(tables, version, hasLz4));
			version = storeVersion;
		}
		await client.query("COMMIT");
	}
	if (typeof version !== "number") {
		throw new StoreError("store_corrupt", `${name} has lost its version: ${tables.meta} is empty.`);
	}
	if (version > storeVersion) {
		throw new StoreError(
			"store_version",
			`${name} was written by a newer flatstate (its version is ${version}, this release knows ${storeVersion}). ` +
				"Use that release or a newer one.",
		);
	}
}
