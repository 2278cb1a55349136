/** Conditions beyond Python: blanks, errors with places, prototypes, what can throw. */
import { describe, expect, it } from "vitest";
import {
	compileCondition,
	ExpressionError,
	ExpressionSyntaxError,
	mayThrow,
	parseCondition,
	type Scope,
} from "../../compiler/expression/index.ts";

function evaluate(text: string, scope: Scope = {}, engine: "simple" | "cel" = "simple"): unknown {
	return compileCondition(parseCondition(text, engine), text)(scope);
}

function syntaxError(text: string, engine: "simple" | "cel" = "simple"): ExpressionSyntaxError {
	try {
		parseCondition(text, engine);
	} catch (error) {
		if (error instanceof ExpressionSyntaxError) return error;
		throw error;
	}
	return expect.unreachable(`\`${text}\` was accepted`);
}

function evaluationError(text: string, scope: Scope, engine: "simple" | "cel" = "simple"): ExpressionError {
	try {
		evaluate(text, scope, engine);
	} catch (error) {
		if (error instanceof ExpressionError) return error;
		throw error;
	}
	return expect.unreachable(`\`${text}\` did not fail`);
}

describe("a condition", () => {
	it.each(["", "  ", "\n", "# only a comment"])("is true when it is blank: %j", (text) => {
		expect(evaluate(text)).toBe(true);
	});

	it("may begin with blanks and go over lines", () => {
		expect(evaluate("  context.a\n  and context.b", { context: { a: 1, b: 1 } })).toBe(true);
	});

	it("gives the value, not only its truth", () => {
		expect(evaluate("context.list", { context: { list: [1] } })).toEqual([1]);
		expect(evaluate("4 / 2")).toBe(2);
	});

	it("takes JavaScript's undefined as a missing key", () => {
		expect(evaluate("context.a == null", { context: { a: undefined } })).toBe(true);
		expect(evaluate("'a' in context", { context: { a: undefined } })).toBe(false);
	});

	it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype"])(
		"never sees a prototype: %s",
		(name) => {
			const scope = { context: { list: [], text: "x", map: {} } };
			for (const holder of ["context", "context.list", "context.text", "context.map", "1.0", "1"]) {
				expect(evaluate(`(${holder}).${name}`, scope)).toBe(null);
			}
			expect(evaluate(`'${name}' in context.map`, scope)).toBe(false);
			expect(() => evaluate(`context.map['${name}']`, scope)).toThrow(ExpressionError);
			expect(() => evaluate(name, scope)).toThrow("there is no variable");
		},
	);

	it("reads an own key whatever its name", () => {
		expect(evaluate("context.constructor", { context: JSON.parse('{"constructor": 1}') })).toBe(1);
		expect(evaluate("context.__proto__", { context: JSON.parse('{"__proto__": 2}') })).toBe(2);
	});

	it("does not see what someone adds to Object.prototype", () => {
		Object.defineProperty(Object.prototype, "leaked", { value: 1, configurable: true });
		try {
			expect(evaluate("context.leaked", { context: {} })).toBe(null);
		} finally {
			Reflect.deleteProperty(Object.prototype, "leaked");
		}
	});
});

describe("a wrong condition says what to write", () => {
	it.each([
		["context.a && context.b", "use `and` instead of `&&`", "&&"],
		["context.a || context.b", "use `or` instead of `||`", "||"],
		["!context.a", "use `not` instead of `!`", "!"],
		["context.a === 1", "`===` is `==` here", "==="],
		["context.a !== 1", "write `!=`", "!=="],
		["context.a = 1", "write `==`", "="],
		["{{ context.a }}", "takes no braces", "{{"],
		["context.a ? 1 : 2", "use `b if a else c`", "?"],
		["context.a is defined", "write `!= null`", "defined"],
		["context.a is 3", "write `==`", "3"],
		["len(context.a) > 1", "cannot call functions", "len("],
		["context.a | length", "has no filters", "|"],
		["context.a AND context.b", "write `and`", "AND"],
		["context.a.0 == 1", "write `[0]`", "0"],
		["'open", "add `'`", "'open"],
		["(context.a", "`)` is expected", ""],
		["context.a)", "`)` closes nothing", ")"],
		["context.a == 007", "write `7`", "007"],
		["context.a ** 2", "has no `**`", "**"],
		["context.a[0:1]", "has no slices", ":"],
	])("%s", (text, message, marked) => {
		const error = syntaxError(text);
		expect(error.code).toBe("expression_syntax");
		expect(error.message).toContain(message);
		expect(text.slice(error.start, error.end)).toBe(marked);
	});

	it("refuses nesting that no person writes", () => {
		const deep = `${"(".repeat(5000)}1${")".repeat(5000)}`;
		expect(syntaxError(deep).message).toContain("nested");
		expect(syntaxError("not ".repeat(5000)).message).toContain("nested");
		expect(syntaxError(`1${" + 1".repeat(5000)}`).message).toContain("deep");
		expect(syntaxError("-".repeat(5000)).message).toContain("nested");
		expect(syntaxError(`a${".a".repeat(5000)}`).message).toContain("deep");
	});
});

