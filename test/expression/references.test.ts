/** What lints read: the variables of an expression with their places, and frozen nodes that are plain JSON. */
import { describe, expect, it } from "vitest";
import {
	constantOf,
	isLiteral,
	parseCondition,
	parseTemplate,
	pythonEquals,
	pythonRepr,
	pythonStr,
	references,
	toPythonJson,
} from "../../compiler/expression/index.ts";

function paths(text: string): string[] {
	return references(parseTemplate(text, { engine: "jinja" })).map(
		({ path, optional }) => path.join(".") + (optional ? "?" : ""),
	);
}

describe("references", () => {
	it.each<[string, string[]]>([
		["context.a.b", ["context.a.b?"]],
		["{{ context.a.b }} {{ input['c'].d[0] }}", ["context.a.b", "input.c.d.0"]],
		["{{ context.a | default('x') }} {{ context.b is defined }}", ["context.a?", "context.b?"]],
		["{{ context.a or context.b }}", ["context.a?", "context.b"]],
		["{% if context.a %}{{ context.b }}{% endif %}", ["context.a?", "context.b"]],
		["{{ context.a[input.k] }}", ["context.a", "input.k"]],
		["{{ context.a.upper() }} {{ range(context.n) }}", ["context.a", "context.n"]],
		[
			"{% for x in context.l %}{{ x.y }}{{ loop.index }}{{ context.z }}{% endfor %}{{ x }}",
			["context.l", "context.z", "x"],
		],
		["{% set a = context.b %}{{ a.c }}", ["context.b"]],
		["{% set a %}{{ context.b }}{% endset %}{{ a }}", ["context.b"]],
		["{% with a = context.b %}{{ a }}{% endwith %}{{ a }}", ["context.b", "a"]],
		["{% filter replace('a', context.b) %}{{ context.c }}{% endfilter %}", ["context.c", "context.b"]],
	])("%s", (text, expected) => expect(paths(text)).toEqual(expected));

	it("have the places of the paths", () => {
		const text = "Hi {{ context.name | upper }}";
		const [found] = references(parseTemplate(text, { engine: "jinja" }));
		expect(text.slice(found?.start, found?.end)).toBe("context.name");
	});

	it("are found in conditions of both engines and in Liquid", () => {
		const of = (text: string, engine: "simple" | "cel") =>
			references(parseCondition(text, engine)).map(({ path, start, end }) => [path.join("."), text.slice(start, end)]);
		expect(of("context.a.b < input['c']", "simple")).toEqual([
			["context.a.b", "context.a.b"],
			["input.c", "input['c']"],
		]);
		expect(of("context.a.b < 1 && context.l.all(x, x > input.c)", "cel")).toEqual([
			["context.a.b", "context.a.b"],
			["context.l", "context.l"],
			["input.c", "input.c"],
		]);
		const liquid = "{{ context.a }}\n{{ input.b | upcase }}";
		expect(
			references(parseTemplate(liquid, { engine: "liquid" })).map(({ start, end }) => liquid.slice(start, end)),
		).toEqual(["context.a", "input.b"]);
	});
});

describe("nodes", () => {
	it("are frozen plain JSON", () => {
		const text =
			"a {% for x in context.l if x %}{{ x|join(d='-') }}{% endfor %}{% if a < 1 %}{{ {'k': [1.0, (2,)]} }}{% endif %}";
		const node = parseTemplate(text, { engine: "jinja" });
		expect(JSON.parse(JSON.stringify(node))).toEqual(node);
		const check = (value: unknown): void => {
			if (typeof value !== "object" || value === null) return;
			expect(Object.isFrozen(value)).toBe(true);
			for (const part of Object.values(value)) check(part);
		};
		check(node);
		check(parseCondition("a.b[1] in ['x', 2] and not c if d else -1", "simple"));
	});

	it("tell constants", () => {
		const constant = (text: string) => {
			const node = parseCondition(text, "simple");
			return node.kind === "simple" && node.expression !== null ? constantOf(node.expression) : undefined;
		};
		expect(constant("-5")).toEqual({ value: -5 });
		expect(constant("['a', null]")).toEqual({ value: ["a", null] });
		expect(constant("context.a")).toBeUndefined();
		expect(isLiteral(parseCondition("'x'", "simple"))).toBe(true);
		expect(isLiteral(parseTemplate("plain", { engine: "jinja" }))).toBe(true);
		expect(isLiteral(parseTemplate("{{ x }}", { engine: "jinja" }))).toBe(false);
	});
});

describe("Python's texts", () => {
	it("print values of JavaScript", () => {
		expect(pythonStr("a")).toBe("a");
		expect(pythonStr(undefined)).toBe("");
		expect(pythonRepr({ a: [null, true, "it's", 1, 2.5], b: undefined })).toBe("{'a': [None, True, \"it's\", 1, 2.5]}");
		expect(toPythonJson({ a: ["é", null, 0.00001] })).toBe('{"a": ["\\u00e9", null, 1e-05]}');
		expect(pythonEquals({ a: [1, true] }, { a: [true, 1] })).toBe(true);
		expect(pythonEquals("1", 1)).toBe(false);
	});
});
