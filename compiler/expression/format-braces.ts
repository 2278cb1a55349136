/** Python's `"{} has {x:.2f}".format(…)`, with keys and indexes of data only. */
import { templateSubscript } from "./access.ts";
import { codePointLength } from "./characters.ts";
import { Fault } from "./errors.ts";
import { fixed, general } from "./format.ts";
import type { NamedArguments } from "./functions.ts";
import { checkText } from "./limits.ts";
import { pythonRepr, pythonStr } from "./printing.ts";
import { center, pad } from "./texts.ts";
import { describe, isFloat, numeric, Undefined } from "./values.ts";

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d{1,4})?([,_])?(?:\.(\d{1,3}))?([a-zA-Z%])?$/su;

/** Formats the pattern. @throws Fault for wrong fields and values that do not fit. */
export function formatBraces(pattern: string, args: readonly unknown[], named: NamedArguments): string {
	let automatic = 0;
	return checkText(
		pattern.replace(
			FIELD,
			(whole, field: string | undefined, conversion: string | undefined, spec: string | undefined) => {
				if (whole === "{{") return "{";
				if (whole === "}}") return "}";
				if (field === undefined) throw new Fault(`a single \`${whole}\` stands in the format; write it twice`);
				const [root = "", ...steps] = field.split(/[.[]/).map((step) => step.replace(/\]$/, ""));
				let value: unknown;
				if (root === "") {
					value = args[automatic];
					automatic += 1;
				} else value = /^\d+$/.test(root) ? args[Number(root)] : named.get(root);
				if (value === undefined) throw new Fault(`the format's field \`${whole}\` has no value`);
				for (const step of steps) value = templateSubscript(value, /^\d+$/.test(step) ? Number(step) : step);
				if (value instanceof Undefined) throw new Fault(value.what);
				if (conversion !== undefined) value = conversion === "s" ? pythonStr(value) : pythonRepr(value);
				return formatValue(value, spec ?? "");
			},
		),
	);
}

function formatValue(value: unknown, spec: string): string {
	if (spec === "") return pythonStr(value);
	const match = SPEC.exec(spec);
	if (match === null) throw new Fault(`the format \`${spec}\` is wrong`);
	const [, fill, align, sign = "-", , zero, width = "0", group, precision, type] = match;
	const digits = precision === undefined ? null : Number(precision);
	const amount = typeof value === "boolean" && type === undefined ? null : numeric(value);
	if (typeof value === "string" || amount === null) {
		if (type !== undefined && type !== "s")
			throw new Fault(`the format \`${spec}\` needs a number, not ${describe(value)}`);
		const text = digits === null ? pythonStr(value) : pythonStr(value).slice(0, digits);
		return place(text, Number(width), fill ?? " ", align ?? "<");
	}
	const size = Math.abs(Number(amount));
	const isNegative = Number(amount) < 0 || Object.is(Number(amount), -0);
	const prefix = isNegative ? "-" : sign === "-" ? "" : sign;
	const body = grouped(digitsOf(value, amount, size, type, digits), group);
	const filler = fill ?? (zero === undefined ? " " : "0");
	const where = align ?? (zero === undefined ? ">" : "=");
	if (where === "=") return prefix + pad(body, Number(width) - prefix.length, filler, "start");
	return place(prefix + body, Number(width), filler, where);
}

function digitsOf(
	value: unknown,
	amount: number | bigint,
	size: number,
	type: string | undefined,
	digits: number | null,
): string {
	const whole = () => {
		if (isFloat(value)) throw new Fault(`the format \`${type ?? ""}\` needs a whole number`);
		const exact = BigInt(amount);
		return exact < 0n ? -exact : exact;
	};
	switch (type) {
		case "d":
			return whole().toString();
		case "x":
			return whole().toString(16);
		case "X":
			return whole().toString(16).toUpperCase();
		case "o":
			return whole().toString(8);
		case "b":
			return whole().toString(2);
		case "f":
		case "F":
			return fixed(size, digits ?? 6);
		case "%":
			return `${fixed(size * 100, digits ?? 6)}%`;
		case "e":
			return size.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
		case "g":
			return general(size, digits ?? 6);
		case undefined:
			if (digits !== null) return general(size, digits);
			return isFloat(value) ? pythonStr(value).replace(/^-/, "") : whole().toString();
	}
	throw new Fault(`the format has no type \`${type}\``);
}

function grouped(text: string, group: string | undefined): string {
	if (group === undefined) return text;
	const [whole = "", ...rest] = text.split(".");
	const parts: string[] = [];
	for (let end = whole.length; end > 0; end -= 3) parts.unshift(whole.slice(Math.max(0, end - 3), end));
	return [parts.join(group), ...rest].join(".");
}

function place(text: string, width: number, fill: string, align: string): string {
	if (align === "^") {
		const room = Math.max(0, width - codePointLength(text));
		return fill.repeat(Math.floor(room / 2)) + text + fill.repeat(Math.ceil(room / 2));
	}
	return align === "<"
		? pad(text, width, fill, "end")
		: align === ">"
			? pad(text, width, fill, "start")
			: center(text, width, fill);
}
