/** Texts and JSON that every store can keep: no NUL and no half of a surrogate pair, and names that fit into an index. */
import { toUSVString } from "node:util";
import { StoreError, type StoreErrorCode } from "../../runtime/store/errors.ts";

const maxNameBytes = 1000;

/** Whether a name can be that of something stored. */
export function isName(name: string): boolean {
	return name !== "" && !name.includes("\0") && toUSVString(name) === name && Buffer.byteLength(name) <= maxNameBytes;
}

/** @param what it is the name of @throws StoreError with this code unless it can be stored */
export function checkedName(code: StoreErrorCode, what: string, name: string): string {
	if (isName(name)) return name;
	throw new StoreError(
		code,
		`${what} must have 1 to ${maxNameBytes} bytes of text without NUL, got ${JSON.stringify(name.slice(0, 100))}.`,
	);
}

/** A text with a replacement character for what cannot be stored. */
export function storableText(text: string): string {
	return toUSVString(text.replaceAll("\0", "\ufffd"));
}

/** @param what the data are of @throws StoreError with this code for data that are no JSON */
export function jsonText(code: StoreErrorCode, what: string, data: unknown): string {
	let cause: unknown;
	try {
		const json = JSON.stringify(data);
		// TypeScript does not say so, but functions, symbols and undefined give undefined.
		if (typeof json === "string") return json;
	} catch (error) {
		cause = error;
	}
	const reason = cause instanceof Error ? `: ${cause.message}` : "";
	throw new StoreError(
		code,
		`${what} cannot be written as JSON${reason}. Give plain data without cycles that is not nested thousands deep.`,
		{ cause },
	);
}

/** What was stored as JSON. @param what it is @throws StoreError `store_corrupt` where something else than a store wrote it */
export function parsedJson(what: string, json: unknown, store: string): unknown {
	try {
		return JSON.parse(typeof json === "string" ? json : "");
	} catch (cause) {
		throw new StoreError("store_corrupt", `${what} in ${store} cannot be read: it is no JSON. Delete it.`, { cause });
	}
}

/** A stored time, in milliseconds since 1970 or as text, as ISO 8601 in UTC; null where there is none. */
export function timeText(time: unknown): string | null {
	const milliseconds = typeof time === "string" && !/^\d+$/.test(time) ? Date.parse(time) : Number(time ?? Number.NaN);
	const date = new Date(milliseconds);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
