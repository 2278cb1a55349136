import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonProblem } from "../../compiler/document/json-syntax.ts";
import { parseDocument } from "../../compiler/document/parse.ts";

const codes = (text: string): string[] =>
	parseDocument(text, { file: "machine.yml", dir: "." }).diagnostics.map(({ code }) => code);

describe("a hostile document gives one clear diagnostic", () => {
	test("aliases that expand exponentially", () => {
		const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
		for (let level = 1; level < 12; level++) {
			lines.push(
				`a${level}: &a${level} [${Array(10)
					.fill(`*a${level - 1}`)
					.join(", ")}]`,
			);
		}
		expect(codes(lines.join("\n"))).toEqual(["FS1006"]);
	});

	test.each([
		["brackets", "[".repeat(100_000)],
		["flow maps", "{a: ".repeat(100_000)],
		["dashes", "- ".repeat(100_000)],
		["question marks", "? ".repeat(100_000)],
		["block maps", Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
	])("too many levels of %s", (_, text) => {
		expect(codes(text)).toEqual(["FS1005"]);
	});

	test("levels that only aliases make", () => {
		const lines = ["a0: &a0 [1]"];
		for (let level = 1; level < 150; level++) lines.push(`a${level}: &a${level} [*a${level - 1}]`);
		expect(codes(lines.join("\n"))).toEqual(["FS1005"]);
	});

	test("too much text", () => {
		expect(codes(`a: ${"x".repeat(9_000_000)}`)).toEqual(["FS1004"]);
		expect(codes("- a\n".repeat(500_000))).toEqual(["FS1004"]);
	});

	test.each([
		["list entries", "- a\n".repeat(1_500_000)],
		["numbers", `[${"1,".repeat(2_500_000)}`],
		["commas", `[${",".repeat(900_000)}`],
		["line breaks", "\n".repeat(8_000_000)],
		["words beside each other", `["a" ${'"a" '.repeat(300_000)}`],
	])("junk of megabytes, before the time limit of a test: %s", (_, text) => {
		expect(codes(text)[0]).toMatch(/^FS100[14]$/);
	});

	test("says how much is too much, and what to do", () => {
		const { diagnostics } = parseDocument("- a\n".repeat(500_000), { file: "machine.yml", dir: "." });
		expect(diagnostics).toMatchObject([
			{
				code: "FS1004",
				message: "the document has about 2,000,000 tokens (words, marks and gaps), the limit is 1,000,000",
				suggestion: expect.stringContaining("split it"),
			},
		]);
	});

	test("anchors and tags without end", () => {
		expect(codes("&a ".repeat(100_000)).every((code) => code === "FS1001")).toBe(true);
		expect(codes("!!str ".repeat(100_000)).every((code) => code === "FS1001")).toBe(true);
	});
});

test("a machine of ten thousand states is no hostile one", () => {
	const states = Array.from({ length: 10_000 }, (_, index) => {
		const next = (index + 1) % 10_000;
		return `    s${index}: { action: step, transitions: [{ condition: context.x > 1, to: s${next} }, { to: end }] }\n`;
	});
	const text = `spec: flatmachine\ndata:\n  states:\n${states.join("")}    end: { type: final }\n`;
	expect(codes(text)).toEqual([]);
});

test("no text makes the parser throw", () => {
	const piece = fc.constantFrom(..."abc:-?[]{},&*!|>'\"%@`#~ \n\t\\<=", "<<", "---", "\u0000", "\ufeff", "😀", "\r\n");
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 60 }), fc.constantFrom("a.yml", "a.json"), (pieces, file) => {
			const { document, diagnostics } = parseDocument(pieces.join(""), { file, dir: "." });
			expect(document !== undefined || diagnostics.length > 0).toBe(true);
		}),
		{ numRuns: 2000 },
	);
});

test("the JSON checker agrees with the platform's parser", () => {
	const piece = fc.constantFrom(...'{}[],:"-.0129eE+ntfu\\ \n', "true", "null", '"a"', '{"a":1}', "false", "[1]");
	const text = fc.oneof(
		fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
		fc.json(),
	);
	fc.assert(
		fc.property(text, (candidate) => {
			let valid = true;
			try {
				JSON.parse(candidate);
			} catch {
				valid = false;
			}
			expect(findJsonProblem(candidate) === undefined).toBe(valid);
		}),
		{ numRuns: 5000 },
	);
});
