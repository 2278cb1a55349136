/** Python's `%` formatting: `"%s has %05.1f" % (name, x)`, also behind the filter `format`. */
import { Fault } from "./errors.ts";
import { checkText, checkTextLength } from "./limits.ts";
import { pythonRepr, pythonStr } from "./printing.ts";
import { describe, getKey, hasKey, isMapping, numeric, PyTuple, Undefined } from "./values.ts";

const DIRECTIVE = /%(?:\(([^)]{0,200})\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+))?([a-zA-Z%]|$)/g;
const MAX_WIDTH = 10_000;

/**
 * Formats `values` (a tuple, a mapping for `%(name)s`, or one value) into the pattern.
 *
 * @throws Fault for missing, left-over or wrong values.
 */
export function formatPercent(pattern: string, values: unknown): string {
	const list = values instanceof PyTuple ? [...values] : [values];
	let next = 0;
	let named = false;
	const take = (): unknown => {
		if (next >= list.length) throw new Fault("the format has more places than there are values");
		next += 1;
		return list[next - 1];
	};
	const size = (written: string | undefined): number | null => {
		if (written === undefined) return null;
		const value = Number(written === "*" ? numeric(take()) : written);
		if (!(value <= MAX_WIDTH)) throw new Fault(`a format's width is at most ${MAX_WIDTH}`);
		return value;
	};
	const text = pattern.replace(DIRECTIVE, (whole, key: string | undefined, flags: string, width, precision, type) => {
		if (type === "%") return "%";
		if (type === "") throw new Fault(`the format \`${whole}\` is not complete`);
		const columns = size(width);
		const digits = size(precision);
		let value: unknown;
		if (key === undefined) value = take();
		else {
			named = true;
			if (!isMapping(values)) throw new Fault("the format needs a mapping");
			if (!hasKey(values, key)) throw new Fault(`the format's key \`${key}\` is missing`);
			value = getKey(values, key);
		}
		return pad(convert(value, type, flags, digits), columns ?? 0, flags, type);
	});
	if (!named && next < list.length && !isMapping(values)) {
		throw new Fault("the format has fewer places than there are values");
	}
	checkTextLength(text.length);
	return checkText(text);
}

function convert(value: unknown, type: string, flags: string, digits: number | null): string {
	const cut = (text: string) => (digits === null ? text : text.slice(0, digits));
	switch (type) {
		case "s":
			return cut(pythonStr(value));
		case "r":
		case "a":
			return cut(pythonRepr(value));
		case "c":
			return typeof value === "string" ? value : String.fromCodePoint(Number(number(value, type)));
	}
	const amount = number(value, type);
	const size = Number(amount);
	const sign = size < 0 || Object.is(size, -0) ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
	switch (type) {
		case "d":
		case "i":
		case "u":
			return sign + wholeDigits(amount, 10).padStart(digits ?? 0, "0");
		case "x":
			return sign + (flags.includes("#") ? "0x" : "") + wholeDigits(amount, 16).padStart(digits ?? 0, "0");
		case "X":
			return (
				sign +
				(flags.includes("#") ? "0X" : "") +
				wholeDigits(amount, 16)
					.toUpperCase()
					.padStart(digits ?? 0, "0")
			);
		case "o":
			return sign + (flags.includes("#") ? "0o" : "") + wholeDigits(amount, 8).padStart(digits ?? 0, "0");
		case "f":
		case "F":
			return sign + fixed(Math.abs(size), digits ?? 6);
		case "e":
		case "E": {
			const text = exponential(Math.abs(size), digits ?? 6);
			return sign + (type === "E" ? text.toUpperCase() : text);
		}
		case "g":
		case "G": {
			const text = general(Math.abs(size), digits ?? 6);
			return sign + (type === "G" ? text.toUpperCase() : text);
		}
	}
	throw new Fault(`the format has no type \`${type}\``);
}

function number(value: unknown, type: string): number | bigint {
	const amount = numeric(value);
	if (amount !== null) return amount;
	if (value instanceof Undefined) throw new Fault(value.what);
	throw new Fault(`the format \`%${type}\` needs a number, not ${describe(value)}`);
}

function wholeDigits(amount: number | bigint, radix: number): string {
	const whole = typeof amount === "bigint" ? amount : BigInt(finite(Math.trunc(amount)));
	return (whole < 0n ? -whole : whole).toString(radix);
}

function finite(amount: number): number {
	if (!Number.isFinite(amount)) throw new Fault("an infinite number has no digits");
	return amount;
}

/** Exact decimal digits, rounded half to even on the exact value, as C's `printf` does. */
export function fixed(size: number, digits: number): string {
	if (Number.isNaN(size)) return "nan";
	if (!Number.isFinite(size)) return "inf";
	if (size < 1e21) return exactFixed(size, Math.min(digits, 100)) + "0".repeat(Math.max(0, digits - 100));
	const whole = BigInt(size).toString();
	return digits === 0 ? whole : `${whole}.${"0".repeat(digits)}`;
}

/** `toFixed` rounds exact ties up; Python rounds them to even. */
function exactFixed(size: number, digits: number): string {
	const text = size.toFixed(digits);
	if (digits > 22) return text;
	const scaled = size * 10 ** digits;
	const isTie = Number.isInteger(scaled * 2) && !Number.isInteger(scaled) && scaled / 10 ** digits === size;
	if (!isTie) return text;
	const exact = size.toFixed(Math.min(100, digits + 30));
	if (!/^50*$/.test(exact.slice(exact.indexOf(".") + 1 + digits))) return text;
	const lower = Math.floor(scaled);
	return ((lower % 2 === 0 ? lower : lower + 1) / 10 ** digits).toFixed(digits);
}

function exponential(size: number, digits: number): string {
	if (!Number.isFinite(size)) return fixed(size, 0);
	const [mantissa = "", exponent = "+0"] = size.toExponential(Math.min(100, digits)).split("e");
	return `${mantissa}e${exponent[0] ?? "+"}${exponent.slice(1).padStart(2, "0")}`;
}

/** C's `%g`: the shorter of both, without zeros at the end. */
export function general(size: number, digits: number): string {
	if (!Number.isFinite(size)) return fixed(size, 0);
	const precision = Math.min(100, Math.max(1, digits));
	const exponent = size === 0 ? 0 : Number(size.toExponential(precision - 1).split("e")[1]);
	const strip = (text: string) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
	if (exponent < -4 || exponent >= precision) {
		const [mantissa = "", power = ""] = exponential(size, precision - 1).split("e");
		return `${strip(mantissa)}e${power}`;
	}
	return strip(fixed(size, Math.max(0, precision - 1 - exponent)));
}

function pad(text: string, columns: number, flags: string, type: string): string {
	if (flags.includes("-")) return text.padEnd(columns);
	if (!flags.includes("0") || "src".includes(type)) return text.padStart(columns);
	const sign = /^[-+ ]?(?:0[xXo])?/.exec(text)?.[0] ?? "";
	return sign + text.slice(sign.length).padStart(columns - sign.length, "0");
}
