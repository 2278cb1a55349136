/** Prints plain JSON values as TypeScript literals, formatted as a formatter with tabs would. */
import { isRecord } from "../compiler/document/plain-data.ts";

const lineWidth = 120;
const identifier = /^[A-Za-z_$][\w$]*$/;

/**
 * A literal that may span several lines, the first without indentation.
 * @param value plain JSON; a key with the value `undefined` is left out
 * @param depth tabs before the lines that follow
 * @param reserved columns that are taken on the first line beside the tabs
 */
export function printLiteral(value: unknown, depth: number, reserved = 0): string {
	const oneLine = printOnOneLine(value);
	if (oneLine.length + depth * 4 + reserved <= lineWidth && isSmall(value)) return oneLine;
	const inner = "\t".repeat(depth + 1);
	if (Array.isArray(value) && value.length > 0) {
		const items = value.map((item) => `${inner}${printLiteral(item, depth + 1)},\n`);
		return `[\n${items.join("")}${"\t".repeat(depth)}]`;
	}
	if (isRecord(value)) {
		const entries = entriesOf(value).map(([key, item]) => {
			return `${inner}${printProperty(key, printLiteral(item, depth + 1, printKey(key).length + 3), depth + 1)},\n`;
		});
		return entries.length === 0 ? "{}" : `{\n${entries.join("")}${"\t".repeat(depth)}}`;
	}
	return oneLine;
}

/** `key: value`, with a value that is too long for the line on a line of its own. */
export function printProperty(key: string, value: string, depth: number): string {
	const name = printKey(key);
	const isTooLong = !value.includes("\n") && depth * 4 + name.length + 3 + value.length > lineWidth;
	return isTooLong && !/^[[{]/.test(value) ? `${name}:\n${"\t".repeat(depth + 1)}${value}` : `${name}: ${value}`;
}

/** A property's name, quoted where it has to be; `__proto__` would set the prototype if it were not computed. */
export function printKey(key: string): string {
	if (key === "__proto__") return '["__proto__"]';
	return identifier.test(key) ? key : JSON.stringify(key);
}

function printOnOneLine(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(printOnOneLine).join(", ")}]`;
	if (!isRecord(value)) return JSON.stringify(value) ?? "undefined";
	const entries = entriesOf(value).map(([key, item]) => `${printKey(key)}: ${printOnOneLine(item)}`);
	return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** States and transitions with parts of their own read better on lines of their own. */
function isSmall(value: unknown): boolean {
	if (Array.isArray(value)) return value.every((item) => !isRecord(item)) || value.length <= 1;
	if (!isRecord(value)) return true;
	return entriesOf(value).every(([, item]) => typeof item !== "object" || isFlatList(item) || isFlatMapping(item));
}

function isFlatList(value: unknown): boolean {
	return Array.isArray(value) && value.every((item) => typeof item !== "object" || isFlatMapping(item));
}

function isFlatMapping(value: unknown): boolean {
	return isRecord(value) && entriesOf(value).every(([, item]) => typeof item !== "object" || isFlatMapping(item));
}

function entriesOf(value: Readonly<Record<string, unknown>>): [string, unknown][] {
	return Object.entries(value).filter(([, item]) => item !== undefined);
}
