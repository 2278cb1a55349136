/** Python's truth, equality, order and arithmetic. Everything here throws `Fault` where Python raises. */
import { codePoints, compareTexts, isSame } from "./characters.ts";
import { Fault } from "./errors.ts";
import { formatPercent } from "./format.ts";
import {
	checkItems,
	checkText,
	checkTextLength,
	MAX_DATA_DEPTH,
	MAX_INTEGER_BITS,
	markLocal,
	spend,
	spendText,
} from "./limits.ts";
import {
	describe,
	float,
	getKey,
	hasKey,
	int,
	isEmpty,
	isFloat,
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
	tuple,
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

function mismatch(operator: string, left: unknown, right: unknown): Fault {
	defined(left);
	defined(right);
	return new Fault(`\`${operator}\` cannot be used on ${describe(left)} and ${describe(right)}`);
}

/** The exact result when both are ints; null when a float takes part. */
function integers(left: unknown, right: unknown): readonly [bigint, bigint] | null {
	if (isFloat(left) || isFloat(right)) return null;
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) return null;
	spend(1);
	return [BigInt(one), BigInt(other)];
}

/** Units of work for an integer that a plain number cannot hold. */
const LARGE_INTEGER_COST = 100;

function bounded(value: bigint): number | bigint {
	const small = int(value);
	if (typeof small === "bigint") spend(LARGE_INTEGER_COST);
	if (typeof small === "bigint" && small.toString(16).length * 4 > MAX_INTEGER_BITS) {
		throw new Fault("the number is too large");
	}
	return small;
}

/** The result where it is exact in a number; most arithmetic is. */
function isExact(left: unknown, right: unknown, result: number): boolean {
	return Number.isInteger(left) && Number.isInteger(right) && Number.isSafeInteger(result);
}

export function add(left: unknown, right: unknown): unknown {
	if (typeof left === "number" && typeof right === "number" && isExact(left, right, left + right)) return left + right;
	if (typeof left === "string" && typeof right === "string") {
		checkTextLength(left.length + right.length);
		return checkText(left + right);
	}
	if (isList(left) && isList(right) && left instanceof PyTuple === right instanceof PyTuple) {
		checkItems(left.length + right.length);
		return left instanceof PyTuple ? tuple(...left, ...right) : markLocal([...left, ...right]);
	}
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("+", left, right);
	const exact = integers(left, right);
	return exact === null ? float(Number(one) + Number(other)) : bounded(exact[0] + exact[1]);
}

export function subtract(left: unknown, right: unknown): unknown {
	if (typeof left === "number" && typeof right === "number" && isExact(left, right, left - right)) return left - right;
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("-", left, right);
	const exact = integers(left, right);
	return exact === null ? float(Number(one) - Number(other)) : bounded(exact[0] - exact[1]);
}

export function multiply(left: unknown, right: unknown): unknown {
	if (typeof left === "number" && typeof right === "number" && isExact(left, right, left * right))
		return left * right + 0;
	const repeated = repeat(left, right) ?? repeat(right, left);
	if (repeated !== null) return repeated;
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("*", left, right);
	const exact = integers(left, right);
	return exact === null ? float(Number(one) * Number(other)) : bounded(exact[0] * exact[1]);
}

function repeat(value: unknown, times: unknown): unknown {
	if (typeof value !== "string" && !isList(value)) return null;
	if (isFloat(times)) return null;
	const count = numeric(times);
	if (count === null) return null;
	const rounds = Math.max(0, Number(count));
	if (typeof value === "string") {
		if (value === "") return "";
		checkTextLength(value.length * rounds);
		return checkText(value.repeat(rounds));
	}
	checkItems(value.length * rounds);
	const items: unknown[] = [];
	for (let round = 0; value.length > 0 && round < rounds; round += 1) {
		for (const item of value) items.push(item);
	}
	return value instanceof PyTuple ? tuple(...items) : markLocal(items);
}

function nonZero(value: Numeric): number {
	const number = Number(value);
	if (number === 0) throw new Fault("division by zero");
	return number;
}

export function divide(left: unknown, right: unknown): unknown {
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("/", left, right);
	return float(Number(one) / nonZero(other));
}

export function floorDivide(left: unknown, right: unknown): unknown {
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("//", left, right);
	const divisor = nonZero(other);
	const exact = integers(left, right);
	if (exact === null) {
		const rest = floatModulo(Number(one), divisor);
		return float(Math.floor((Number(one) - rest) / divisor + 0.5));
	}
	const quotient = exact[0] / exact[1];
	const inexact = quotient * exact[1] !== exact[0];
	return int(inexact && exact[0] < 0n !== exact[1] < 0n ? quotient - 1n : quotient);
}

function floatModulo(value: number, divisor: number): number {
	if (!Number.isFinite(divisor) && Number.isFinite(value)) {
		return value === 0 || value < 0 === divisor < 0 ? value : divisor;
	}
	const rest = value % divisor;
	if (rest === 0) return divisor < 0 ? -0 : 0;
	return rest < 0 !== divisor < 0 ? rest + divisor : rest;
}

/** `%` of numbers; of a text, its formatting with the values on the right (templates only). */
export function modulo(left: unknown, right: unknown): unknown {
	if (typeof left === "string") return formatPercent(left, right);
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("%", left, right);
	const divisor = nonZero(other);
	const exact = integers(left, right);
	if (exact === null) return float(floatModulo(Number(one), divisor));
	const rest = exact[0] % exact[1];
	return int(rest !== 0n && rest < 0n !== exact[1] < 0n ? rest + exact[1] : rest);
}

export function power(left: unknown, right: unknown): unknown {
	const one = numeric(left);
	const other = numeric(right);
	if (one === null || other === null) throw mismatch("**", left, right);
	const exact = integers(left, right);
	if (exact !== null && exact[1] >= 0n) {
		const bits = exact[0].toString(2).length;
		if (bits > 2 && BigInt(bits) * exact[1] > BigInt(MAX_INTEGER_BITS * 2)) throw new Fault("the number is too large");
		const base = exact[0];
		if (base >= -1n && base <= 1n)
			return Number(base === -1n && exact[1] % 2n === 0n ? 1n : exact[1] === 0n ? 1n : base);
		if (exact[1] > BigInt(MAX_INTEGER_BITS)) throw new Fault("the number is too large");
		return bounded(base ** exact[1]);
	}
	if (Number(one) === 0 && Number(other) < 0) throw new Fault("division by zero");
	const result = Number(one) ** Number(other);
	if (Number.isNaN(result) && !Number.isNaN(Number(one)) && !Number.isNaN(Number(other))) {
		throw new Fault("the root of a negative number is not a number");
	}
	if (!Number.isFinite(result) && Number.isFinite(Number(one)) && Number.isFinite(Number(other))) {
		throw new Fault("the number is too large");
	}
	return float(result);
}

export function negate(value: unknown): unknown {
	const number = numeric(value);
	if (number === null) {
		defined(value);
		throw new Fault(`\`-\` cannot be used on ${describe(value)}`);
	}
	if (isFloat(value)) return float(-Number(number));
	return typeof number === "bigint" ? int(-number) : 0 - number;
}

export function positive(value: unknown): unknown {
	const number = numeric(value);
	if (number === null) {
		defined(value);
		throw new Fault(`\`+\` cannot be used on ${describe(value)}`);
	}
	return isFloat(value) ? value : number;
}
