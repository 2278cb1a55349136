/** Templates beyond Jinja2: bare paths, native values, our mends, bounds and hints. */
import { describe, expect, it } from "vitest";
import {
	compileTemplate,
	compileValue,
	ExpressionError,
	ExpressionSyntaxError,
	parseTemplate,
	type Scope,
} from "../../compiler/expression/index.ts";

const scope: Scope = {
	context: { n: 1, items: [1, 2], list: ["a"], map: { k: "v" }, nothing: null, log: ["x"], keys: "own" },
	input: {},
	output: null,
};

function render(text: string, data: Scope = scope, finalize: "machine" | "prompt" = "machine"): unknown {
	return compileTemplate(parseTemplate(text, { engine: "jinja" }), text, { finalize })(data);
}

function value(text: string, data: Scope = scope): unknown {
	return compileValue(parseTemplate(text, { engine: "jinja" }), text)(data);
}

function syntaxError(text: string, engine: "jinja" | "liquid" = "jinja"): ExpressionSyntaxError {
	try {
		parseTemplate(text, { engine });
	} catch (error) {
		if (error instanceof ExpressionSyntaxError) return error;
		throw error;
	}
	return expect.unreachable(`${JSON.stringify(text)} was accepted`);
}

function renderError(text: string, data: Scope = scope): ExpressionError {
	try {
		render(text, data);
	} catch (error) {
		if (error instanceof ExpressionError) return error;
		throw error;
	}
	return expect.unreachable(`${JSON.stringify(text)} did not fail`);
}

describe("text without braces", () => {
	it.each<[string, unknown]>([
		["context.list", ["a"]],
		["  context.map.k\n", "v"],
		["context", scope.context],
		["output", null],
		["output.x", null],
		["context.missing.deeper", null],
		["context.list.length", null],
		["context.constructor", null],
		["context.l.0", "context.l.0"],
		["context.a-b", "context.a-b"],
		["context.list[0]", "context.list[0]"],
		["item.x", "item.x"],
		["plain text\n", "plain text\n"],
		["{# not a template #}", "{# not a template #}"],
		["", ""],
	])("%j", (text, expected) => expect(render(text)).toEqual(expected));

	it("gives the very object a path names", () => {
		expect(render("context.map")).toBe(Object(scope.context).map);
	});

	it("is a path of the item where the item is a root", () => {
		const node = parseTemplate("item.x", { engine: "jinja", roots: ["context", "input", "item"] });
		expect(node).toEqual({ kind: "path", root: "item", keys: ["x"] });
		expect(compileTemplate(node, "item.x", { finalize: "machine" })({ item: { x: 5 } })).toBe(5);
	});

	it("is a template in a prompt", () => {
		const node = parseTemplate("context {# c #}\n", { engine: "jinja", roots: [] });
		expect(compileTemplate(node, "context {# c #}\n", { finalize: "prompt" })({})).toBe("context ");
	});
});

describe("mends", () => {
	it("reads a key that has the name of a Python method, and still calls the method", () => {
		expect(render("{{ context.items }} {{ context.keys }} {{ context.items|length }}")).toBe("[1, 2] own 2");
		expect(render("{% for k, v in context.map.items() %}{{ k }}{{ v }}{% endfor %}")).toBe("kv");
	});

	it("takes null as none", () => {
		expect(render("{{ context.nothing == null }}{% if null %}x{% endif %}")).toBe("True");
	});

	it("prints mappings whose keys JavaScript would reorder in the order they are written", () => {
		expect(render("{{ {'10': 1, '2': 2} }}")).toBe('{"10": 1, "2": 2}');
	});

	it("prints what map and select give", () => {
		expect(render("{{ context.items|map('string') }}")).toBe('["1", "2"]');
	});

	it("has no fromjson in a prompt, and Python's texts for lists", () => {
		expect(render("{{ context.list }}{{ 1.0 }}", scope, "prompt")).toBe("['a']1.0");
		expect(() => render("{{ '1'|fromjson }}", scope, "prompt")).toThrow(ExpressionError);
	});

	it("has break and continue", () => {
		expect(
			render(
				"{% for x in range(9) %}{% if x == 1 %}{% continue %}{% endif %}{% if x > 2 %}{% break %}{% endif %}{{ x }}{% endfor %}",
			),
		).toBe("02");
	});
});

