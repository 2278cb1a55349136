/** The pure functions of checks: `size`, `text`, `trim`, `count`, `contains`, `matches`, `type` (fsm-agent-flow 18.3). */
import { codePointLength } from "./characters.ts";
import { ExpressionSyntaxError, Fault } from "./errors.ts";
import { checkText, spend, spendText } from "./limits.ts";
import { CHECK_FUNCTION_NAMES, nearest } from "./names.ts";
import type { Expression, Span } from "./nodes.ts";
import { contains, pythonEquals } from "./operators.ts";
import { pythonStr, toPythonJson } from "./printing.ts";
import { isTimeOver, TIME_LIMIT, withTimeLimit } from "./time-limit.ts";
import { describe, getKey, hasKey, isFloat, isInt, isList, isMapping, sizeOf } from "./values.ts";

/** UTF-16 units of a regular expression. */
const MAX_PATTERN = 1000;

interface CheckFunction {
	/** Its arguments, for messages. */
	readonly takes: readonly string[];
	call(first: unknown, second: unknown): unknown;
}

const FUNCTIONS: Readonly<Record<string, CheckFunction>> = {
	/** Characters of a text, items of a list, keys of a map. */
	size: { takes: ["a value"], call: (value) => sizeOfValue(value) },
	text: { takes: ["a value"], call: (value) => textOf(value) },
	trim: {
		takes: ["a text"],
		call: (value) => {
			const text = needText("trim", value);
			spendText(text);
			return text.trim();
		},
	},
	/** How often the second stands in the first, without overlaps. */
	count: { takes: ["a text or list", "what to count"], call: countIn },
	contains: { takes: ["a text, list or map", "what to look for"], call: (whole, part) => contains(whole, part) },
	/** Whether the pattern is found anywhere in the text. */
	matches: { takes: ["a text", "a regular expression"], call: matches },
	type: { takes: ["a value"], call: (value) => typeName(value) },
};

/**
 * Checks a call while it is parsed, the regular expression of `matches` included where it is written out.
 * @throws ExpressionSyntaxError
 */
export function verifyCheckCall(
	callee: Expression,
	args: readonly Expression[],
	named: readonly (readonly [string, Expression])[],
	span: Span,
): void {
	const name = callee.kind === "name" ? callee.name : "";
	const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
	if (!known) {
		const message = name === "" ? "only functions by their name can be called" : `there is no function \`${name}\``;
		const all = [...CHECK_FUNCTION_NAMES].map((one) => `\`${one}\``).join(", ");
		throw new ExpressionSyntaxError(message, callee, nearest(name, CHECK_FUNCTION_NAMES) ?? `known: ${all}`);
	}
	if (args.length !== known.takes.length || named.length > 0) {
		throw new ExpressionSyntaxError(`\`${name}\` takes ${known.takes.join(" and ")}`, span);
	}
	const [, pattern] = args;
	if (name !== "matches" || pattern?.kind !== "literal") return;
	try {
		patternOf(pattern.value);
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		throw new ExpressionSyntaxError(error.message, pattern);
	}
}

/** Calls the function of a name in `CHECK_FUNCTION_NAMES`. @throws Fault */
export function callCheckFunction(name: string, [first, second]: readonly unknown[]): unknown {
	const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
	if (!known) throw new Fault(`there is no function \`${name}\``);
	return known.call(first, second);
}

function sizeOfValue(value: unknown): number {
	if (typeof value === "string") {
		spendText(value);
		return codePointLength(value);
	}
	if (isList(value)) return value.length;
	if (isMapping(value)) {
		const size = sizeOf(value);
		spend(size);
		return size;
	}
	throw new Fault(`\`size\` takes a text, a list or a map, not ${describe(value)}`);
}

/**
 * A text as it is, nothing as an empty one, an agent's answer as its `content`; lists and other maps as the JSON that
 * templates print.
 */
function textOf(value: unknown): string {
	if (value === null || value === undefined) return "";
	if (isMapping(value) && hasKey(value, "content")) {
		const content = getKey(value, "content");
		if (typeof content === "string") return content;
	}
	return checkText(isList(value) || isMapping(value) ? toPythonJson(value) : pythonStr(value));
}

function countIn(whole: unknown, part: unknown): number {
	if (typeof whole === "string") {
		const looked = needText("count", part);
		if (looked === "") throw new Fault("`count` needs a text that is not empty");
		spendText(whole);
		return whole.split(looked).length - 1;
	}
	if (!isList(whole)) throw new Fault(`\`count\` looks into a text or a list, not into ${describe(whole)}`);
	spend(whole.length);
	return whole.filter((one) => pythonEquals(one, part)).length;
}

const patterns = new Map<string, RegExp>();
const MAX_PATTERNS = 500;

function patternOf(source: unknown): RegExp {
	const text = needText("matches", source);
	const known = patterns.get(text);
	if (known) return known;
	if (text.length > MAX_PATTERN) throw new Fault(`the regular expression is longer than ${MAX_PATTERN} characters`);
	try {
		const pattern = new RegExp(text);
		if (patterns.size >= MAX_PATTERNS) patterns.clear();
		patterns.set(text, pattern);
		return pattern;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split(": ").at(-1) : String(error);
		throw new Fault(`this is no regular expression: ${reason}`);
	}
}

function matches(value: unknown, source: unknown): boolean {
	const text = needText("matches", value);
	const pattern = patternOf(source);
	spendText(text);
	try {
		return withTimeLimit(() => pattern.test(text)) === true;
	} catch (error) {
		if (isTimeOver(error)) throw new Fault(`the regular expression takes longer than ${TIME_LIMIT} ms on this text`);
		throw error;
	}
}

/** JSON's name of the type. */
function typeName(value: unknown): string {
	if (value === null || value === undefined) return "null";
	if (typeof value === "string") return "string";
	if (typeof value === "boolean") return "boolean";
	if (isInt(value) || isFloat(value)) return "number";
	return isList(value) ? "array" : "object";
}

function needText(name: string, value: unknown): string {
	if (typeof value === "string") return value;
	throw new Fault(`\`${name}\` takes a text, not ${describe(value)}; write \`text(…)\` around it`);
}
