/** What the store needs of an SQLite driver, and the three drivers that it can use. */
import { createRequire } from "node:module";
import { StoreError } from "../../../runtime/store/errors.ts";

/** What can be bound. Never a boolean: libsql ends the whole process for one. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

export type SqliteRow = Readonly<Record<string, unknown>>;

export interface SqliteStatement {
	/** For statements that give no rows. */
	run(values: readonly SqliteValue[]): void;
	/** The first row. */
	get(values: readonly SqliteValue[]): SqliteRow | undefined;
	all(values: readonly SqliteValue[]): readonly SqliteRow[];
}

/** One open database. All is synchronous. */
export interface SqliteDatabase {
	prepare(sql: string): SqliteStatement;
	/** One or more statements without values. */
	exec(sql: string): void;
	close(): void;
}

/** Opens a database file, which is made where there is none. @param file absolute path, or `:memory:` */
export type OpenSqlite = (file: string) => SqliteDatabase;

/** In the order in which they are tried. */
export const sqliteDrivers = ["libsql", "node:sqlite", "better-sqlite3"] as const;
export type SqliteDriverName = (typeof sqliteDrivers)[number];

/**
 * Loads a driver.
 * @param wanted only this one; default: the first that can be loaded
 * @param load default: `require` from here
 * @throws StoreError `store_driver_missing`
 */
export function loadDriver(
	wanted?: SqliteDriverName,
	load: (name: string) => unknown = createRequire(import.meta.url),
): OpenSqlite {
	const failures: unknown[] = [];
	for (const name of wanted === undefined ? sqliteDrivers : [wanted]) {
		try {
			return openerOf(name, load(name));
		} catch (error) {
			failures.push(error);
		}
	}
	const missing = wanted === undefined ? "No SQLite driver can be loaded." : `\`${wanted}\` cannot be loaded.`;
	const install = wanted === undefined || wanted === "node:sqlite" ? "libsql" : wanted;
	throw new StoreError(
		"store_driver_missing",
		`${missing} Run \`npm install ${install}\`, or use Node.js 22.13 or later, which has one of its own.`,
		{ cause: new AggregateError(failures, "The drivers' own errors") },
	);
}

interface RawStatement {
	run(...values: unknown[]): unknown;
	get(...values: unknown[]): unknown;
	all(...values: unknown[]): unknown;
}

interface RawDatabase {
	prepare(sql: string): unknown;
	exec(sql: string): unknown;
	close(): unknown;
}

function openerOf(name: SqliteDriverName, module: unknown): OpenSqlite {
	const opener = name === "node:sqlite" ? member(module, "DatabaseSync") : module;
	if (typeof opener !== "function") throw new TypeError(`${name} has no constructor of a database`);
	const wrap = name === "libsql" ? withList : withArguments;
	return (file) => {
		const database: unknown = Reflect.construct(opener, [file]);
		if (!isDatabase(database)) throw new TypeError(`${name} opens no database`);
		return {
			prepare(sql) {
				const statement = database.prepare(sql);
				if (!isStatement(statement)) throw new TypeError(`${name} prepares no statement`);
				return wrap(statement);
			},
			exec(sql) {
				database.exec(sql);
			},
			close() {
				database.close();
			},
		};
	};
}

/** libsql ends the process when its only argument is bytes, and refuses a single null: it always gets a list. */
function withList(raw: RawStatement): SqliteStatement {
	return {
		run(values) {
			raw.run(values);
		},
		get: (values) => firstRow(raw.get(values)),
		all: (values) => allRows(raw.all(values)),
	};
}

function withArguments(raw: RawStatement): SqliteStatement {
	return {
		run(values) {
			raw.run(...values);
		},
		get: (values) => firstRow(raw.get(...values)),
		all: (values) => allRows(raw.all(...values)),
	};
}

function firstRow(row: unknown): SqliteRow | undefined {
	return isRow(row) ? row : undefined;
}

function allRows(rows: unknown): readonly SqliteRow[] {
	return Array.isArray(rows) ? rows.filter(isRow) : [];
}

function isRow(value: unknown): value is SqliteRow {
	return typeof value === "object" && value !== null;
}

/** Unlike with data that are not trusted, methods may come from a prototype here. */
function member(value: unknown, name: string): unknown {
	return isRow(value) || typeof value === "function" ? Reflect.get(value, name) : undefined;
}

function isStatement(value: unknown): value is RawStatement {
	return ["run", "get", "all"].every((name) => typeof member(value, name) === "function");
}

function isDatabase(value: unknown): value is RawDatabase {
	return ["prepare", "exec", "close"].every((name) => typeof member(value, name) === "function");
}
