/** Reads the value of `--input` and `--data`: JSON, `@file`, or `@-` for standard input. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { parseDocument } from "../../compiler/document/parse.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { orUsageError } from "./or-usage-error.ts";
import { UsageError } from "./usage-error.ts";

type Input = Readonly<Record<string, unknown>>;

/**
 * The run's input. A file that ends in `.yml` or `.yaml` is read as YAML, anything else as JSON.
 * @throws UsageError that shows the place where it is no JSON
 */
export async function readInput(argument: string): Promise<Input> {
	const { value, name } = await readValue(argument, "--input");
	return asInput(value, name);
}

/**
 * The same for an option whose value may be anything, such as `--data`.
 * @param option names it in messages
 * @returns the value, and where it is from
 * @throws UsageError that shows the place where it is no JSON
 */
export async function readValue(
	argument: string,
	option: string,
): Promise<{ readonly value: unknown; readonly name: string }> {
	if (!argument.startsWith("@")) return parseValue(argument, option, "json");
	const file = argument.slice(1);
	if (file === "-") return parseValue(await readAll(process.stdin), "stdin", "json");
	const text = await orUsageError(`Cannot read the input from ${file}`, () => readFile(file, "utf8"));
	return parseValue(text, file, [".yml", ".yaml"].includes(extname(file).toLowerCase()) ? "yaml" : "json");
}

function parseValue(
	text: string,
	name: string,
	format: "json" | "yaml",
): { readonly value: unknown; readonly name: string } {
	if (format === "json") {
		try {
			return { value: JSON.parse(text), name };
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			// JSON.parse knows no line and column on every release of Node; the document reader does.
			throw new UsageError(syntaxMessage(text, name, format) ?? `${name} is not JSON: ${error.message}`);
		}
	}
	const message = syntaxMessage(text, name, format);
	if (message !== undefined) throw new UsageError(message);
	return { value: parseDocument(text, { file: name, dir: ".", format }).document?.value, name };
}

function syntaxMessage(text: string, name: string, format: "json" | "yaml"): string | undefined {
	if (text.trim() === "") return `${name} is empty; expected ${format.toUpperCase()} such as {"key": "value"}`;
	const [first] = parseDocument(text, { file: name, dir: ".", format }).diagnostics.filter(
		({ severity }) => severity === "error",
	);
	if (first === undefined) return undefined;
	const { range, message, frame } = first;
	const place = range ? ` (line ${range.line}, column ${range.column})` : "";
	return `${name} is not ${format.toUpperCase()}${place}: ${message}${frame === undefined ? "" : `\n${frame}`}`;
}

function asInput(value: unknown, name: string): Input {
	if (isRecord(value)) return value;
	const got = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
	throw new UsageError(`${name} must be an object such as {"key": "value"}, got ${got}.`);
}
