/** Filters on numbers. */
import { flagArgument, wholeArgument } from "./arguments.ts";
import { Fault } from "./errors.ts";
import type { FilterTable } from "./filter-table.ts";
import { fixed } from "./format.ts";
import { spend } from "./limits.ts";
import { pythonStr } from "./printing.ts";
import { describe, float, int, isFloat, numeric, Undefined } from "./values.ts";

const MAX_DIGITS = 1200;
const DECIMAL = /^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?$/i;
const PREFIXES: Readonly<Record<number, RegExp>> = { 2: /^0b/i, 8: /^0o/i, 16: /^0x/i };

/** The text's number as Python's `float()` reads it, or null. */
function readFloat(text: string): number | null {
	const trimmed = text.trim().toLowerCase();
	if (/^[+-]?(?:inf|infinity)$/.test(trimmed)) return trimmed.startsWith("-") ? -Infinity : Infinity;
	if (/^[+-]?nan$/.test(trimmed)) return Number.NaN;
	return trimmed.length < MAX_DIGITS && DECIMAL.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : null;
}

/** The text's whole number as Python's `int(text, base)` reads it, or null. */
function readInt(text: string, base: number): number | bigint | null {
	const trimmed = text.trim();
	const sign = trimmed.startsWith("-") ? -1n : 1n;
	const unsigned = trimmed.replace(/^[+-]/, "");
	const digits = unsigned.replace(PREFIXES[base] ?? /^$/, "");
	if (digits.length > MAX_DIGITS || !/^[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(digits)) return null;
	spend(digits.length);
	let value = 0n;
	for (const digit of digits.replaceAll("_", "")) {
		const amount = Number.parseInt(digit, 36);
		if (amount >= base) return null;
		value = value * BigInt(base) + BigInt(amount);
	}
	return int(sign * value);
}

function toInt(input: unknown, args: readonly unknown[]): unknown {
	const otherwise = args[0] === undefined ? 0 : args[0];
	if (typeof input === "string") {
		const base = wholeArgument(args[1], 10, "base");
		if (base < 2 || base > 36) throw new Fault("`base` is a number from 2 to 36");
		const whole = readInt(input, base);
		if (whole !== null) return whole;
		const number = readFloat(input);
		return number === null || !Number.isFinite(number) ? otherwise : int(BigInt(Math.trunc(number)));
	}
	const number = numeric(input);
	if (number === null) return otherwise;
	if (typeof number === "bigint") return number;
	return Number.isFinite(number) ? Math.trunc(number) + 0 : otherwise;
}

function toFloat(input: unknown, args: readonly unknown[]): unknown {
	const number = typeof input === "string" ? readFloat(input) : numeric(input);
	if (number !== null) return float(Number(number));
	return args[0] === undefined ? float(0) : args[0];
}

function required(input: unknown, filter: string): number | bigint {
	const number = numeric(input);
	if (number !== null) return number;
	if (input instanceof Undefined) throw new Fault(input.what);
	throw new Fault(`\`${filter}\` takes a number, not ${describe(input)}`);
}

function round(input: unknown, args: readonly unknown[]): unknown {
	const number = required(input, "round");
	const digits = wholeArgument(args[0], 0, "precision");
	if (Math.abs(digits) > 100) throw new Fault("`precision` is a number from -100 to 100");
	const method = args[1] === undefined ? "common" : pythonStr(args[1]);
	if (method === "ceil" || method === "floor") {
		const scale = 10 ** digits;
		return float((method === "ceil" ? Math.ceil : Math.floor)(Number(number) * scale) / scale);
	}
	if (method !== "common") throw new Fault("`method` is `common`, `ceil` or `floor`");
	if (!isFloat(input)) return digits >= 0 ? number : roundWhole(BigInt(number), -digits);
	const value = Number(number);
	if (!Number.isFinite(value)) return value;
	if (digits < 0) return float(Number(roundWhole(BigInt(Math.round(value)), -digits)));
	const rounded = Number(fixed(Math.abs(value), digits));
	return float(value < 0 || Object.is(value, -0) ? -rounded : rounded);
}

/** Rounds to a power of ten, halves to even. */
function roundWhole(value: bigint, zeros: number): number | bigint {
	const unit = 10n ** BigInt(zeros);
	const rest = ((value % unit) + unit) % unit;
	const low = value - rest;
	const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
	return int(up ? low + unit : low);
}

const DECIMAL_UNITS = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const BINARY_UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

function fileSize(input: unknown, args: readonly unknown[]): string {
	const size = Number(typeof input === "string" ? (readFloat(input) ?? Number.NaN) : required(input, "filesizeformat"));
	if (Number.isNaN(size)) throw new Fault("`filesizeformat` takes a number of bytes");
	const binary = flagArgument(args[0], false);
	const base = binary ? 1024 : 1000;
	const units = binary ? BINARY_UNITS : DECIMAL_UNITS;
	if (size === 1) return "1 Byte";
	if (size < base) return `${Math.trunc(size)} Bytes`;
	for (const [index, unit] of units.entries()) {
		if (size < base ** (index + 2) || index === units.length - 1)
			return `${fixed(size / base ** (index + 1), 1)} ${unit}`;
	}
	return `${size} Bytes`;
}

export const NUMBER_FILTERS: FilterTable = {
	abs: {
		params: [],
		run: (input) => {
			const number = required(input, "abs");
			if (isFloat(input)) return float(Math.abs(Number(number)));
			return typeof number === "bigint" ? (number < 0n ? -number : number) : Math.abs(number);
		},
	},
	filesizeformat: { params: ["binary"], run: fileSize },
	float: { params: ["default"], run: toFloat },
	int: { params: ["default", "base"], run: toInt },
	round: { params: ["precision", "method"], run: round },
};
