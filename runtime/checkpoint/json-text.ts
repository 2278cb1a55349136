/** JSON text of data that may hold what JSON has no word for: such values are stored as text, and named (spec section 13.3). */
import { isRecord } from "../../compiler/document/plain-data.ts";

/** Longest list of paths in one warning. */
const maxNamed = 20;

/** Levels of nesting: of more, `JSON.stringify` may not come back. */
const maxDepth = 1000;

/**
 * Plain JSON where that works; else values without a JSON form (BigInt, cycles, a `toJSON` that throws, what is nested too
 * deep) become text.
 * @param warn is called with the paths (`a.b`, `a[0]`) and types of the values that became text
 */
export function toJsonText(value: unknown, warn: (replaced: readonly string[]) => void): string {
	try {
		return JSON.stringify(value) ?? "null";
	} catch {
		const replaced: string[] = [];
		const text = JSON.stringify(plain(value, "", [], replaced)) ?? "null";
		warn(replaced.slice(0, maxNamed));
		return text;
	}
}

function plain(value: unknown, path: string, parents: readonly object[], replaced: string[]): unknown {
	const asText = (type: string, text: string): string => {
		replaced.push(`${path || "the value"} (${type})`);
		return text;
	};
	if (typeof value === "bigint") return asText("bigint", String(value));
	if (typeof value !== "object" || value === null) return value;
	if (parents.length >= maxDepth) return asText("depth", "[too deep]");
	if (parents.includes(value)) return asText("cycle", "[cycle]");
	const inside = [...parents, value];
	if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${index}]`, inside, replaced));
	try {
		if ("toJSON" in value && typeof value.toJSON === "function") return JSON.parse(JSON.stringify(value) ?? "null");
		if (!isRecord(value)) return asText("object", String(value));
		return Object.fromEntries(
			Object.entries(value).map(([key, item]) => [
				key,
				plain(item, path === "" ? key : `${path}.${key}`, inside, replaced),
			]),
		);
	} catch (error) {
		return asText(value.constructor?.name ?? "object", `[${error instanceof Error ? error.message : "unreadable"}]`);
	}
}
