/** Turns an agent's answer into a candidate of a vote, by the patterns of `metadata.parsing` (spec section 9). */

import { createContext, Script } from "node:vm";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { isTimeOver } from "../../compiler/expression/time-limit.ts";
import { FlatstateError } from "../errors.ts";
import type { AgentResult } from "./agent.ts";

/** How one field of a candidate is cut out of the answer's text. */
export interface FieldPattern {
	/** Regular expression; the dot matches newlines, the first group is the value. */
	readonly pattern: RegExp;
	readonly type: "json" | "int" | "string";
}

/** Field patterns by field name. */
export type CandidateParsing = Readonly<Record<string, FieldPattern>>;

/** `metadata.parsing` has a pattern that is missing or is no regular expression. */
export class InvalidParsingError extends FlatstateError {
	constructor(field: string, problem: string, options?: ErrorOptions) {
		super(
			"invalid_parsing",
			`metadata.parsing.${field}: ${problem} Write {pattern: <regular expression with one group>, type: json | int}.`,
			options,
		);
	}
}

/**
 * Reads `metadata.parsing`: `{field: {pattern, type}}`. Python's `(?P<name>…)`, `\A`, `\Z` and leading `(?i)` flags are
 * understood.
 * @returns undefined where there are no patterns
 * @throws InvalidParsingError
 */
export function readParsing(parsing: unknown): CandidateParsing | undefined {
	if (!isRecord(parsing)) return undefined;
	const fields: [string, FieldPattern][] = [];
	for (const [field, spec] of Object.entries(parsing)) {
		if (!isRecord(spec) || typeof spec.pattern !== "string") throw new InvalidParsingError(field, "no pattern.");
		const type = spec.type === "json" || spec.type === "int" ? spec.type : "string";
		fields.push([field, { pattern: readPattern(field, spec.pattern), type }]);
	}
	return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/**
 * The candidate of an answer: with patterns an object of which every field matched and converted, without them the
 * output, else `{content}`; `null` where there is none.
 */
export function parseCandidate(result: AgentResult, parsing: CandidateParsing | undefined): unknown {
	const content = result.content ?? null;
	if (parsing === undefined) return result.output ?? (content === null ? null : { content });
	if (content === null || content === "") return null;
	const fields: [string, unknown][] = [];
	for (const [field, { pattern, type }] of Object.entries(parsing)) {
		const text = firstGroup(pattern, content);
		const value = text === undefined ? undefined : convert(text, type);
		if (value === undefined) return null;
		fields.push([field, value]);
	}
	return Object.fromEntries(fields);
}

function readPattern(field: string, source: string): RegExp {
	const [, inlineFlags = "", rest = source] = /^\(\?([aimsux]+)\)([\s\S]*)$/.exec(source) ?? [];
	const translated = rest
		.replace(/\(\?P</g, "(?<")
		.replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
		.replace(/\\A/g, "(?<![\\s\\S])")
		.replace(/\\Z/g, "(?![\\s\\S])");
	const flags = new Set(["s", ...[...inlineFlags].filter((flag) => "ims".includes(flag))]);
	try {
		return new RegExp(translated, [...flags].join(""));
	} catch (cause) {
		throw new InvalidParsingError(field, `the pattern is no regular expression.`, { cause });
	}
}

const matchMilliseconds = 1000;
const runMatch = new Script("pattern.exec(text)");

/** Bounded in time: a pattern that backtracks for ever on an answer counts as no match. */
function firstGroup(pattern: RegExp, text: string): string | undefined {
	try {
		const match: unknown = runMatch.runInContext(createContext({ pattern, text }), { timeout: matchMilliseconds });
		const group: unknown = Array.isArray(match) ? match[1] : undefined;
		return typeof group === "string" ? group : undefined;
	} catch (error) {
		if (isTimeOver(error)) return undefined;
		throw error;
	}
}

function convert(text: string, type: FieldPattern["type"]): unknown {
	if (type === "string") return text;
	if (type === "int") return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
	try {
		const value: unknown = JSON.parse(text);
		return value;
	} catch {
		// No JSON is no candidate: the vote counts it as a format error.
		return undefined;
	}
}
