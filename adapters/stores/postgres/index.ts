/** The Postgres store: rows and transactions through `pg`, and Keyv where a table of keys and values is all that is needed. */
import { randomUUID } from "node:crypto";
import type { Durability } from "../../../runtime/store/persistence-backend.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { StoredRegistrations } from "../stored-registrations.ts";
import { StoredWork } from "../stored-work.ts";
import { parseAddress } from "./address.ts";
import { PostgresConfigStore } from "./configs.ts";
import { loadDriver } from "./driver.ts";
import { PostgresJoins } from "./joins.ts";
import { openKeyv } from "./keyv-reader.ts";
import { PostgresLock } from "./lock.ts";
import { Notices } from "./notices.ts";
import { openDatabase } from "./open-database.ts";
import { PostgresPersistence } from "./persistence.ts";
import { PostgresRateLimits } from "./rate-limits.ts";
import { PostgresResultBackend } from "./results.ts";
import { PostgresSignalBackend } from "./signals.ts";
import { keyvTables, tablesOf } from "./tables.ts";
import { PostgresWork } from "./work.ts";
import { PostgresWorkers } from "./workers.ts";

export interface PostgresStoreOptions extends StoreOptions {
	/** Where the tables are; made where it is not there. Default `public`. `?schema=` of the address wins. */
	readonly schema?: string;
	/**
	 * Whether a commit waits until it is on the server's disk. Default true. `false` is `synchronous_commit = off` for
	 * commits alone. `?durability=` of the address (`power`, `process`) wins.
	 */
	readonly powerLoss?: boolean;
}

const defaultLeaseSeconds = 30;

/**
 * Opens the store in a database of PostgreSQL 13 or newer, and makes its tables where there are none.
 * @param url `postgres://` or `postgresql://`, with what the `pg` driver knows
 * @throws StoreError `invalid_store_url`, `store_driver_missing`, `store_unreachable`, `store_version`, `store_corrupt`,
 * or `store_write_failed` where the user may not make the tables
 */
export async function openPostgresStore(url: string, options: PostgresStoreOptions = {}): Promise<Store> {
	const address = parseAddress(url, options);
	const driver = await loadDriver();
	const { name, schema, powerLoss } = address;
	const tables = tablesOf(schema);
	const { database, hasFsync } = await openDatabase(address, driver, tables);
	const { now, newId = randomUUID, leaseSeconds = defaultLeaseSeconds } = options;
	const clock = now ?? Date.now;
	const notices = new Notices(database, tables.notices);
	const lock = new PostgresLock({ database, tables, leaseSeconds, newId, ...(now && { now }) });
	const persistence = new PostgresPersistence({
		database,
		tables,
		lock,
		keyv: openKeyv(driver, database, { schema, table: keyvTables.checkpoints }),
		durability: durabilityOf(powerLoss, hasFsync),
		isLazy: !powerLoss,
		now: clock,
	});
	const configs = openKeyv(driver, database, { schema, table: keyvTables.configs });
	const close = async () => {
		await database.close();
		await notices.close();
	};
	return {
		name,
		persistence,
		lock,
		results: new PostgresResultBackend(database, tables, notices),
		signals: new PostgresSignalBackend({ database, tables, notices, now: clock, newId }),
		configs: new PostgresConfigStore(database, configs),
		joins: new PostgresJoins({ database, tables, now: clock }),
		rateLimits: new PostgresRateLimits({ database, tables, newId, ...(now && { now }) }),
		registrations: new StoredRegistrations(database.gate, name, new PostgresWorkers(database, tables, now)),
		work: new StoredWork(new PostgresWork(database, tables, now), { gate: database.gate, name, newId }),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function durabilityOf(powerLoss: boolean, hasFsync: boolean): Durability {
	const server = "A commit survives that this process is killed, and that the server's processes crash";
	if (!hasFsync) {
		return {
			processKill: true,
			powerLoss: false,
			text: "A commit survives that this process is killed. The server runs with `fsync = off`: a loss of its power may destroy everything.",
		};
	}
	if (!powerLoss) {
		return {
			processKill: true,
			powerLoss: false,
			text:
				"A commit survives that this process is killed. When the server crashes or loses power, the commits of its last " +
				"moments may be lost (`synchronous_commit = off`: up to three times `wal_writer_delay`, 0.6 seconds by default), " +
				"never a part of one, and never a lease or a signal. `durability=power` waits for the disk.",
		};
	}
	return {
		processKill: true,
		powerLoss: true,
		text: `${server} or its machine loses power (\`synchronous_commit\`). \`durability=process\` does not wait for the disk.`,
	};
}
