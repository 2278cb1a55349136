/** The form in which Keyv keeps a value, so that a plain Keyv with the same namespace reads checkpoints by their keys. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { StoreError } from "../../../runtime/store/errors.ts";

const base64Mark = ":base64:";

/**
 * Keyv's JSON for a text, or for bytes that are no UTF-8. A text that begins with a colon gets a second one, since Keyv
 * takes the first for its own.
 */
export function toBlob(value: string | Uint8Array): string {
	const text = typeof value === "string" ? value : (utf8(value) ?? value);
	if (typeof text === "string") return `{"value":${JSON.stringify(text.startsWith(":") ? `:${text}` : text)}}`;
	return `{"value":"${base64Mark}${Buffer.from(text).toString("base64")}"}`;
}

/**
 * The text or the bytes again. Objects that another program stored through Keyv come as their JSON text.
 * @throws StoreError `store_corrupt`
 */
export function fromBlob(blob: string, key: string): string | Uint8Array {
	let stored: unknown;
	try {
		stored = JSON.parse(blob);
	} catch (error) {
		throw corrupt(key, error);
	}
	if (!isRecord(stored) || stored.value === undefined) throw corrupt(key);
	const { value } = stored;
	if (typeof value !== "string") return JSON.stringify(value);
	if (value.startsWith(base64Mark)) return Buffer.from(value.slice(base64Mark.length), "base64");
	return value.startsWith(":") ? value.slice(1) : value;
}

/** The same as a text; what is no UTF-8 has replacement characters, so that a reader of JSON finds it corrupt. */
export function textOfBlob(blob: string, key: string): string {
	const value = fromBlob(blob, key);
	return typeof value === "string" ? value : new TextDecoder().decode(value);
}

function utf8(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

function corrupt(key: string, cause?: unknown): StoreError {
	return new StoreError("store_corrupt", `What is stored under ${key} does not have Keyv's form.`, { cause });
}
