/** The store in an SQLite file: what other rooms may import. */
export { type OpenSqlite, type SqliteDatabase, type SqliteDriverName, sqliteDrivers } from "./driver.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./open.ts";