describe("a failing condition", () => {
	const scope = { context: { n: 1, s: "x", l: [1], nothing: null } };

	it.each([
		["context.nothing < 3", "`<` cannot compare null with a number", "context.nothing < 3"],
		["true and context.s >= context.n", "`>=` cannot compare a text with a number", "context.s >= context.n"],
		["context.l[3] == 1", "there is no item 3", "context.l[3]"],
		["context['zz']", 'the key "zz" is missing', "context['zz']"],
		["context.n / (context.n - 1)", "division by zero", "context.n / (context.n - 1)"],
		["context.m + contxt.n", "there is no variable `contxt`", "contxt"],
	])("%s", (text, message, marked) => {
		const error = evaluationError(text, scope);
		expect(error).toMatchObject({ name: "ExpressionError", code: "expression_error", text });
		expect(error.message).toContain(message);
		expect(text.slice(error.start, error.end)).toBe(marked);
	});

	it("stays an ExpressionError when the data has a loop", () => {
		const loop: unknown[] = [];
		loop.push(loop);
		const other: unknown[] = [];
		other.push(other);
		expect(evaluationError("context.a == context.b", { context: { a: loop, b: other } }).message).toContain("nested");
	});

	it("stops texts and numbers that grow without end", () => {
		for (const text of ["'x' * 100000000000", "[1] * 100000000", "'x' * 9000000 * 9000000"]) {
			expect(evaluationError(text, {}).message).toMatch(/grows beyond/);
		}
	});
});

describe("mayThrow", () => {
	it.each([
		"",
		"context.a",
		"context.a.b == 'x' and not input.c or output.d != null",
		"context.a in ['x', 'y']",
		"context.a is none",
		"context.a == -1",
		"'a' if context.b else 'c'",
		"context.a == context.b",
	])("is false for %j", (text) => expect(mayThrow(parseCondition(text, "simple"))).toBe(false));

	it.each(["context.a < 1", "context['a']", "context.a + 1", "other.a", "'x' in context.a", "-context.a"])(
		"is true for %j",
		(text) => expect(mayThrow(parseCondition(text, "simple"))).toBe(true),
	);
});

describe("a CEL condition", () => {
	const scope = {
		context: { n: 3, f: 2.5, s: "abc", l: [1, 2], m: { k: 1 }, nothing: null, evil: `${"a".repeat(40)}!` },
		input: { q: true },
		output: {},
	};

	it.each<[string, unknown]>([
		["", true],
		["context.n < 5 && input.q", true],
		["context.n + 1", 4],
		["context.n % 2 == 1", true],
		["context.n * 1.5", 4.5],
		["context.n < context.f", false],
		["2 in context.l", true],
		["context.l.exists(x, x == 2)", true],
		["context.l.map(x, x * 2)", [2, 4]],
		["size(context.s) == 3 && context.s.startsWith('a')", true],
		["has(context.missing)", false],
		["context.nothing == null", true],
		["context == {'a': 1}", false],
	])("%s", (text, value) => expect(evaluate(text, scope, "cel")).toEqual(value));

	it.each(["context.missing", "context.constructor", "context.s < 3", "nope == 1", "context.m.__proto__"])(
		"fails as an ExpressionError: %s",
		(text) => expect(evaluationError(text, scope, "cel").code).toBe("expression_error"),
	);

	it("says where its syntax is wrong", () => {
		expect(syntaxError("context.n ==", "cel")).toMatchObject({ start: 12, end: 12 });
	});

	it("stops a regular expression that would run for years", () => {
		expect(evaluationError("context.evil.matches('^(a+)+$')", scope, "cel").message).toContain("takes longer than");
	});

	it("does not change the data it reads", () => {
		const before = structuredClone(scope);
		evaluate("context.l.all(x, x > 0) && context.m.k == 1", scope, "cel");
		expect(scope).toEqual(before);
	});
});
