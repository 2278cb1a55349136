/** The functions that checks of key results may call, and what stays forbidden (fsm-agent-flow 18.3). */
import { describe, expect, it } from "vitest";
import {
	compileCondition,
	ExpressionError,
	ExpressionSyntaxError,
	parseCheck,
	parseCondition,
} from "../../compiler/expression/index.ts";

const check = (text: string, output: unknown = null): unknown =>
	compileCondition(parseCheck(text, "simple"), text)({ output, context: {} });

/** What the parser says of a text. */
function problemOf(text: string): { readonly message: string; readonly part: string } {
	try {
		parseCheck(text, "simple");
	} catch (error) {
		if (error instanceof ExpressionSyntaxError)
			return { message: error.message, part: text.slice(error.start, error.end) };
	}
	throw new TypeError("it parses");
}

function failureOf(text: string, output: unknown): string {
	try {
		check(text, output);
	} catch (error) {
		if (error instanceof ExpressionError) return error.reason;
	}
	throw new TypeError("it does not fail");
}

describe("functions of checks", () => {
	it.each([
		["size(output)", "höher 😀", 7],
		["size(output)", [1, 2, 3], 3],
		["size(output)", { a: 1, b: 2 }, 2],
		["text(output)", "as it is", "as it is"],
		["text(output)", null, ""],
		["text(output.missing)", {}, ""],
		["text(output)", { content: "an answer" }, "an answer"],
		["text(output)", { content: "an answer", complete: true }, "an answer"],
		["text(output)", { content: 1 }, '{"content": 1}'],
		["text(output)", [1, "a"], '[1, "a"]'],
		["text(output)", 1.5, "1.5"],
		["text(output)", true, "True"],
		["trim(output)", " \n a ", "a"],
		["count(output, '#')", "# a ## b", 3],
		["count(output, 'aa')", "aaaa", 2],
		["count(output, 1)", [1, 2, 1.0], 2],
		["contains(output, 'b')", "abc", true],
		["contains(output, 'b')", ["a"], false],
		["contains(output, 'b')", { b: null }, true],
		["matches(output, '^[0-9]+$')", "123", true],
		["matches(output, '[0-9]')", "a1", true],
		["matches(output, '^b')", "ab", false],
		["type(output)", { a: 1 }, "object"],
		["type(output)", [], "array"],
		["type(output)", "", "string"],
		["type(output)", 1, "number"],
		["type(output)", 1.5, "number"],
		["type(output)", false, "boolean"],
		["type(output)", null, "null"],
		["size(trim(text(output))) > 0 and not contains(text(output), 'TODO')", { content: " x " }, true],
	])("%s of %j is %j", (text, output, value) => {
		expect(check(text, output)).toEqual(value);
	});

	it.each([
		["size(output)", 5, "`size` takes a text, a list or a map, not a number"],
		["trim(output)", null, "`trim` takes a text, not null; write `text(…)` around it"],
		["count(output, '')", "a", "`count` needs a text that is not empty"],
		["matches(output, output)", "[", "this is no regular expression: Unterminated character class"],
		["1 / 0", null, "division by zero"],
	])("%s of %j fails: %s", (text, output, reason) => {
		expect(failureOf(text, output)).toBe(reason);
	});
});

describe("what a check may not do", () => {
	it.each([
		["len(output) > 1", "there is no function `len`", "len"],
		["seize(output) > 1", "there is no function `seize`: did you mean `size`?", "seize"],
		["output.size()", "only functions by their name can be called", "output.size"],
		["size()", "`size` takes a value", "size()"],
		["contains(output)", "`contains` takes a text, list or map and what to look for", "contains(output)"],
		["size(value=output)", "`size` takes a value", "size(value=output)"],
		["matches(output, '(')", "this is no regular expression", "'('"],
		["constructor(output)", "there is no function `constructor`", "constructor"],
		["output | length", "a condition has no filters", "|"],
	])("%s: %s", (text, message, part) => {
		const problem = problemOf(text);
		expect(problem.message).toContain(message);
		expect(problem.part).toBe(part);
	});

	it("is to call a function in a condition of a transition", () => {
		expect(() => parseCondition("size(context.a) > 1", "simple")).toThrow("a condition cannot call functions");
	});

	it("is to read a prototype or a constructor", () => {
		expect(check("output.constructor is none", {})).toBe(true);
		expect(check("contains(output, 'constructor')", {})).toBe(false);
		expect(check("contains(output, '__proto__')", {})).toBe(false);
	});

	it("is to hold up the program with a regular expression that backtracks", () => {
		const text = `${"a".repeat(40)}!`;
		expect(failureOf("matches(output, '^(a+)+$')", text)).toContain("takes longer than");
	});

	it("is to match with a pattern of any length", () => {
		expect(failureOf("matches('a', output)", "a".repeat(2000))).toContain("longer than 1000 characters");
	});
});

it("reads CEL's own functions where the machine's expressions are CEL", () => {
	const text = "size(output.content) > 2 && output.content.matches('^a')";
	const run = compileCondition(parseCheck(text, "cel"), text);
	expect(run({ output: { content: "abc" } })).toBe(true);
	expect(run({ output: { content: "ab" } })).toBe(false);
});
