/** What comes out of the database: read with care, since any program may have written it. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { SqliteRow } from "./driver.ts";

const decoder = new TextDecoder();

export function isText(value: unknown): value is string {
	return typeof value === "string";
}

export function textOf(value: unknown): string {
	return typeof value === "string" ? value : "";
}

export function textOrNull(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

export function numberOf(value: unknown): number {
	return numberOrNull(value) ?? 0;
}

export function numberOrNull(value: unknown): number | null {
	return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}

/** A copy of a BLOB, or of a TEXT where another program wrote one. Drivers give different types for bytes. */
export function bytesOf(value: unknown): Uint8Array | null {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	if (value instanceof Uint8Array) return new Uint8Array(value);
	return typeof value === "string" ? new TextEncoder().encode(value) : null;
}

/** The same as text. */
export function textOfBytes(value: unknown): string | null {
	if (value instanceof ArrayBuffer || value instanceof Uint8Array) return decoder.decode(value);
	return typeof value === "string" ? value : null;
}

/** All texts of one column. */
export function column(rows: readonly SqliteRow[], name: string): string[] {
	return rows.map((row) => row[name]).filter(isText);
}

/** A mapping that was stored as JSON; null for anything else. */
export function recordOf(json: unknown): Record<string, unknown> | null {
	if (typeof json !== "string") return null;
	try {
		const value: unknown = JSON.parse(json);
		return isRecord(value) ? value : null;
	} catch {
		return null;
	}
}

/**
 * The range of texts that begin with `prefix`, for an index: `column >= from AND column < to`.
 * @param prefix ends in `/`
 */
export function prefixRange(prefix: string): readonly [from: string, to: string] {
	return [prefix, `${prefix.slice(0, -1)}0`];
}
