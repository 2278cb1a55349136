/** Values as text: Python's `str` and `repr`, and its JSON (spec section 4.2). */
import { Fault } from "./errors.ts";
import { checkText, MAX_DATA_DEPTH, spend } from "./limits.ts";
import {
	Builtin,
	describe,
	getKey,
	isList,
	isMapping,
	keysOf,
	Namespace,
	PyFloat,
	PyRange,
	PyTuple,
	PyView,
	Undefined,
} from "./values.ts";

/** Units of work for printing an integer that a plain number cannot hold. */
const LARGE_INTEGER_COST = 100;

/** A value as `{{ value }}` prints it in a prompt: text as is, `None`, `True`, `1.0`, `['a']`. */
export function pythonStr(value: unknown): string {
	if (typeof value === "string") return value;
	if (value instanceof Undefined || value === undefined) return "";
	return pythonRepr(value);
}

/** A value as it stands inside a printed list: texts are quoted. */
export function pythonRepr(value: unknown): string {
	return repr(value, 0);
}

function repr(value: unknown, depth: number): string {
	if (value === null || value === undefined) return "None";
	switch (typeof value) {
		case "string":
			return quote(value);
		case "number":
			return Number.isInteger(value) ? integerText(value) : floatText(value);
		case "bigint":
			spend(LARGE_INTEGER_COST);
			return value.toString();
		case "boolean":
			return value ? "True" : "False";
		case "object":
			break;
		default:
			return `<${typeof value}>`;
	}
	if (depth > MAX_DATA_DEPTH) throw new Fault("the data is nested too deeply to print");
	spend(1);
	if (isList(value)) {
		const items = joinChecked(value, (item) => repr(item, depth + 1));
		if (value instanceof PyTuple) return value.length === 1 ? `(${items},)` : `(${items})`;
		return value instanceof PyView ? `${value.label}([${items}])` : `[${items}]`;
	}
	if (value instanceof PyFloat) return floatText(value.value);
	if (isMapping(value)) {
		const entries = joinChecked(keysOf(value), (key) => `${repr(key, 0)}: ${repr(getKey(value, key), depth + 1)}`);
		return `{${entries}}`;
	}
	if (value instanceof PyRange) {
		const step = value.step === 1 ? "" : `, ${value.step}`;
		return `range(${value.from}, ${value.to}${step})`;
	}
	if (value instanceof Undefined) return "Undefined";
	if (value instanceof Namespace) return `<Namespace ${repr(value.values, depth + 1)}>`;
	return `<${value instanceof Builtin ? value.typeName : "object"}>`;
}

/** Joins with `, ` and stops as soon as the text is too long. */
function joinChecked(items: readonly unknown[], show: (item: unknown) => string): string {
	let text = "";
	for (let index = 0; index < items.length; index += 1) {
		if (index > 0) text += ", ";
		text += show(items[index]);
		if ((index & 0xff) === 0) checkText(text);
	}
	return checkText(text);
}

function integerText(value: number): string {
	return Number.isSafeInteger(value) ? String(value + 0) : BigInt(value).toString();
}

/** Python's shortest float text: exponents below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
	if (Number.isNaN(value)) return "nan";
	if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
	if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
	const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
	const exponent = Number(exponentText);
	if (exponent < -4 || exponent >= 16) {
		const digits = Math.abs(exponent).toString().padStart(2, "0");
		return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
	}
	const plain = exponent < 0 ? smallText(mantissa, exponent) : String(value);
	return plain.includes(".") ? plain : `${plain}.0`;
}

function smallText(mantissa: string, exponent: number): string {
	const sign = mantissa.startsWith("-") ? "-" : "";
	const digits = mantissa.replace("-", "").replace(".", "");
	return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
}

const NEEDS_ESCAPE = /[\\'\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;
const ESCAPED = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text as Python shows it in quotes. */
function quote(text: string): string {
	if (!NEEDS_ESCAPE.test(text)) return `'${text}'`;
	const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
	const escaped = text.replace(ESCAPED, (character) => {
		const short = SHORT_ESCAPES[character];
		if (short !== undefined) return short;
		const code = character.codePointAt(0) ?? 0;
		if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
		if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
		return `\\U${code.toString(16).padStart(8, "0")}`;
	});
	return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

export interface JsonStyle {
	/** Spaces a level; null writes one line. */
	readonly indent: number | null;
	readonly sortKeys: boolean;
}

const PLAIN_STYLE: JsonStyle = { indent: null, sortKeys: false };
const NON_ASCII = /[\u007f-\uffff]/g;

/**
 * A value as Python's `json.dumps` writes it: `", "`, `": "`, `\uXXXX` for all that is not ASCII.
 *
 * @throws Fault for values that JSON lacks.
 */
export function toPythonJson(value: unknown, style: JsonStyle = PLAIN_STYLE): string {
	return json(value, style, 0);
}

function json(value: unknown, style: JsonStyle, depth: number): string {
	if (value === null) return "null";
	if (value === undefined) return "null";
	if (typeof value === "string") return jsonText(value);
	if (typeof value === "boolean") return value ? "true" : "false";
	if (typeof value === "number") {
		if (Number.isInteger(value)) return integerText(value);
		return Number.isFinite(value)
			? floatText(value)
			: Number.isNaN(value)
				? "NaN"
				: value > 0
					? "Infinity"
					: "-Infinity";
	}
	if (typeof value === "bigint") return repr(value, depth);
	if (value instanceof PyFloat) return floatText(value.value);
	if (depth > MAX_DATA_DEPTH) throw new Fault("the data is nested too deeply to print");
	spend(1);
	if (isList(value)) {
		return bracket("[", "]", value, style, depth, (item) => json(item, style, depth + 1));
	}
	if (isMapping(value)) {
		const keys = style.sortKeys ? sortedKeys(keysOf(value)) : keysOf(value);
		const entry = (key: unknown) => `${jsonText(jsonKey(key))}: ${json(getKey(value, key), style, depth + 1)}`;
		return bracket("{", "}", keys, style, depth, entry);
	}
	throw new Fault(`${describe(value)} cannot be written as JSON`);
}

function bracket(
	open: string,
	close: string,
	items: readonly unknown[],
	style: JsonStyle,
	depth: number,
	show: (item: unknown) => string,
): string {
	if (items.length === 0) return open + close;
	const { indent } = style;
	if (indent === null) return `${open}${joinChecked(items, show)}${close}`;
	const inner = `\n${" ".repeat(indent * (depth + 1))}`;
	let text = open;
	for (const [index, item] of items.entries()) {
		text = checkText(`${text}${index > 0 ? "," : ""}${inner}${show(item)}`);
	}
	return `${text}\n${" ".repeat(indent * depth)}${close}`;
}

function jsonText(text: string): string {
	return JSON.stringify(text).replace(NON_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function jsonKey(key: unknown): string {
	if (typeof key === "string") return key;
	if (typeof key === "boolean" || typeof key === "number" || key === null || typeof key === "bigint") {
		return json(key, PLAIN_STYLE, 0);
	}
	throw new Fault(`${describe(key)} cannot be a key of JSON`);
}

function sortedKeys(keys: readonly unknown[]): readonly unknown[] {
	const texts = keys.filter((key) => typeof key === "string");
	if (texts.length === keys.length) return [...texts].sort(compareKeys);
	const numbers = keys.filter((key) => typeof key === "number");
	if (numbers.length === keys.length) return [...numbers].sort((one, other) => one - other);
	throw new Fault("keys of different types cannot be sorted");
}

function compareKeys(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
