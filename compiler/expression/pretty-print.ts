/** The filter `pprint`: Python's `repr`, one item a line when it is longer than 80 columns. */

import { compareTexts } from "./characters.ts";
import { checkText } from "./limits.ts";
import { pythonRepr } from "./printing.ts";
import { getKey, isList, isMapping, keysOf, PyTuple } from "./values.ts";

const WIDTH = 80;
const MAX_LEVELS = 100;

/** The value's text; keys are sorted, as Python's `pprint` does. */
export function prettyPrint(value: unknown): string {
	return checkText(pretty(value, 0, 0, 0));
}

function sortedKeys(keys: readonly unknown[]): readonly unknown[] {
	return [...keys].sort((one, other) =>
		typeof one === "string" && typeof other === "string"
			? compareTexts(one, other)
			: compareTexts(typeof one, typeof other) || Number(one) - Number(other),
	);
}

/** @param column where the text begins. @param trailing characters that follow on its last line. */
function pretty(value: unknown, column: number, trailing: number, level: number): string {
	const flat = pythonRepr(sorted(value, 0));
	if (flat.length <= WIDTH - column - trailing || level > MAX_LEVELS) return flat;
	const inner = " ".repeat(column + 1);
	if (isList(value) && value.length > 0) {
		const [open, close] = value instanceof PyTuple ? ["(", ")"] : ["[", "]"];
		const items = value.map((item, index) =>
			pretty(item, column + 1, index === value.length - 1 ? trailing + 1 : 1, level + 1),
		);
		return `${open}${items.join(`,\n${inner}`)}${close}`;
	}
	if (isMapping(value)) {
		const keys = sortedKeys(keysOf(value));
		const entries = keys.map((key, index) => {
			const name = pythonRepr(key);
			const start = column + name.length + 3;
			return `${name}: ${pretty(getKey(value, key), start, index === keys.length - 1 ? trailing + 1 : 1, level + 1)}`;
		});
		return keys.length === 0 ? flat : `{${entries.join(`,\n${inner}`)}}`;
	}
	return flat;
}

/** The value with all keys sorted. */
function sorted(value: unknown, level: number): unknown {
	if (level > MAX_LEVELS) return value;
	if (isList(value)) return value instanceof PyTuple ? value : value.map((item) => sorted(item, level + 1));
	if (!isMapping(value)) return value;
	return new Map(sortedKeys(keysOf(value)).map((key) => [key, sorted(getKey(value, key), level + 1)] as const));
}