describe("compileValue", () => {
	it.each<[string, unknown]>([
		["{{ context.items }}", [1, 2]],
		["{{ context.items[1:] + [4 / 2] }}", [2, 2]],
		["{{ context.map.items()|list }}", [["k", "v"]]],
		["{{ range(3) }}", [0, 1, 2]],
		["{{ {'a': 1.0, 'b': (1, 2)} }}", { a: 1, b: [1, 2] }],
		["{{ {'__proto__': 1} }}", JSON.parse('{"__proto__": 1}')],
		["{{ context.missing }}", null],
		["{{ context.n + 1 }}", 2],
		["{{ 2 ** 70 }}", 2 ** 70],
		["{{ context.items }} ", "[1, 2] "],
		["context.items", [1, 2]],
		["text", "text"],
	])("%s", (text, expected) => expect(value(text)).toEqual(expected));

	it("gives the user's own object by reference", () => {
		const items = [{ a: 1 }];
		expect(value("{{ context.items }}", { context: { items } })).toBe(items);
	});

	it("keeps a mapping's prototype out of reach", () => {
		expect(Object.getPrototypeOf(value("{{ {'__proto__': {'x': 1}} }}"))).toBe(Object.prototype);
	});
});

describe("own data only", () => {
	it.each(["constructor", "__proto__", "toString", "__class__", "prototype", "caller"])("%s is undefined", (name) => {
		expect(render(`[{{ context.${name} }}{{ context['${name}'] }}{{ context.list.${name} }}{{ 'x'.${name} }}]`)).toBe(
			"[]",
		);
		expect(render(`{{ context.${name} is defined }}{{ ${name} is defined }}`)).toBe("FalseFalse");
		expect(render(`{{ [context]|map(attribute='${name}')|select('defined')|list }}`)).toBe("[]");
		expect(() => render(`{{ context.${name}() }}`)).toThrow(ExpressionError);
		expect(() => render(`{{ ''.${name}() }}`)).toThrow(ExpressionError);
		expect(() => render(`{{ range.${name}.x }}`)).toThrow(ExpressionError);
		expect(() => render(`{{ context.list|map('${name}')|list }}`)).toThrow(ExpressionError);
	});

	it("never changes the data", () => {
		const data = { context: { log: ["x"], map: { a: 1 } } };
		const before = structuredClone(data);
		for (const text of [
			"{{ context.log.append(1) }}",
			"{{ context.map.update({'b': 1}) }}",
			"{{ context.map.pop('a') }}",
			"{{ context.log.clear() }}",
			"{{ context.log.sort(reverse=true) }}",
			"{% set context.log = 1 %}",
			"{% set l = context.log %}{{ l.append(2) }}",
		]) {
			expect(renderError(text, data).message).toMatch(/cannot change data|namespace/);
		}
		render(
			"{% set l = context.log|list %}{% set _ = l.append(2) %}{{ context.log|sort }}{{ context.log|reverse }}",
			data,
		);
		render(
			"{% set l = context.log + [] %}{% set _ = l.append(2) %}{% set m = context.map.copy() %}{{ m.pop('a') }}",
			data,
		);
		expect(data).toEqual(before);
	});

	it("does not call functions that hide in the data", () => {
		let called = 0;
		const data = { context: { f: () => (called += 1) } };
		expect(() => render("{{ context.f() }}", data)).toThrow(ExpressionError);
		expect(() => render("{{ context.f }}", data)).not.toThrow();
		expect(called).toBe(0);
	});
});

