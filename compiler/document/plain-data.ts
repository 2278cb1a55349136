/** Reading of untrusted plain data: own properties only, never a prototype's. */

/** Whether a value is a map of plain data: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own property `key` of a value, else undefined. */
export function own(value: unknown, key: string): unknown {
	return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The own property if it is a map, else an empty one. */
export function ownRecord(value: unknown, key: string): Record<string, unknown> {
	const found = own(value, key);
	return isRecord(found) ? found : {};
}

/** The own property if it is a string, else undefined. */
export function ownString(value: unknown, key: string): string | undefined {
	const found = own(value, key);
	return typeof found === "string" ? found : undefined;
}

/** The own property if it is a finite number, else undefined. */
export function ownNumber(value: unknown, key: string): number | undefined {
	const found = own(value, key);
	return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** What stands at a path of keys and indexes, own properties only, else undefined. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
	let at: unknown = value;
	for (const key of path) {
		if (Array.isArray(at)) at = typeof key === "number" ? at[key] : undefined;
		else at = own(at, String(key));
	}
	return at;
}
