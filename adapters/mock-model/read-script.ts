/** Reads a mock model's script from YAML or JSON text or from a JavaScript module, and checks its form. */

import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { InvalidMockScriptError } from "./errors.ts";
import type { MockAnswer, MockAnswerFunction, MockAnswers, MockRule, MockScript } from "./script.ts";

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads a script from YAML or JSON text.
 * @throws InvalidMockScriptError
 */
export function loadScript(text: string): MockScript {
	let value: unknown;
	try {
		value = parse(text);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new InvalidMockScriptError(`The script is not YAML or JSON: ${reason}`, { cause });
	}
	return readScript(value);
}

/**
 * Reads a script from a file: a JavaScript or TypeScript module by its default export, anything else as YAML or JSON.
 * A module is code and runs with all rights of this process.
 * @throws InvalidMockScriptError, or the file system's own error
 */
export async function loadScriptFile(file: string): Promise<MockScript> {
	if (![".js", ".mjs", ".cjs", ".ts", ".mts"].includes(extname(file))) return loadScript(await readFile(file, "utf8"));
	const exported: unknown = await import(pathToFileURL(resolve(file)).href);
	const value = isRecord(exported) ? exported.default : undefined;
	if (value === undefined) throw new InvalidMockScriptError(`The module ${file} has no default export.`);
	if (isFunction(value)) return async (request) => readAnswer(await value(request), `The answer of ${file}`);
	return readScript(value);
}

/**
 * Checks a value's form.
 * @throws InvalidMockScriptError naming the place
 */
export function readScript(value: unknown): Exclude<MockScript, MockAnswerFunction> {
	if (Array.isArray(value)) {
		return value.some(isRuleLike)
			? value.map((rule, index) => readRule(rule, `Rule ${index + 1}`))
			: value.map((answer, index) => readAnswer(answer, `Answer ${index + 1}`));
	}
	if (!isRecord(value)) throw new InvalidMockScriptError(`The script is ${kindOf(value)}.`);
	return Object.fromEntries(
		Object.entries(value).map(([name, answers]) => [name, readAnswers(answers, `The entry "${name}"`)]),
	);
}

function isRuleLike(value: unknown): boolean {
	return isRecord(value) && Object.hasOwn(value, "answers");
}

function readRule(rule: unknown, place: string): MockRule {
	if (!isRecord(rule) || !isRuleLike(rule)) {
		throw new InvalidMockScriptError(`${place} has no \`answers\`; rules and answers cannot stand in one list.`);
	}
	rejectUnknownKeys(rule, ["match", "answers"], place);
	const answers = readAnswers(rule.answers, place);
	if (rule.match === undefined) return { answers };
	if (!isRecord(rule.match)) throw new InvalidMockScriptError(`${place}: \`match\` is ${kindOf(rule.match)}.`);
	rejectUnknownKeys(rule.match, ["model", "agent", "contains"], `${place}: match`);
	return {
		match: {
			model: readText(rule.match.model, `${place}: match.model`),
			agent: readText(rule.match.agent, `${place}: match.agent`),
			contains: readText(rule.match.contains, `${place}: match.contains`),
		},
		answers,
	};
}

function readAnswers(value: unknown, place: string): MockAnswers {
	return Array.isArray(value)
		? value.map((answer, index) => readAnswer(answer, `${place}, answer ${index + 1}`))
		: readAnswer(value, place);
}

const answerKeys: Readonly<Record<string, (value: unknown) => boolean>> = {
	content: (value) => value === null || typeof value === "string",
	json: () => true,
	tool_calls: (value) => Array.isArray(value) && value.every((call) => isRecord(call) && typeof call.name === "string"),
	finish_reason: (value) => value === null || typeof value === "string",
	usage: (value) => value === null || isRecord(value),
	chunk_ms: (value) => typeof value === "number" && Number.isFinite(value) && value >= 0,
	latency_ms: (value) => typeof value === "number" && value >= 0,
	status: (value) => typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599,
	headers: isRecord,
	error: isRecord,
	cut: (value) => typeof value === "boolean",
	hang: (value) => typeof value === "boolean",
	malformed: (value) => typeof value === "boolean",
	body: (value) => typeof value === "string",
	chunks: (value) => Array.isArray(value) && value.every((piece) => typeof piece === "string"),
};

/**
 * Checks one answer; numbers and booleans become texts, as a person who writes YAML means them.
 * @throws InvalidMockScriptError naming the place
 */
export function readAnswer(value: unknown, place: string): MockAnswer {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	if (!isAnswerDetails(value, place)) throw new InvalidMockScriptError(`${place} is ${kindOf(value)}.`);
	if (!isRecord(value.headers)) return value;
	const headers = Object.entries(value.headers).map(([name, header]) => [name.toLowerCase(), String(header)]);
	return { ...value, headers: Object.fromEntries(headers) };
}

function isAnswerDetails(value: unknown, place: string): value is Exclude<MockAnswer, string> {
	if (!isRecord(value)) return false;
	rejectUnknownKeys(value, Object.keys(answerKeys), place);
	for (const [key, item] of Object.entries(value)) {
		if (item !== undefined && answerKeys[key]?.(item) !== true) {
			throw new InvalidMockScriptError(`${place}: \`${key}\` is ${kindOf(item)}.`);
		}
	}
	return true;
}

function rejectUnknownKeys(value: Mapping, known: readonly string[], place: string): void {
	for (const key of Object.keys(value)) {
		if (!known.includes(key)) {
			throw new InvalidMockScriptError(`${place}: unknown key \`${key}\`; known keys: ${known.join(", ")}.`);
		}
	}
}

function readText(value: unknown, place: string): string | undefined {
	if (value === undefined || typeof value === "string") return value;
	throw new InvalidMockScriptError(`${place} is ${kindOf(value)}, expected a text.`);
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return "empty";
	if (Array.isArray(value)) return "a list";
	return typeof value === "object" ? "a mapping of an unexpected form" : `the ${typeof value} ${String(value)}`;
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
	return typeof value === "function";
}
