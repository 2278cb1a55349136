/** How messages name values and types: a text, a list, a map, so that YAML authors need no JSON vocabulary. */
import type { JsonType } from "./json-schema.ts";

const TYPE_WORDS: Readonly<Record<JsonType, string>> = {
	string: "a text",
	number: "a number",
	integer: "a whole number",
	boolean: "true or false",
	object: "a map",
	array: "a list",
	null: "nothing",
};

/** The JSON Schema type of a plain value; whole numbers are `integer`. */
export function typeOf(value: unknown): JsonType | undefined {
	if (value === null) return "null";
	if (Array.isArray(value)) return "array";
	if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
	if (typeof value === "string") return "string";
	if (typeof value === "boolean") return "boolean";
	return typeof value === "object" ? "object" : undefined;
}

/** `a text, a list or a map`. */
export function typeWords(types: readonly JsonType[]): string {
	return orList(types.filter((type) => type !== "null").map((type) => TYPE_WORDS[type]));
}

/** What a value is, for the end of a message: ``got a list``, ``got 5 (a whole number)``. */
export function valueWords(value: unknown): string {
	const type = typeOf(value);
	if (type === undefined) return "something that YAML cannot hold";
	if (type === "integer" || type === "number") return `the number ${String(value)}`;
	if (type === "boolean") return `\`${String(value)}\``;
	if (type === "string") return `the text ${shortText(String(value))}`;
	return TYPE_WORDS[type];
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
	if (words.length < 2) return words.join("");
	return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

function shortText(text: string): string {
	const line = text.replace(/\s+/g, " ");
	return JSON.stringify(line.length > 40 ? `${line.slice(0, 37)}...` : line);
}
