/** Python's arithmetic: exact whole numbers, floats that stay floats, texts and lists with `+` and `*`. */
import { Fault } from "./errors.ts";
import { formatPercent } from "./format.ts";
import { checkItems, checkText, checkTextLength, MAX_INTEGER_BITS, markLocal, spend } from "./limits.ts";
import { defined } from "./operators.ts";
import { describe, float, int, isFloat, isList, type Numeric, numeric, PyTuple, tuple } from "./values.ts";

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
