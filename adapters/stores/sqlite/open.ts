/** Opens the SQLite store and puts its parts together. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { StoreError } from "../../../runtime/store/errors.ts";
import type { Durability } from "../../../runtime/store/persistence-backend.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { StoredRegistrations } from "../stored-registrations.ts";
import { StoredWork } from "../stored-work.ts";
import { CommitWriter } from "./commit.ts";
import { SqliteConfigs } from "./configs.ts";
import { Connection } from "./connection.ts";
import { loadDriver, type OpenSqlite, type SqliteDatabase, type SqliteDriverName } from "./driver.ts";
import { sqliteBusy, sqliteCantOpen, sqliteCode, storeErrorOf } from "./driver-errors.ts";
import { SqliteJoins } from "./joins.ts";
import { SqliteLock } from "./lock.ts";
import { openingProblem } from "./opening-problem.ts";
import { SqlitePersistence } from "./persistence.ts";
import { SqliteResults } from "./results.ts";
import { prepareSchema } from "./schema.ts";
import { SqliteSignals } from "./signals.ts";
import { ChangeWatch } from "./watch.ts";
import { SqliteWork } from "./work.ts";
import { SqliteWorkers } from "./workers.ts";

export interface SqliteStoreOptions extends StoreOptions {
	/**
	 * Whether a finished commit survives that the machine loses power. Default false: it survives that the process is
	 * killed, and a loss of power may undo the last commits, never damage the file.
	 */
	readonly powerLoss?: boolean;
	/** One driver by its name, or a way to open files of one's own. Default: the first of `sqliteDrivers` there is. */
	readonly driver?: SqliteDriverName | OpenSqlite;
}

/** Milliseconds that a statement waits for other processes before it fails. */
const busyTimeout = 10_000;

/**
 * Opens the store in an SQLite file, which is made where there is none; its folder must exist. Several processes may
 * open the same file.
 * @param file relative to the working directory, or `:memory:` for one that ends with this process
 * @throws StoreError `store_driver_missing`, `store_unreachable`, `store_corrupt`, `store_version`
 */
export async function openSqliteStore(file: string, options: SqliteStoreOptions = {}): Promise<Store> {
	const { powerLoss = false, driver, leaseSeconds = 30, now = Date.now, newId = randomUUID } = options;
	const open = typeof driver === "function" ? driver : loadDriver(driver);
	const inMemory = file === ":memory:";
	const name = `sqlite:${file}`;
	const database = openDatabase(open, inMemory ? file : resolve(file), name);
	try {
		await setUp(database, powerLoss);
		const connection = new Connection(database, name);
		const run = (sql: string) => database.exec(sql);
		prepareSchema(connection, run);
		const writer = new CommitWriter(connection, run);
		const lock = new SqliteLock(connection, { leaseSeconds, now, newId });
		const watch = new ChangeWatch(connection);
		const results = new SqliteResults(connection, watch);
		const durability = durabilityOf(inMemory, powerLoss);
		const onResults = () => results.wake();
		return {
			name,
			persistence: new SqlitePersistence({ connection, writer, lock, durability, now, onResults }),
			lock,
			results,
			signals: new SqliteSignals(connection, watch, { now, newId }),
			configs: new SqliteConfigs(connection, now),
			joins: new SqliteJoins(connection, now),
			registrations: new StoredRegistrations(connection.gate, name, new SqliteWorkers(connection, now)),
			work: new StoredWork(new SqliteWork(connection, now), { gate: connection.gate, name, newId }),
			close: () => connection.close(),
			[Symbol.asyncDispose]: () => connection.close(),
		};
	} catch (error) {
		database.close();
		throw explained(error, resolve(file), name);
	}
}

function openDatabase(open: OpenSqlite, file: string, name: string): SqliteDatabase {
	try {
		return open(file);
	} catch (error) {
		throw explained(error, file, name);
	}
}

/** SQLite says of whatever hinders it in opening a file only that it cannot. */
function explained(error: unknown, file: string, name: string): Error {
	const problem = sqliteCode(error) === sqliteCantOpen ? openingProblem(file) : undefined;
	if (problem === undefined) return storeErrorOf(error, name, "open");
	return new StoreError("store_unreachable", `${name} cannot be opened: ${problem}.`, { cause: error });
}

async function setUp(database: SqliteDatabase, powerLoss: boolean): Promise<void> {
	database.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
	await useWriteAheadLog(database);
	database.exec(`PRAGMA synchronous = ${powerLoss ? "FULL" : "NORMAL"}`);
	// 32 MiB: a net for a process that is never idle (idle-checkpoint.ts).
	database.exec("PRAGMA wal_autocheckpoint = 8192");
	// The view of the hot path is temporary, and never worth a file.
	database.exec("PRAGMA temp_store = MEMORY");
}

/** SQLite does not wait by itself where two processes make one new file at the same time. */
async function useWriteAheadLog(database: SqliteDatabase): Promise<void> {
	for (let waited = 0; ; waited += 10) {
		try {
			database.prepare("PRAGMA journal_mode = WAL").get([]);
			return;
		} catch (error) {
			if (sqliteCode(error) !== sqliteBusy || waited >= busyTimeout) throw error;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}

function durabilityOf(inMemory: boolean, powerLoss: boolean): Durability {
	if (inMemory) return { processKill: false, powerLoss: false, text: "Nothing survives the end of the process." };
	const text = powerLoss
		? "A finished commit survives that the process is killed and that the machine loses power (`synchronous = FULL`)."
		: "A finished commit survives that the process is killed. A loss of power may undo the last commits, but does not " +
			"damage the file (`synchronous = NORMAL`; `powerLoss`, or `?durability=power` in the address, changes that).";
	return { processKill: true, powerLoss, text };
}
