import { describe, expect, test } from "vitest";
import { parseDocument } from "../../compiler/document/parse.ts";

const yaml = (text: string) => parseDocument(text, { file: "machine.yml", dir: "." });
const json = (text: string) => parseDocument(text, { file: "machine.json", dir: "." });
const cleanValue = (text: string): unknown => {
	const { document, diagnostics } = yaml(text);
	expect(diagnostics).toEqual([]);
	return document?.value;
};
const found = (result: ReturnType<typeof yaml>): string[] =>
	result.diagnostics.map(({ code, range }) => `${code} ${range?.line}:${range?.column}`);

describe("plain scalars follow YAML 1.1, as the reference reads it", () => {
	test.each([
		["yes", true],
		["Off", false],
		["NO", false],
		["y", "y"],
		["tRUE", "tRUE"],
		["~", null],
		["", null],
		["nULL", "nULL"],
		["12", 12],
		["+12", 12],
		["-0", 0],
		["1_000", 1000],
		["0x1F", 31],
		["-0b101", -5],
		["08", "08"],
		["1.5", 1.5],
		["5.", 5],
		[".5", 0.5],
		["1.0e+3", 1000],
		["1.5e-3", 0.0015],
		["4.2.1", "4.2.1"],
		["2024-01-01", "2024-01-01"],
		["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"],
		["'12'", "12"],
		['"yes"', "yes"],
		["0:30", "0:30"],
	])("%s", (text, value) => {
		expect(cleanValue(`key: ${text}\n`)).toEqual({ key: value });
	});

	test.each([
		["012", 10, "FS1012"],
		["1:30", 90, "FS1012"],
		["-1:30.5", -90.5, "FS1012"],
		["1e3", "1e3", "FS1012"],
		["-.5", "-.5", "FS1012"],
		["0o17", "0o17", "FS1012"],
		["1152921504606846976", 2 ** 60, "FS1013"],
		["-.inf", Number.NEGATIVE_INFINITY, "FS1013"],
	])("%s is read, with a warning that says how", (text, value, code) => {
		const { document, diagnostics } = yaml(`key: ${text}\n`);
		expect(document?.value).toEqual({ key: value });
		expect(diagnostics).toMatchObject([{ code, severity: "warning", range: { line: 1, column: 6 } }]);
	});

	test("an explicit tag decides", () => {
		expect(cleanValue('a: !!str 5\nb: !!int "5"\nc: !!float 3\nd: !!bool yes\ne: !!null x\n')).toEqual({
			a: "5",
			b: 5,
			c: 3,
			d: true,
			e: null,
		});
	});

	test("tags that make anything but plain data are errors", () => {
		const result = yaml("a: !!python/object:os.system x\nb: !custom {c: 1}\nc: !!binary aGk=\nd: !!int many\n");
		expect(result.diagnostics.map(({ code }) => code)).toEqual(["FS1011", "FS1011", "FS1011", "FS1011"]);
	});
});

describe("documents", () => {
	test("an empty document, or one of comments, is an empty map and an error at its first line", () => {
		for (const text of ["", "\n\n", "# nothing\n", "---\n", "~"]) {
			const result = yaml(text);
			expect(result.document?.value).toEqual({});
			expect(found(result)).toEqual(["FS1016 1:1"]);
			expect(result.diagnostics[0]?.message).toBe("the file is empty");
		}
	});

	test("a byte order mark is no part of the text", () => {
		const { document } = yaml("\ufeffa: 1");
		expect(document?.value).toEqual({ a: 1 });
		expect(document?.rangeOf(["a"])).toMatchObject({ start: 3, line: 1, column: 4 });
	});

	test("a list or a scalar is an error", () => {
		expect(found(yaml("- a\n- b\n"))).toEqual(["FS1016 1:1"]);
		expect(found(yaml("hello"))).toEqual(["FS1016 1:1"]);
	});

	test("all syntax errors come at once, in order", () => {
		expect(found(yaml("a: `x`\nb: @y\nc: 1\n\td: 2\n"))).toEqual(["FS1001 1:4", "FS1001 2:4", "FS1001 4:1"]);
	});

	test("an unclosed quote is shown where it opens", () => {
		expect(found(yaml('a: 1\nb: "two\nc: 3\nd: 4\n'))).toEqual(["FS1001 2:4"]);
	});

	test("quoted lines that are not indented are said to be so", () => {
		const { diagnostics } = yaml('data:\n  a: "one\ntwo"\n');
		expect(diagnostics[0]).toMatchObject({ code: "FS1001", range: { line: 2, column: 6 } });
		expect(diagnostics[0]?.message).toContain("not indented enough");
	});

	test("a block at the very end of a text has a line break only if the text has", () => {
		expect(cleanValue("a: |\n  x\n  y")).toEqual({ a: "x\ny" });
		expect(cleanValue("a: |\n  x\n  y\n")).toEqual({ a: "x\ny\n" });
		expect(cleanValue("a: >\n  x\n  y")).toEqual({ a: "x y" });
		expect(cleanValue("a: |\n  x\nb: 1")).toEqual({ a: "x\n", b: 1 });
	});

	test("a %YAML directive changes nothing", () => {
		expect(cleanValue("%YAML 1.1\n---\na: yes\nb: 012x\nc: 2024-01-01\n")).toEqual({
			a: true,
			b: "012x",
			c: "2024-01-01",
		});
	});

	test("a second document is an error", () => {
		expect(found(yaml("a: 1\n---\nb: 2\n"))).toEqual(["FS1003 3:1"]);
	});

	test("no more problems are shown than a person reads", () => {
		const result = yaml(Array.from({ length: 80 }, (_, index) => `k${index}: 012\n`).join(""));
		expect(result.diagnostics).toHaveLength(51);
		expect(result.diagnostics.at(-1)).toMatchObject({ code: "FS1017", message: "30 further problems" });
	});
});

