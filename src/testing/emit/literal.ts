/** Prints values as TypeScript literals exactly as the formatters Biome and Prettier would with tabs, so that they stay. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { textWidth } from "../../cli/text-width.ts";
import { printKey } from "../../typescript-literal.ts";
import { Repeat } from "./repeats.ts";

/** An expression among values, printed as it is. */
export class Code {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

/** Columns of a line. */
export const lineWidth = 120;
/** Columns that the formatters count for a tab. */
const tabWidth = 2;
/** A text after a key shorter than this stays on the key's line, however long it is. */
const shortKey = tabWidth + 3;

/**
 * A literal that may span several lines, the first without indentation.
 * @param value plain JSON, numbers that JSON lacks, `Code`, and `Repeat` in lists; a key with the value `undefined` is
 * left out
 * @param depth tabs before the line in which the literal begins
 * @param reserved columns that its first line needs beside the tabs and the literal
 */
export function formatLiteral(value: unknown, depth: number, reserved: number): string {
	const oneLine = printOnOneLine(value);
	if (!mustBreak(value) && depth * tabWidth + reserved + textWidth(oneLine) <= lineWidth) return oneLine;
	if (value instanceof Repeat) {
		const opening = `times(${value.times}, `;
		return `${opening}${formatLiteral(value.items, depth, reserved + opening.length + 1)})`;
	}
	const indent = "\t".repeat(depth + 1);
	const end = `\n${"\t".repeat(depth)}`;
	if (Array.isArray(value) && value.length > 0) {
		const items: readonly unknown[] = value;
		if (isNumbers(items)) return `[\n${fillLines(items.map(printScalar), depth + 1)}${end}]`;
		return `[${items.map((item) => `\n${indent}${formatItem(item, depth + 1)},`).join("")}${end}]`;
	}
	if (!isMapping(value)) return oneLine;
	return formatOnLines(value, depth);
}

function formatItem(item: unknown, depth: number): string {
	const spread = spreadOf(item);
	return `${spread}${formatLiteral(item, depth, spread.length + 1)}`;
}

/** What stands before an item of a list. */
function spreadOf(item: unknown): string {
	return item instanceof Repeat ? "..." : "";
}

function formatOnLines(value: Readonly<Record<string, unknown>>, depth: number): string {
	const indent = "\t".repeat(depth + 1);
	const entries = entriesOf(value).map(([key, item]) => `\n${indent}${formatProperty(key, item, depth + 1)},`);
	return entries.length === 0 ? "{}" : `{${entries.join("")}\n${"\t".repeat(depth)}}`;
}

/**
 * The only argument of a call: a text that is too long for the line stands on a line of its own.
 * @param reserved columns of the call, from the end of the tabs to the semicolon, without the argument
 */
export function formatArgument(value: unknown, depth: number, reserved: number): string {
	const literal = formatLiteral(value, depth, reserved);
	const isTooLong = typeof value === "string" && depth * tabWidth + reserved + textWidth(literal) > lineWidth;
	return isTooLong ? `\n${"\t".repeat(depth + 1)}${literal},\n${"\t".repeat(depth)}` : literal;
}

/** A mapping with each property on a line of its own, but one that is alone on the call's line where it fits. */
export function formatProperties(value: Readonly<Record<string, unknown>>, depth: number, reserved: number): string {
	const oneLine = formatLiteral(value, depth, reserved);
	return partsOf(value) < 2 || oneLine.includes("\n") ? oneLine : formatOnLines(value, depth);
}

/** `key: value` without the comma; a long text stands on a line of its own. */
function formatProperty(key: string, value: unknown, depth: number): string {
	const name = printName(key);
	const literal = formatLiteral(value, depth, textWidth(name) + 3);
	const isTooLong =
		typeof value === "string" && depth * tabWidth + textWidth(name) + textWidth(literal) + 3 > lineWidth;
	return isTooLong && textWidth(name) >= shortKey
		? `${name}:\n${"\t".repeat(depth + 1)}${literal}`
		: `${name}: ${literal}`;
}

/** Formatters give each item a line where several mappings, or several lists, have more than one part each. */
function mustBreak(value: unknown): boolean {
	if (Array.isArray(value)) {
		const items: readonly unknown[] = value;
		const alike = items.every(isMapping) || items.every((item) => Array.isArray(item));
		return (items.length > 1 && alike && items.every((item) => partsOf(item) > 1)) || items.some(mustBreak);
	}
	if (value instanceof Repeat) return mustBreak(value.items);
	return isMapping(value) && entriesOf(value).some(([, item]) => mustBreak(item));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return isRecord(value) && !(value instanceof Code) && !(value instanceof Repeat);
}

function partsOf(value: unknown): number {
	if (Array.isArray(value)) return value.length;
	return isMapping(value) ? entriesOf(value).length : 0;
}

function isNumbers(items: readonly unknown[]): boolean {
	return items.length > 1 && items.every((item) => Number.isFinite(item));
}

function fillLines(numbers: readonly string[], depth: number): string {
	const lines: string[] = [];
	for (const number of numbers) {
		const item = `${number},`;
		const last = lines.at(-1);
		if (last !== undefined && depth * tabWidth + last.length + 1 + item.length <= lineWidth) {
			lines[lines.length - 1] = `${last} ${item}`;
		} else lines.push(item);
	}
	return lines.map((line) => `${"\t".repeat(depth)}${line}`).join("\n");
}

function printOnOneLine(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map((item) => `${spreadOf(item)}${printOnOneLine(item)}`).join(", ")}]`;
	if (value instanceof Code) return value.text;
	if (value instanceof Repeat) return `times(${value.times}, ${printOnOneLine(value.items)})`;
	if (!isMapping(value)) return printScalar(value);
	const entries = entriesOf(value).map(([key, item]) => `${printName(key)}: ${printOnOneLine(item)}`);
	return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function printScalar(value: unknown): string {
	if (typeof value === "string") return printString(value);
	// JSON has no NaN and no Infinity, and writes -0 as 0.
	if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
	return JSON.stringify(value) ?? "undefined";
}

/** A string in the quotes that need fewer escapes, double ones where it makes no difference. */
function printString(text: string): string {
	const json = JSON.stringify(text);
	if (count(text, '"') <= count(text, "'")) return json;
	return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function count(text: string, character: string): number {
	return text.split(character).length - 1;
}

/** A property's name, quoted where it has to be. */
function printName(key: string): string {
	const name = printKey(key);
	return name.startsWith('"') ? printString(key) : name;
}

/** A list of nothing but rounds needs no brackets around it. */
function entriesOf(value: Readonly<Record<string, unknown>>): [string, unknown][] {
	return Object.entries(value)
		.filter(([, item]) => item !== undefined)
		.map(([key, item]) => [
			key,
			Array.isArray(item) && item.length === 1 && item[0] instanceof Repeat ? item[0] : item,
		]);
}
