import { describe, expect, test } from "vitest";
import { diagnosticCodes } from "../../compiler/diagnostics/codes.ts";
import { formatDiagnostic, formatPath } from "../../compiler/diagnostics/format.ts";
import { codeFrame } from "../../compiler/diagnostics/frame.ts";
import { createReporter } from "../../compiler/diagnostics/report.ts";
import { didYouMean, nearest } from "../../compiler/diagnostics/suggest.ts";
import { parseDocument } from "../../compiler/document/parse.ts";
import { createSourceLines } from "../../compiler/document/source-lines.ts";

describe("the registry", () => {
	const entries = Object.entries(diagnosticCodes);

	test("every code has its shape, and words for people", () => {
		for (const [code, { severity, title, example, cure }] of entries) {
			expect(code).toMatch(/^FS[1-6]\d{3}$/);
			expect(["error", "warning"]).toContain(severity);
			for (const words of [title, example, cure]) expect(words.trim()).toBe(words);
			for (const words of [title, example, cure]) expect([code, words.length]).not.toEqual([code, 0]);
			expect([code, title.endsWith(".")]).toEqual([code, false]);
			expect([code, /[.:`!…]$/.test(cure)]).toEqual([code, true]);
		}
	});

	test("no two codes have one title, and codes stand in order", () => {
		const titles = entries.map(([, { title }]) => title);
		expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
		const codes = entries.map(([code]) => code);
		expect(codes).toEqual(codes.toSorted());
	});
});

describe("a code frame", () => {
	const frameOf = (text: string, part: string): string => {
		const start = text.indexOf(part);
		return codeFrame({ text }, createSourceLines(text).range(start, start + part.length));
	};

	test("shows two lines before, one after, and a caret under the place", () => {
		expect(frameOf("a: 1\nb: 2\nc: 3\nd: four\ne: 5\nf: 6\n", "four")).toBe(
			["  2 | b: 2", "  3 | c: 3", "> 4 | d: four", "    |    ^^^^", "  5 | e: 5"].join("\n"),
		);
	});

	test("shows no line after the last line break", () => {
		expect(frameOf("a: 1\n", "1")).toBe("> 1 | a: 1\n    |    ^");
	});

	test("lines numbers up", () => {
		const text = Array.from({ length: 12 }, (_, index) => `k${index}: v${index}`).join("\n");
		expect(frameOf(text, "v9").split("\n")).toEqual([
			"   8 | k7: v7",
			"   9 | k8: v8",
			"> 10 | k9: v9",
			"     |     ^^",
			"  11 | k10: v10",
		]);
	});

	test("turns tabs into blanks", () => {
		expect(frameOf("\ta:\tb", "b")).toBe("> 1 |     a:  b\n    |         ^");
	});

	test("marks the rest of the line where the place goes on below", () => {
		expect(frameOf("a: [1,\n  2]\n", "[1,\n  2]")).toBe("> 1 | a: [1,\n    |    ^^^\n  2 |   2]");
	});

	test("clips long lines around the place", () => {
		const text = `k: "${"x".repeat(300)} HERE ${"y".repeat(300)}"`;
		const [line = "", carets = ""] = frameOf(text, "HERE").split("\n");
		expect(line.length).toBeLessThanOrEqual(120);
		expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("HERE");
		expect(line).toMatch(/^> 1 \| …x+ HERE y+…$/);
	});

	test("looks at a part of a huge line only", () => {
		const text = `k: "${"x".repeat(5_000_000)}HERE${"y".repeat(5_000_000)}"`;
		const [line = "", carets = ""] = frameOf(text, "HERE").split("\n");
		expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("HERE");
	});

	test("keeps control characters from the terminal", () => {
		expect(frameOf("a: \u001b[31mred", "red")).toContain("a: ·[31mred");
	});
});

describe("a reporter", () => {
	const text = "data:\n  states:\n    start:\n      agent: writr\n      transitions: []\n";
	const { document } = parseDocument(text, { file: "/project/m.yml", dir: "/project" });
	if (!document) throw new Error("not a document");

	test("fills severity, place and frame", () => {
		const reporter = createReporter(document);
		const made = reporter.report("FS3001", { path: ["data", "states", "start", "agent"], message: "no" });
		expect(made).toMatchObject({
			severity: "error",
			file: "/project/m.yml",
			range: { line: 4, column: 14, endColumn: 19 },
		});
		expect(made.frame).toContain("> 4 |       agent: writr\n    |              ^^^^^");
		expect(reporter.diagnostics).toEqual([made]);
	});

	test("shows a missing key at the key of its map", () => {
		const path = ["data", "states", "start", "input", "x"];
		expect(createReporter(document).report("FS3001", { path, message: "no" }).range).toMatchObject({
			line: 3,
			column: 5,
		});
	});

	test("marks characters inside a string", () => {
		const detail = { path: ["data", "states", "start", "agent"], offsets: { start: 1, end: 3 }, message: "no" };
		expect(createReporter(document).report("FS3001", detail).range).toMatchObject({
			line: 4,
			column: 15,
			endColumn: 17,
		});
	});
});

test("a diagnostic prints with file, line, column, severity, code, frame and help", () => {
	const text = "data:\n  agnets: {}\n";
	const { document } = parseDocument(text, { file: "/project/m.yml", dir: "/project" });
	if (!document) throw new Error("not a document");
	const diagnostic = createReporter(document).report("FS2008", {
		path: ["data", "agnets"],
		at: "key",
		message: "`agnets` is not known",
		suggestion: "did you mean `agents`?",
		related: [{ file: "/project/other.yml", message: "used here" }],
	});
	expect(formatDiagnostic(diagnostic, { color: false, cwd: "/project" })).toBe(
		[
			"m.yml:2:3 error FS2008 `agnets` is not known",
			"  1 | data:",
			"> 2 |   agnets: {}",
			"    |   ^^^^^^",
			"  other.yml used here",
			"  help: did you mean `agents`?",
		].join("\n"),
	);
	expect(formatDiagnostic(diagnostic, { color: true })).toContain("\u001b[");
});

test("a path prints as people write it", () => {
	expect(formatPath(["data", "states", "my state", "transitions", 0, "to"])).toBe(
		' at data.states["my state"].transitions[0].to',
	);
	expect(formatPath([])).toBe("");
});

test("a suggestion is the nearest word, or none", () => {
	const words = ["writer", "critic", "on_error", "max_steps"];
	expect(didYouMean("writr", words)).toBe("did you mean `writer`?");
	expect(nearest("Writer", words)).toBe("writer");
	expect(nearest("on-error", words)).toBe("on_error");
	expect(nearest("banana", words)).toBeUndefined();
	expect(nearest("x", ["y"])).toBeUndefined();
	expect(nearest("writer", ["writer"])).toBeUndefined();
	expect(nearest("writer", [])).toBeUndefined();
});
