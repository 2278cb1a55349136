/** Filters on lists and mappings, and `default`. */
import { templateSubscript } from "./access.ts";
import { flagArgument, wholeArgument } from "./arguments.ts";
import { add } from "./arithmetic.ts";
import { codePointLength, codePoints } from "./characters.ts";
import { Fault } from "./errors.ts";
import type { FilterTable } from "./filter-table.ts";
import { checkItems, checkText, markLocal, spend } from "./limits.ts";
import { compare, defined, itemsOf, pythonEquals, truthy } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import {
	Builtin,
	describe,
	getKey,
	isList,
	isMapping,
	iterator,
	keysOf,
	numeric,
	PyGroup,
	PyRange,
	PyTuple,
	sizeOf,
	tuple,
	Undefined,
} from "./values.ts";

/** Reads `a.b.0` of an item; whole-number parts are indexes. */
export function attributeReader(attribute: unknown): (item: unknown) => unknown {
	if (attribute === undefined || attribute === null) return (item) => item;
	const parts =
		typeof attribute === "string"
			? attribute.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part))
			: [attribute];
	return (item) => {
		spend(2);
		return parts.reduce(templateSubscript, item);
	};
}

/** Lower case for comparisons that ignore it. */
function foldCase(value: unknown, caseSensitive: boolean): unknown {
	return !caseSensitive && typeof value === "string" ? value.toLowerCase() : value;
}

function sortBy(
	items: readonly unknown[],
	key: (item: unknown) => readonly unknown[],
	reverse: boolean,
): readonly unknown[] {
	checkItems(items.length);
	spend(items.length);
	const keyed = items.map((item) => ({ item, keys: key(item) }));
	const direction = reverse ? -1 : 1;
	keyed.sort((one, other) => {
		spend(1);
		for (const [index, left] of one.keys.entries()) {
			const right = other.keys[index];
			if (!pythonEquals(left, right)) return direction * compare(left, right, "<");
		}
		return 0;
	});
	return keyed.map(({ item }) => item);
}

function sort(input: unknown, args: readonly unknown[]): unknown {
	const [reverse, caseSensitive, attribute] = args;
	const sensitive = flagArgument(caseSensitive, false);
	const readers =
		typeof attribute === "string" ? attribute.split(",").map(attributeReader) : [attributeReader(attribute)];
	const key = (item: unknown) => readers.map((read) => foldCase(read(item), sensitive));
	return markLocal([...sortBy(itemsOf(input), key, flagArgument(reverse, false))]);
}

function sortMapping(input: unknown, args: readonly unknown[]): unknown {
	const [caseSensitive, by, reverse] = args;
	if (!isMapping(input)) throw new Fault(`\`dictsort\` takes a mapping, not ${describe(defined(input))}`);
	const place = by === undefined || by === "key" ? 0 : by === "value" ? 1 : null;
	if (place === null) throw new Fault("`by` is `key` or `value`");
	const pairs = keysOf(input).map((key) => tuple(key, getKey(input, key)));
	const sensitive = flagArgument(caseSensitive, false);
	const key = (pair: unknown) => [foldCase(isList(pair) ? pair[place] : null, sensitive)];
	return markLocal([...sortBy(pairs, key, flagArgument(reverse, false))]);
}

function unique(input: unknown, args: readonly unknown[]): unknown {
	const read = attributeReader(args[1]);
	const sensitive = flagArgument(args[0], false);
	const seen = new Set<unknown>();
	return iterator(
		itemsOf(input).filter((item) => {
			spend(1);
			const value = foldCase(read(item), sensitive);
			if ((isList(value) && !(value instanceof PyTuple)) || isMapping(value)) {
				throw new Fault(`\`unique\` cannot compare ${describe(value)}`);
			}
			const key = value instanceof PyTuple ? pythonStr(value) : (numeric(value) ?? value);
			if (seen.has(key)) return false;
			seen.add(key);
			return true;
		}),
	);
}

function extreme(name: "min" | "max"): (input: unknown, args: readonly unknown[]) => unknown {
	return (input, args) => {
		const read = attributeReader(args[1]);
		const sensitive = flagArgument(args[0], false);
		const [first, ...others] = itemsOf(input);
		checkItems(others.length);
		if (first === undefined) return new Undefined("the list is empty");
		let best: unknown = first;
		let bestKey = foldCase(read(first), sensitive);
		for (const item of others) {
			const key = foldCase(read(item), sensitive);
			const order = compare(key, bestKey, name === "min" ? "<" : ">");
			if (name === "min" ? order < 0 : order > 0) {
				best = item;
				bestKey = key;
			}
		}
		return best;
	};
}

function groupBy(input: unknown, args: readonly unknown[]): unknown {
	const [attribute, otherwise, caseSensitive] = args;
	const readRaw = attributeReader(attribute);
	const read = (item: unknown) => {
		const value = readRaw(item);
		return value instanceof Undefined && otherwise !== undefined && otherwise !== null ? otherwise : value;
	};
	const sensitive = flagArgument(caseSensitive, false);
	const sorted = sortBy(itemsOf(input), (item) => [foldCase(read(item), sensitive)], false);
	const groups: { readonly key: unknown; readonly items: unknown[] }[] = [];
	for (const item of sorted) {
		const key = foldCase(read(item), sensitive);
		const last = groups.at(-1);
		if (last !== undefined && pythonEquals(last.key, key)) last.items.push(item);
		else groups.push({ key, items: [item] });
	}
	return groups.map(({ items }) => {
		const group = new PyGroup();
		group.push(read(items[0]), items);
		return group;
	});
}

