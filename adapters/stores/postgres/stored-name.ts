/** Names of any content and length in columns that have an index: Postgres' text has no NUL, and an index entry ends at 2704 bytes. */
import { createHash } from "node:crypto";
import { toUSVString } from "node:util";
import { StoreError, type StoreErrorCode } from "../../../runtime/store/errors.ts";

/** Two names fit into one index entry. */
const maxBytes = 1000;
/** No execution's id and no result's address may have it. */
const hashMark = "\u0001";

/** Whether a text comes out of the database as it went in: UTF-8 has no word for half a surrogate pair. */
export function isStorable(text: string): boolean {
	return toUSVString(text) === text && !text.includes("\0");
}

/** @throws StoreError `store_write_failed` for texts that would not come out as they went in */
export function assertStorable(...texts: readonly string[]): void {
	if (texts.every(isStorable)) return;
	throw new StoreError(
		"store_write_failed",
		"Postgres stores no text with a NUL or half a surrogate pair. JSON writes both as escapes (`\\u0000`, `\\ud800`).",
	);
}

/** The name itself, or its hash where it cannot be stored or is long. Different names stay different. */
export function storedName(name: string): string {
	return isPlain(name) ? name : hashMark + createHash("sha256").update(JSON.stringify(name)).digest("hex");
}

/** Whether `storedName` gives the name itself. */
export function isPlain(name: string): boolean {
	if (name.length * 3 > maxBytes && Buffer.byteLength(name) > maxBytes) return false;
	return !name.startsWith(hashMark) && isStorable(name);
}

/** An execution's id, which has to come out again. @throws StoreError with this code where it would not */
export function checkedId(id: string, code: StoreErrorCode): string {
	if (isPlain(id)) return id;
	throw new StoreError(
		code,
		`A Postgres store takes ids of executions up to ${maxBytes} bytes, without NUL and halves of surrogate pairs: ` +
			`${JSON.stringify(id.slice(0, 100))} is none.`,
	);
}
