/** Frames come as whole contexts, of which most is as it was: what is equal is kept once. */
import { isRecord } from "./server-message.ts";

/** The newer value, with those of its parts that are equal in place of which the older ones can stand. */
export function withSharedParts<Value>(newer: Value, older: unknown): Value;
export function withSharedParts(newer: unknown, older: unknown): unknown {
	if (newer === older) return older;
	if (Array.isArray(newer)) return Array.isArray(older) ? sharedList(newer, older) : newer;
	return isRecord(newer) && isRecord(older) ? sharedRecord(newer, older) : newer;
}

function sharedList(newer: readonly unknown[], older: readonly unknown[]): readonly unknown[] {
	const shared = newer.map((item, index) => withSharedParts(item, older[index]));
	return shared.length === older.length && shared.every((item, index) => item === older[index]) ? older : shared;
}

function sharedRecord(
	newer: Readonly<Record<string, unknown>>,
	older: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
	const parts = Object.entries(newer).map(([key, value]): [string, unknown] => [
		key,
		Object.hasOwn(older, key) ? withSharedParts(value, older[key]) : value,
	]);
	const keys = Object.keys(older);
	const isSame =
		keys.length === parts.length && parts.every(([key, value], at) => keys[at] === key && older[key] === value);
	return isSame ? older : Object.fromEntries(parts);
}
