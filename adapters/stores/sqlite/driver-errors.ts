/** What an SQLite driver's error means: one StoreError for each kind of trouble, with words that say what to do. */
import { FlatstateError } from "../../../runtime/errors.ts";
import { StoreError, type StoreErrorCode } from "../../../runtime/store/errors.ts";

/** SQLite's primary result codes, as the drivers name or number them. */
const numbers: Readonly<Record<string, number>> = {
	SQLITE_BUSY: 5,
	SQLITE_LOCKED: 6,
	SQLITE_READONLY: 8,
	SQLITE_IOERR: 10,
	SQLITE_CORRUPT: 11,
	SQLITE_FULL: 13,
	SQLITE_CANTOPEN: 14,
	SQLITE_NOTADB: 26,
};

export const sqliteBusy = 5;
export const sqliteReadOnly = 8;
export const sqliteFull = 13;
export const sqliteCantOpen = 14;

/** SQLite's primary result code of what a driver threw; undefined where it is none of those that matter here. */
export function sqliteCode(error: unknown): number | undefined {
	if (!(error instanceof Error)) return undefined;
	// node:sqlite and libsql: the extended code, whose lowest byte is the primary one. libsql has no name for some.
	if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
	if ("rawCode" in error && typeof error.rawCode === "number") return error.rawCode & 0xff;
	if ("code" in error && typeof error.code === "string") {
		const name = /^SQLITE_[A-Z]+/.exec(error.code)?.[0];
		if (name !== undefined) return numbers[name];
	}
	// libsql has the code of a failed opening in the text only.
	const opening = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(error.message)?.[1];
	return opening === undefined ? undefined : Number(opening) & 0xff;
}

/** The StoreError for what a driver threw; errors of our own stay what they are. */
export function storeErrorOf(error: unknown, store: string, doing: "read" | "write" | "open"): Error {
	if (error instanceof FlatstateError) return error;
	const general: StoreErrorCode =
		doing === "read" ? "store_read_failed" : doing === "write" ? "store_write_failed" : "store_unreachable";
	const make = (code: StoreErrorCode, text: string) => new StoreError(code, `${store} ${text}`, { cause: error });
	switch (sqliteCode(error)) {
		case 5:
		case 6:
			return make(
				general,
				"has been locked by another process for too long. Find out which one keeps it open, and retry.",
			);
		case 8:
			return make(general, "may not be written: check the permissions of the file and of its folder.");
		case 10:
			return make(general, `cannot be ${doing === "write" ? "written" : "read"}: the disk reports an error.`);
		case 11:
			return make(
				"store_corrupt",
				"is damaged. Restore a backup, or save what can be read with `sqlite3 FILE .recover`.",
			);
		case 13:
			return make(general, "cannot be written: the disk is full. Free some space, then resume.");
		case 14:
			return make("store_unreachable", "cannot be opened: check that it is there, and the permissions of its folder.");
		case 26:
			return make("store_corrupt", "is no SQLite database. Give the path of another file.");
		default:
			return make(general, `failed: ${error instanceof Error ? error.message : String(error)}.`);
	}
}