function lengthOf(input: unknown): number {
	if (typeof input === "string") return codePointLength(input);
	if (isList(input) || input instanceof PyRange) return input.length;
	if (isMapping(input)) return sizeOf(input);
	if (input instanceof Undefined) return 0;
	throw new Fault(`${describe(input)} has no length`);
}

function batch(input: unknown, args: readonly unknown[]): unknown {
	const size = wholeArgument(args[0], 1, "linecount");
	const items = itemsOf(input);
	checkItems(items.length);
	if (size < 1) throw new Fault("`linecount` is at least 1");
	const rows: unknown[][] = [];
	for (let index = 0; index < items.length; index += size) rows.push(items.slice(index, index + size));
	const last = rows.at(-1);
	if (last !== undefined && args[1] !== undefined && args[1] !== null) fillUp(last, size, args[1]);
	return iterator(rows);
}

function fillUp(row: unknown[], size: number, filler: unknown): void {
	checkItems(size);
	while (row.length < size) row.push(filler);
}

function cut(input: unknown, args: readonly unknown[]): unknown {
	const slices = wholeArgument(args[0], 1, "slices");
	const items = itemsOf(input);
	if (slices < 1) throw new Fault("`slices` is at least 1");
	checkItems(slices + items.length);
	const short = Math.floor(items.length / slices);
	const longer = items.length % slices;
	const columns: unknown[][] = [];
	let from = 0;
	for (let column = 0; column < slices; column += 1) {
		const to = from + short + (column < longer ? 1 : 0);
		const part = items.slice(from, to);
		if (args[1] !== undefined && args[1] !== null && column >= longer && longer > 0) part.push(args[1]);
		columns.push(part);
		from = to;
	}
	return iterator(columns);
}

function join(input: unknown, args: readonly unknown[]): string {
	const read = attributeReader(args[1]);
	const items = itemsOf(input);
	checkItems(items.length);
	const separator = args[0] === undefined ? "" : pythonStr(args[0]);
	let text = "";
	for (const [index, item] of items.entries()) {
		text += (index > 0 ? separator : "") + pythonStr(read(item));
		if ((index & 0xff) === 0) checkText(text);
	}
	return checkText(text);
}

function reverse(input: unknown): unknown {
	if (typeof input === "string") return codePoints(input).reverse().join("");
	const items = itemsOf(input);
	checkItems(items.length);
	return iterator([...items].reverse());
}

function sum(input: unknown, args: readonly unknown[]): unknown {
	const read = attributeReader(args[0]);
	const start = args[1] === undefined ? 0 : args[1];
	if (typeof start === "string") throw new Fault("`sum` does not join texts; use `join`");
	return itemsOf(input).reduce((total, item) => {
		spend(1);
		return add(total, read(item));
	}, start);
}

function list(input: unknown): unknown {
	const items = itemsOf(input);
	checkItems(items.length);
	return markLocal(Array.from(items));
}

const defaultFilter = {
	params: ["default_value", "boolean"],
	run: (input: unknown, [otherwise, boolean]: readonly unknown[]) =>
		input instanceof Undefined || (flagArgument(boolean, false) && !truthy(input))
			? otherwise === undefined
				? ""
				: otherwise
			: input,
};
const lengthFilter = { params: [], run: lengthOf };
const EMPTY = new Undefined("the list is empty");

export const LIST_FILTERS: FilterTable = {
	attr: {
		params: ["name"],
		required: 1,
		run: (input, [name]) => {
			defined(input);
			const value = input instanceof Builtin ? input.attribute(pythonStr(name)) : undefined;
			return value ?? new Undefined(`${describe(input)} has no attribute \`${pythonStr(name)}\``);
		},
	},
	batch: { params: ["linecount", "fill_with"], required: 1, run: batch },
	count: lengthFilter,
	d: defaultFilter,
	default: defaultFilter,
	dictsort: { params: ["case_sensitive", "by", "reverse"], run: sortMapping },
	first: { params: [], run: (input) => itemsOf(input)[0] ?? (itemsOf(input).length > 0 ? null : EMPTY) },
	groupby: { params: ["attribute", "default", "case_sensitive"], required: 1, run: groupBy },
	items: {
		params: [],
		run: (input) => {
			if (input instanceof Undefined) return iterator([]);
			if (!isMapping(input)) throw new Fault(`\`items\` takes a mapping, not ${describe(input)}`);
			return iterator(keysOf(input).map((key) => tuple(key, getKey(input, key))));
		},
	},
	join: { params: ["d", "attribute"], run: join },
	last: { params: [], run: (input) => itemsOf(input).at(-1) ?? (itemsOf(input).length > 0 ? null : EMPTY) },
	length: lengthFilter,
	list: { params: [], run: list },
	max: { params: ["case_sensitive", "attribute"], run: extreme("max") },
	min: { params: ["case_sensitive", "attribute"], run: extreme("min") },
	reverse: { params: [], run: reverse },
	slice: { params: ["slices", "fill_with"], required: 1, run: cut },
	sort: { params: ["reverse", "case_sensitive", "attribute"], run: sort },
	sum: { params: ["attribute", "start"], run: sum },
	unique: { params: ["case_sensitive", "attribute"], run: unique },
};
