/** Python's truth, equality, order and membership. Everything here throws `Fault` where Python raises. */
import { codePoints, compareTexts, isSame } from "./characters.ts";
import { Fault } from "./errors.ts";
import { MAX_DATA_DEPTH, spend, spendText } from "./limits.ts";
import {
	describe,
	getKey,
	hasKey,
	isEmpty,
	isList,
	isMapping,
	keysOf,
	mapKey,
	type Numeric,
	numeric,
	PyFloat,
	PyIterator,
	PyRange,
	PyTuple,
	sizeOf,
	Undefined,
} from "./values.ts";

/** Python's truth: false are null, false, 0, and empty texts, lists and mappings. */
export function truthy(value: unknown): boolean {
	if (value === true) return true;
	switch (typeof value) {
		case "boolean":
			return value;
		case "string":
			return value !== "";
		case "number":
			return value !== 0;
		case "bigint":
			return value !== 0n;
		case "undefined":
			return false;
		case "object":
			break;
		default:
			return true;
	}
	if (value === null || value instanceof Undefined) return false;
	if (isList(value)) return value.length > 0 || value instanceof PyIterator;
	if (value instanceof PyFloat) return value.value !== 0;
	if (isMapping(value)) return !isEmpty(value);
	if (value instanceof PyRange) return value.length > 0;
	return true;
}

/** Fails when a missing value is used as if it were one. */
export function defined(value: unknown): unknown {
	if (value instanceof Undefined) throw new Fault(value.what);
	return value;
}

/** Python's `==`: numbers and booleans by value, lists and mappings by content, no conversion of texts. */
export function pythonEquals(left: unknown, right: unknown): boolean {
	return equals(left, right, 0);
}

/** Equality by value; `===` tells a bigint from a number. */
function sameNumber(one: Numeric, other: Numeric): boolean {
	return one <= other && one >= other;
}

function equals(left: unknown, right: unknown, depth: number): boolean {
	if (isSame(left, right)) return true;
	if (typeof left === "string" || typeof right === "string") return false;
	const one = numeric(left);
	const other = numeric(right);
	if (one !== null || other !== null) return one !== null && other !== null && sameNumber(one, other);
	if (depth > MAX_DATA_DEPTH) throw new Fault("the data is nested too deeply to compare");
	if (left instanceof Undefined || left === undefined) return right instanceof Undefined || right === undefined;
	if (left === null || right === null || right === undefined) return false;
	if (isList(left)) {
		if (!isList(right) || left.length !== right.length) return false;
		if (left instanceof PyTuple !== right instanceof PyTuple) return false;
		spend(left.length);
		return left.every((item, index) => equals(item, right[index], depth + 1));
	}
	if (isMapping(left)) {
		if (!isMapping(right)) return false;
		const keys = keysOf(left);
		spend(keys.length);
		return (
			keys.length === sizeOf(right) &&
			keys.every((key) => hasKey(right, key) && equals(getKey(left, key), getKey(right, key), depth + 1))
		);
	}
	if (left instanceof PyRange)
		return right instanceof PyRange && pythonEquals([...rangeItems(left)], [...rangeItems(right)]);
	return false;
}

/**
 * Python's order: negative, zero or positive, or NaN where a number is not a number.
 *
 * @throws Fault when the types have no order between them.
 */
export function compare(left: unknown, right: unknown, operator: string): number {
	if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
	const one = numeric(left);
	const other = numeric(right);
	if (one !== null && other !== null)
		return one < other ? -1 : one > other ? 1 : sameNumber(one, other) ? 0 : Number.NaN;
	defined(left);
	defined(right);
	if (isList(left) && isList(right) && left instanceof PyTuple === right instanceof PyTuple) {
		const shared = Math.min(left.length, right.length);
		for (let index = 0; index < shared; index += 1) {
			spend(1);
			if (!pythonEquals(left[index], right[index])) return compare(left[index], right[index], operator);
		}
		return left.length - right.length;
	}
	throw new Fault(`\`${operator}\` cannot compare ${describe(left)} with ${describe(right)}`);
}

export function less(left: unknown, right: unknown): boolean {
	return compare(left, right, "<") < 0;
}
export function lessOrEqual(left: unknown, right: unknown): boolean {
	return compare(left, right, "<=") <= 0;
}
export function greater(left: unknown, right: unknown): boolean {
	return compare(left, right, ">") > 0;
}
export function greaterOrEqual(left: unknown, right: unknown): boolean {
	return compare(left, right, ">=") >= 0;
}

/** Python's `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
	if (typeof container === "string") {
		if (typeof item === "string") {
			spendText(container);
			return container.includes(item);
		}
		defined(item);
		throw new Fault(`\`in\` looks for a text in a text, not for ${describe(item)}`);
	}
	if (isList(container)) {
		spend(container.length);
		return container.some((one) => pythonEquals(one, item));
	}
	if (isMapping(container)) return hasKey(container, mapKey(item));
	if (container instanceof PyRange) return rangeItems(container).some((one) => pythonEquals(one, item));
	if (container instanceof Undefined) return false;
	throw new Fault(`\`in\` cannot look into ${describe(container)}`);
}

/** The numbers of a range. */
export function rangeItems(range: PyRange): number[] {
	spend(range.length);
	return Array.from({ length: range.length }, (_, index) => range.at(index));
}

/**
 * What a loop or filter goes through: items, characters, keys.
 *
 * @throws Fault when the value has no items.
 */
export function itemsOf(value: unknown): readonly unknown[] {
	if (isList(value)) return value;
	if (typeof value === "string") return codePoints(value);
	if (isMapping(value)) return keysOf(value);
	if (value instanceof PyRange) return rangeItems(value);
	if (value instanceof Undefined) return [];
	throw new Fault(`${describe(value)} has no items to go through`);
}
