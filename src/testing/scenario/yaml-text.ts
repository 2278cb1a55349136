/** Writes plain JSON as YAML that people like to read and edit: short things on one line, long texts as blocks. */

import { isRecord } from "../../../compiler/document/plain-data.ts";
import { resolvePlain } from "../../../compiler/document/scalars.ts";

/** Columns up to which a map or a list stands on one line. */
const longestLine = 100;

/** Longest key that may stand before its colon on one line, with its quotes (YAML allows 1024). */
const longestKey = 1000;

/** Letters, digits and a few signs that mean nothing to YAML; it begins with a letter, or as a path, and ends with no blank. */
const plainText = /^(?:\.{0,2}\/)?[\p{L}_](?:[\p{L}\p{N}_./→+ -]*[\p{L}\p{N}_./→+-])?$/u;

/** What a double-quoted text should not have as it is, beside what JSON escapes. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * The value as YAML of `depth` levels of indentation, without a line break at its end. Numbers are finite.
 * @param open levels of maps and lists that never stand on one line
 * What it gives is read back as the same value by `parseDocument`.
 */
export function yamlText(value: unknown, depth = 0, open = 0): string {
	if (typeof value === "string") return isBlock(value) ? blockText(value, depth) : scalarText(value);
	if (isEmptyOrScalar(value)) return scalarText(value);
	const flow = flowText(value, longestLine - depth * 2);
	if (flow !== undefined && open === 0) return flow;
	const indent = "  ".repeat(depth);
	if (Array.isArray(value)) return value.map((item) => `${indent}- ${itemText(item, depth, open - 1)}`).join("\n");
	return Object.entries(Object(value))
		.map(([key, item]) => indent + entryText(key, item, depth, open - 1))
		.join("\n");
}

/** One `key: value` of a map at `depth`, without its first indentation. */
export function entryText(key: string, value: unknown, depth: number, open = 0): string {
	const text = valueText(value, depth, open);
	const name = scalarText(key);
	return name.length > longestKey ? `? ${name}\n${"  ".repeat(depth)}:${text}` : `${name}:${text}`;
}

function valueText(value: unknown, depth: number, open: number): string {
	const text = yamlText(value, depth + 1, Math.max(open, 0));
	return isOpen(value, text) ? `\n${text}` : ` ${text}`;
}

/** What follows `- `: a map begins on the same line. */
function itemText(value: unknown, depth: number, open: number): string {
	const text = yamlText(value, depth + 1, Math.max(open, 0));
	return isOpen(value, text) ? text.trimStart() : text;
}

/** Whether a map or list is written over several lines. */
function isOpen(value: unknown, text: string): boolean {
	return typeof value === "object" && value !== null && !isFlow(text);
}

function isFlow(text: string): boolean {
	return text.startsWith("{") || text.startsWith("[");
}

function isEmptyOrScalar(value: unknown): boolean {
	return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

/** On one line of at most `room` columns; undefined where it does not fit. */
function flowText(value: unknown, room: number): string | undefined {
	if (typeof value === "string" && isBlock(value)) return undefined;
	if (isEmptyOrScalar(value)) return within(scalarText(value), room);
	const parts: string[] = [];
	let left = room - 4;
	const entries = Array.isArray(value)
		? value.map((item: unknown) => ["", item] as const)
		: Object.entries(Object(value));
	for (const [key, item] of entries) {
		const text = flowText(item, left);
		if (text === undefined) return undefined;
		const part = Array.isArray(value) ? text : `${scalarText(key)}: ${text}`;
		left -= part.length + 2;
		if (left < -2) return undefined;
		parts.push(part);
	}
	return within(Array.isArray(value) ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`, room);
}

function within(text: string, room: number): string | undefined {
	return text.length <= room ? text : undefined;
}

function scalarText(value: unknown): string {
	if (typeof value === "string") {
		return plainText.test(value) && resolvePlain(value).value === value ? value : quoted(value);
	}
	if (typeof value === "number") return numberText(value);
	if (Array.isArray(value)) return "[]";
	if (isRecord(value)) return "{}";
	return String(value);
}

function quoted(text: string): string {
	return JSON.stringify(text).replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** YAML 1.1 takes a number with an exponent for a text, unless it has a point and a sign. */
function numberText(value: number): string {
	const text = String(value);
	if (!text.includes("e")) return text;
	const [digits = "", exponent = ""] = text.split("e");
	return `${digits.includes(".") ? digits : `${digits}.0`}e${/^[-+]/.test(exponent) ? "" : "+"}${exponent}`;
}

/** Whether a text of several lines can stand as a literal block, which keeps it as it is. */
function isBlock(text: string): boolean {
	const lines = text.split("\n");
	if (lines.length < 2 || text.endsWith("\n\n")) return false;
	return lines.every((line, index) => {
		const isLast = index === lines.length - 1;
		if (line === "") return index > 0 || isLast;
		return !/^\s|\s$/.test(line) && !/[\p{C}\u2028\u2029]/u.test(line);
	});
}

function blockText(text: string, depth: number): string {
	const indent = "  ".repeat(depth);
	const hasBreak = text.endsWith("\n");
	const lines = (hasBreak ? text.slice(0, -1) : text).split("\n");
	return `${hasBreak ? "|" : "|-"}\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}