describe("bounds", () => {
	const loops =
		"{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}";
	it.each<[string, RegExp]>([
		[loops, /loop iterations/],
		["{{ range(10000000) }}", /at most/],
		["{{ 'x' * 99999999999 }}", /grows beyond/],
		["{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", /grows beyond/],
		[
			"{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
			/grows beyond|too much/,
		],
		[
			"{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
			/grows beyond|too much/,
		],
		[
			"{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == [[]] }}{{ ns.l|string }}",
			/grows beyond|too much/,
		],
		["{% set l = [1] %}{% for x in l %}{% set _ = l.append(1) %}{% endfor %}", /loop iterations/],
		["{{ 2 ** 999999999 }}", /too large/],
		["{% set ns = namespace(n=3) %}{% for i in range(40) %}{% set ns.n = ns.n * ns.n %}{% endfor %}", /too large/],
		["{{ 'x'|center(999999999) }}", /grows beyond/],
		["{{ 'x'.ljust(999999999) }}", /grows beyond/],
		["{{ '%999999999d'|format(1) }}", /width/],
		["{{ 'a\nb'|indent(999999999) }}", /grows beyond/],
		["{{ ('a' * 1000000)|replace('a', 'b' * 1000) }}", /grows beyond/],
		["{% for i in range(90000) %}{{ ('ab' * 100000)|replace('a', 'b')|length }}{% endfor %}", /too much/],
		["{% for i in range(90000) %}{{ range(10000)|sum }}{% endfor %}", /too much/],
		["{% for i in range(90000) %}{{ 'x' * 5000 }}{% endfor %}", /grows beyond|too much/],
		["{{ [1]|slice(999999999)|list }}", /grows beyond/],
		["{{ [1]|batch(999999999, 0)|list }}", /grows beyond/],
		["{{ ('<' * 1000000)|striptags|length }}{{ ('<' * 9000000) ~ ('>' * 9000000) }}", /grows beyond/],
	])("%s", (text, message) => {
		expect(renderError(text).message).toMatch(message);
	});

	it("refuses templates that are nested too deeply", () => {
		expect(syntaxError(`${"{% if 1 %}".repeat(5000)}`).message).toContain("nested");
		expect(syntaxError(`{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`).message).toContain("nested");
		expect(syntaxError(`{{ x${"|upper".repeat(5000)} }}`).message).toContain("deep");
		expect(syntaxError(`{{ ${"1 if 1 else ".repeat(5000)}1 }}`).message).toContain("nested");
	});

	it("names data that is nested too deeply to print", () => {
		let deep: unknown = [];
		for (let level = 0; level < 20_000; level += 1) deep = [deep];
		expect(renderError("{{ context.deep }}", { context: { deep } }).message).toContain("nested");
	});

	it("finishes what a person may well write", () => {
		expect(render("{% for i in range(50000) %}x{% endfor %}")).toHaveLength(50_000);
	});
});

describe("a wrong template says what to write", () => {
	it.each([
		["a {% if x %} b", "add `{% endif %}`", "{% if x %}"],
		["{% for x in y %}", "add `{% endfor %}`", "{% for x in y %}"],
		["{% if x %}{% for a in b %}{% endif %}", "`{% endfor %}` is expected first", "endif"],
		["{% endif %}", "closes nothing", "endif"],
		["x {{ a", "`{{` is never closed", "{{"],
		["{{ x|uper }}", "did you mean `upper`?", "uper"],
		["{{ x is definde }}", "did you mean `defined`?", "definde"],
		["{% fro x in y %}", "did you mean `for`?", "fro"],
		["{% elsif x %}", "did you mean `elif`?", "elsif"],
		["{% include 'x' %}", "cannot include", "include"],
		["{% macro x() %}", "macros", "macro"],
		["{{ a && b }}", "use `and` instead of `&&`", "&&"],
		["{% if a = 1 %}{% endif %}", "write `==`", "="],
		["{{ }}", "is empty", "{{ }}"],
		["{{ f(*x) }}", "`*` arguments", "*"],
		["{% for x in y recursive %}", "recursive", "recursive"],
		["{% break %}", "outside a loop", "break"],
		["{# open {{ x }}", "add `#}`", "{#"],
	])("%s", (text, message, marked) => {
		const error = syntaxError(text);
		expect(error.message).toContain(message);
		expect(text.slice(error.start, error.end)).toBe(marked);
	});

	it("marks the part that failed", () => {
		const text = "a {{ context.n + 1 }} {{ context.missing.deeper }}";
		const error = renderError(text);
		expect(error.message).toContain("the key `missing` is missing");
		expect(text.slice(error.start, error.end)).toBe("context.missing.deeper");
		expect(error.text).toBe(text);
	});
});

describe("a Liquid template", () => {
	const liquid = (text: string) =>
		compileTemplate(parseTemplate(text, { engine: "liquid" }), text, { finalize: "machine" })(scope);

	it.each<[string, unknown]>([
		["{{ context.n | plus: 1 }}", "2"],
		["{% for x in context.items %}{{ x }},{% endfor %}", "1,2,"],
		["{{ context.map }} {{ context.items }} {{ context.nothing }}|", '{"k": "v"} [1, 2] |'],
		["{{ context.constructor }}{{ context.toString }}", ""],
		["context.items", [1, 2]],
		["plain", "plain"],
	])("%s", (text, expected) => expect(liquid(text)).toEqual(expected));

	it.each(["{% if x %}", "{{ x | nofilter }}", "{% include 'a' %}", "{% render 'a' %}", "{{ x"])(
		"is checked when it is parsed: %s",
		(text) => expect(syntaxError(text, "liquid").start).toBe(0),
	);

	it("is bounded", () => {
		expect(() => liquid("{% for i in (1..1000000000) %}{{ i }}{% endfor %}")).toThrow(ExpressionError);
	});
});
