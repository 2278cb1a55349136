/** Fixes: what they write, that they cure, that a second round has nothing to do, and that all else stays. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic, Fix } from "../../compiler/diagnostics/diagnostic.ts";
import { parseCondition } from "../../compiler/expression/parse-condition.ts";
import { applyFixes, fixesByFile, mendCondition, scalarText } from "../../compiler/fix/index.ts";
import { analyzeText, type Broken, documentOf } from "../checks/broken/broken-document.ts";
import { FLOW } from "../checks/broken/flow.ts";
import { NAMES } from "../checks/broken/names.ts";
import { SCHEMA } from "../checks/broken/schema.ts";
import { TEMPLATES } from "../checks/broken/templates.ts";

const CASES: readonly Broken[] = [...SCHEMA, ...NAMES, ...FLOW, ...TEMPLATES];
const MENDED = CASES.filter(({ mended }) => mended !== undefined);

function mend(text: string, diagnostics: readonly Diagnostic[]): string {
	return applyFixes(text, fixesByFile(diagnostics).get("machine.yml") ?? []);
}

describe("the fixes of the broken documents", () => {
	it.each(MENDED.map((one) => [one.name, one] as const))("mend %s and keep all else", (_name, broken) => {
		const text = documentOf(broken.yaml);
		expect(mend(text, analyzeText(text, broken).diagnostics)).toBe(documentOf(broken.mended ?? ""));
	});

	it.each(CASES.map((one) => [one.name, one] as const))("leave nothing of what they fixed in %s", (_name, broken) => {
		const text = documentOf(broken.yaml);
		const before = analyzeText(text, broken).diagnostics;
		const fixed = new Set(before.filter(({ fix }) => fix !== undefined).map(({ code }) => code));
		const mended = mend(text, before);
		const after = analyzeText(mended, broken).diagnostics;
		expect(after.filter(({ code, fix }) => fixed.has(code) && fix !== undefined)).toEqual([]);
		expect(mend(mended, after)).toBe(mended);
	});

	it("gives every case that has a fix its mended text", () => {
		const silent = CASES.filter((broken) => {
			const { diagnostics } = analyzeText(documentOf(broken.yaml), broken);
			const code = broken.gives.split(" ")[0];
			return broken.mended === undefined && diagnostics.some((one) => one.fix !== undefined && one.code === code);
		});
		expect(silent.map(({ name }) => name)).toEqual([
			"an unknown agent as validator",
			"an unknown machine",
			"an unknown machine to launch",
			"a near miss of a context key where hooks may set others",
		]);
	});
});

it("comes to rest on misspelt documents, and touches only lines that have a diagnostic", () => {
	const seeds = CASES.map((broken) => ({ broken, text: documentOf(broken.mended ?? broken.yaml) }));
	fc.assert(
		fc.property(
			fc.constantFrom(...seeds),
			fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
			({ broken, text }, slips) => {
				let now = slips.reduce(misspell, text);
				for (let round = 0; round < 6; round++) {
					const { diagnostics } = analyzeText(now, broken);
					const mended = mend(now, diagnostics);
					if (mended === now) return;
					const allowed = new Set(diagnostics.flatMap((one) => (one.fix === undefined ? [] : [one.fix.range.line])));
					const before = now.split("\n");
					const changed = mended.split("\n").flatMap((line, index) => (line === before[index] ? [] : [index + 1]));
					expect(changed.filter((line) => !allowed.has(line))).toEqual([]);
					now = mended;
				}
				expect.fail(`still changing: ${now}`);
			},
		),
		{ numRuns: 100 },
	);
});

/** Exchanges two neighbouring letters in one of the words of a text. */
function misspell(text: string, nth: number): string {
	const words = [...text.matchAll(/[a-z_]{4,}/g)];
	const word = words[nth % words.length];
	if (word === undefined) return text;
	const at = word.index + 1;
	return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
}

function fix(start: number, end: number, text: string): Fix {
	const range = { start, end, line: 1, column: start + 1, endLine: 1, endColumn: end + 1 };
	return { file: "machine.yml", range, text, title: "t" };
}

describe("applyFixes", () => {
	it("applies fixes in any order, equal ones once", () => {
		expect(applyFixes("one two", [fix(4, 7, "2"), fix(0, 3, "1"), fix(4, 7, "2")])).toBe("1 2");
	});

	it("lets the first of two that overlap win", () => {
		expect(applyFixes("abcdef", [fix(2, 5, "X"), fix(0, 3, "Y")])).toBe("Ydef");
	});

	it("refuses a range outside of the text", () => {
		expect(() => applyFixes("abc", [fix(2, 9, "")])).toThrow(RangeError);
	});

	it("keeps every character outside of the ranges", () => {
		const part = fc.record({ keep: fc.string(), old: fc.string({ minLength: 1 }), put: fc.string() });
		fc.assert(
			fc.property(fc.array(part), (parts) => {
				let text = "";
				const fixes: Fix[] = [];
				for (const { keep, old, put } of parts) {
					text += keep;
					fixes.push(fix(text.length, text.length + old.length, put));
					text += old;
				}
				expect(applyFixes(text, fixes.toReversed())).toBe(parts.map(({ keep, put }) => keep + put).join(""));
			}),
		);
	});
});

describe("mendCondition", () => {
	it.each([
		["context.a===1", "context.a==1"],
		["context.a !== 'x'", "context.a != 'x'"],
		["context.a&&context.b", "context.a and context.b"],
		["!context.a || !(context.b)", "not context.a or not (context.b)"],
		["context.a == undefined", "context.a == null"],
		["context.a == TRUE", "context.a == true"],
		["context.a == 'x && y' && true", "context.a == 'x && y' and true"],
		["{{ context.done }}", "context.done"],
	])("writes %s as %s", (wrong, right) => {
		expect(mendCondition(wrong, "simple")).toBe(right);
	});

	it.each(["context.a ==", "context.a is like 5", "(context.a", "context.a.map(x => x)"])("gives up on %s", (text) => {
		expect(mendCondition(text, "simple")).toBeUndefined();
	});

	it("leaves CEL alone, where these operators are right", () => {
		expect(mendCondition("context.a === 1", "cel")).toBeUndefined();
	});

	it("gives only conditions that parse, whatever it is given", () => {
		const word = fc.constantFrom(
			"context.a",
			"&&",
			"||",
			"!",
			"===",
			"=",
			"'x'",
			"1",
			"(",
			")",
			" ",
			"{{",
			"}}",
			"not",
		);
		fc.assert(
			fc.property(fc.array(word, { maxLength: 12 }), (words) => {
				const mended = mendCondition(words.join(" "), "simple");
				if (mended !== undefined) expect(parseCondition(mended, "simple").kind).toBe("simple");
			}),
		);
	});
});

describe("scalarText", () => {
	it.each([
		["plain", "output.score", "a.yml", "output.score"],
		['"{{ x }}"', "output.score", "a.yml", '"output.score"'],
		["'{{ x }}'", "it's", "a.yml", "'it''s'"],
		["plain", "true", "a.yml", '"true"'],
		["plain", "a: b", "a.yml", '"a: b"'],
		["plain", "a, b", "a.yml", '"a, b"'],
		['"x"', "y", "a.json", '"y"'],
		["|\n  x\n", "y", "a.yml", undefined],
		["*alias", "y", "a.yml", undefined],
	])("writes in place of %j the text %j in %s", (original, value, file, written) => {
		expect(scalarText(original, value, file)).toBe(written);
	});
});