describe("keys", () => {
	test("a key given twice is an error that names both places", () => {
		const { diagnostics } = yaml("a: 1\nb:\n  c: 1\n  c: 2\n");
		expect(diagnostics).toMatchObject([
			{
				code: "FS1002",
				severity: "error",
				range: { line: 4, column: 3 },
				related: [{ range: { line: 3, column: 3 } }],
			},
		]);
	});

	test("words that are booleans as values stay text as keys", () => {
		expect(cleanValue("on: 1\nyes: 2\nNo: 3\n")).toEqual({ on: 1, yes: 2, No: 3 });
	});

	test("numbers and null become text, with a warning", () => {
		const result = yaml("1: a\n~: b\n1.5: c\n");
		expect(result.document?.value).toEqual({ "1": "a", "~": "b", "1.5": "c" });
		expect(found(result)).toEqual(["FS1008 1:1", "FS1008 2:1", "FS1008 3:1"]);
	});

	test.each([
		["{{ context.y }}", '"{{ context.y }}"'],
		['{{ context["y"] }} # note', "'{{ context[\"y\"] }}'"],
	])("the template %s without quotes is named as such, and mended", (template, quoted) => {
		const { diagnostics } = yaml(`input:\n  x: ${template}\n`);
		expect(diagnostics).toMatchObject([
			{ code: "FS1007", range: { line: 2, column: 6 }, suggestion: `write ${quoted}`, fix: { text: quoted } },
		]);
	});

	test("a list as a key has no such cure", () => {
		const { diagnostics } = yaml("? [a]\n: 1\n");
		expect(diagnostics).toMatchObject([{ code: "FS1007" }]);
		expect(diagnostics[0]?.fix).toBeUndefined();
	});

	test("`__proto__` is refused, other names of JavaScript are data", () => {
		const result = yaml("__proto__: {polluted: true}\nconstructor: 1\nprototype: 2\ntoString: 3\n");
		expect(found(result)).toEqual(["FS1009 1:1"]);
		expect(Object.entries(result.document?.value ?? {})).toEqual([
			["constructor", 1],
			["prototype", 2],
			["toString", 3],
		]);
		expect("polluted" in {}).toBe(false);
	});
});

describe("anchors, aliases and merges", () => {
	test("an alias is the value of the anchor before it", () => {
		expect(cleanValue("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x\n")).toEqual({ a: { b: [1] }, c: { b: [1] }, d: 2, e: 2 });
	});

	test("an alias of nothing, and one inside of its own anchor, are errors", () => {
		expect(found(yaml("a: *nowhere\nb: &b [*b]\n"))).toEqual(["FS1010 1:4", "FS1010 2:8"]);
	});

	test("merged keys stand first, own keys win, earlier maps win over later ones", () => {
		const value = cleanValue("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  own: 0\n  <<: [*a, *b]\n  x: 9\n");
		expect(JSON.stringify(value)).toBe('{"a":{"x":1,"y":1},"b":{"y":2,"z":2},"c":{"y":1,"z":2,"x":9,"own":0}}');
	});

	test("only maps can be merged, and none into itself", () => {
		expect(found(yaml("a: {<<: 5}\nb: &b {<<: *b}\n"))).toEqual(["FS1014 1:9", "FS1014 2:12"]);
	});
});

describe("JSON", () => {
	test("numbers and words are JSON's", () => {
		const { document, diagnostics } = json('{"a": 1e3, "b": [true, null], "c": "\\ud83d\\ude00\\/"}');
		expect(document?.value).toEqual({ a: 1000, b: [true, null], c: "😀/" });
		expect(diagnostics).toEqual([]);
	});

	test("tabs may indent", () => {
		expect(json('{\n\t"a": [\n\t\t1\n\t]\n}\n').diagnostics).toEqual([]);
	});

	test("keys may be longer than YAML allows", () => {
		const key = "k".repeat(2000);
		const { document, diagnostics } = json(JSON.stringify({ [key]: 1 }));
		expect(diagnostics).toEqual([]);
		expect(document?.value).toEqual({ [key]: 1 });
	});

	test.each([
		['{"a": yes}', "1:7"],
		["{'a': 1}", "1:2"],
		['{"a": 1,}', "1:9"],
		['{"a": 1 "b": 2}', "1:9"],
		['{"a": [1, 2}', "1:12"],
		['{"a": 01}', "1:7"],
		['{\n// note\n"a": 1}', "2:1"],
		['{"a": "x\ny"}', "1:7"],
		['{"a": 1} 2', "1:10"],
		['{"a": ', "1:7"],
	])("%j is no JSON", (text, place) => {
		expect(found(json(text)).slice(0, 1)).toEqual([`FS1001 ${place}`]);
	});

	test("a key given twice is an error", () => {
		expect(found(json('{"a": 1, "a": 2}'))).toEqual(["FS1002 1:10"]);
	});
});
