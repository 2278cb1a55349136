/** Laws that hold for every text and every datum: which errors come out, and that nothing else does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	compileCondition,
	compileTemplate,
	compileValue,
	ExpressionError,
	ExpressionSyntaxError,
	parseCondition,
	parseTemplate,
	pythonEquals,
	references,
	type Scope,
	toPythonJson,
} from "../../compiler/expression/index.ts";

const WORDS = [
	..."()[]{}.,:|~+-*/%=<>!&?#'\"\\ \n0123456789abx_".split(""),
	...["{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "**", "//", "==", "!=", "<=", ">="],
	...[" and ", " or ", " not ", " in ", " is ", " if ", " else ", " for ", "endif", "endfor", "set ", "endset", "raw"],
	...["context", "input", "output", "context.a", "context.l", "context.d", "loop", "x", "none", "true", "1.5", "'t'"],
	...[
		"upper",
		"join",
		"map",
		"select",
		"sort",
		"default",
		"tojson",
		"range(3)",
		"namespace()",
		"dict(a=1)",
		"int",
		"round",
	],
	...[
		"constructor",
		"__proto__",
		"toString",
		"prototype",
		"defined",
		"divisibleby ",
		"format(",
		"items()",
		".append(1)",
	],
];
const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((words) => words.join(""));
const anyText = fc.oneof(
	soup,
	fc.string({ unit: "binary", maxLength: 60 }),
	fc.string({ unit: "grapheme", maxLength: 40 }),
);
const inTag = soup.map((text) => `{{ ${text} }}`);
const json = fc.jsonValue({ maxDepth: 3 });
const scopes: fc.Arbitrary<Scope> = fc.record({
	context: fc.record({
		a: json,
		l: fc.array(json, { maxLength: 4 }),
		d: fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 4 }),
	}),
	input: json,
	output: json,
});

function parsed<T>(parse: () => T): T | null {
	try {
		return parse();
	} catch (error) {
		expect(error).toBeInstanceOf(ExpressionSyntaxError);
		return null;
	}
}

function evaluated(evaluate: () => unknown): void {
	try {
		evaluate();
	} catch (error) {
		expect(error).toBeInstanceOf(ExpressionError);
		if (error instanceof ExpressionError) expect(error.message).not.toContain("the evaluation failed");
	}
}

describe("whatever the text", () => {
	it("a condition throws nothing but its two errors, and leaves the data alone", () => {
		fc.assert(
			fc.property(anyText, fc.constantFrom("simple", "cel"), scopes, (text, engine, scope) => {
				const node = parsed(() => parseCondition(text, engine));
				if (node === null) return;
				references(node);
				const before = JSON.stringify(scope);
				const condition = compileCondition(node, text);
				evaluated(() => condition(scope));
				expect(JSON.stringify(scope)).toBe(before);
			}),
			{ numRuns: 1500 },
		);
	});

	it("a template throws nothing but its two errors, and leaves the data alone", () => {
		fc.assert(
			fc.property(fc.oneof(anyText, inTag), fc.constantFrom("machine", "prompt"), scopes, (text, finalize, scope) => {
				const node = parsed(() =>
					parseTemplate(text, { engine: "jinja", ...(finalize === "prompt" && { roots: [] }) }),
				);
				if (node === null) return;
				references(node);
				const before = JSON.stringify(scope);
				const template = compileTemplate(node, text, { finalize });
				evaluated(() => template(scope));
				const value = compileValue(node, text, { finalize });
				evaluated(() => value(scope));
				expect(JSON.stringify(scope)).toBe(before);
			}),
			{ numRuns: 2000 },
		);
	});

	it("a Liquid template throws nothing but its two errors", () => {
		fc.assert(
			fc.property(fc.oneof(soup, inTag), scopes, (text, scope) => {
				const node = parsed(() => parseTemplate(text, { engine: "liquid" }));
				if (node === null) return;
				references(node);
				const template = compileTemplate(node, text, { finalize: "machine" });
				evaluated(() => template(scope));
			}),
			{ numRuns: 500 },
		);
	});

	it("an error's place lies inside the text", () => {
		fc.assert(
			fc.property(fc.oneof(anyText, inTag), (text) => {
				for (const parse of [() => parseCondition(text, "simple"), () => parseTemplate(text, { engine: "jinja" })]) {
					try {
						parse();
					} catch (error) {
						if (!(error instanceof ExpressionSyntaxError)) throw error;
						expect(error.start).toBeGreaterThanOrEqual(0);
						expect(error.end).toBeGreaterThanOrEqual(error.start);
						expect(error.end).toBeLessThanOrEqual(text.length);
					}
				}
			}),
			{ numRuns: 1500 },
		);
	});
});

describe("whatever the data", () => {
	it("a text without braces that is no path stays as it is", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				fc.pre(!text.includes("{{") && !text.includes("{%") && !/^\s*(context|input|output)\b/.test(text));
				expect(compileTemplate(parseTemplate(text, { engine: "jinja" }), text, { finalize: "machine" })({})).toBe(text);
			}),
		);
	});

	it("printed JSON reads back as the same data", () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				const back: unknown = JSON.parse(toPythonJson(value));
				expect(pythonEquals(back, value)).toBe(true);
			}),
		);
	});

	it("equality is its own mirror", () => {
		fc.assert(
			fc.property(json, json, (one, other) => {
				expect(pythonEquals(one, other)).toBe(pythonEquals(other, one));
				expect(pythonEquals(one, structuredClone(one))).toBe(true);
			}),
		);
	});

	it("order is total among numbers and among texts", () => {
		const less = compileCondition(parseCondition("input.a < input.b", "simple"), "input.a < input.b");
		const notLess = compileCondition(parseCondition("input.a >= input.b", "simple"), "input.a >= input.b");
		const pairs = fc.oneof(
			fc.tuple(fc.integer(), fc.double({ noNaN: true })),
			fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })),
		);
		fc.assert(
			fc.property(pairs, ([a, b]) => {
				expect(less({ input: { a, b } })).toBe(!notLess({ input: { a, b } }));
			}),
		);
	});
});
