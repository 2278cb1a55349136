/** The page on expressions: its examples give what stands beside them, and its lists are those of the code. */
import { describe, expect, it } from "vitest";
import { compileCondition, compileTemplate, parseCondition, parseTemplate } from "../../compiler/expression/index.ts";
import * as limits from "../../compiler/expression/limits.ts";
import { FILTER_NAMES, FUNCTION_NAMES, TEST_NAMES } from "../../compiler/expression/names.ts";
import { type Block, blocksOf, pageText } from "./page.ts";

const page = "docs/expressions.md";
const blocks = blocksOf(page);
const data = JSON.parse(blocks.find(({ words }) => words.has("context"))?.text ?? "{}");

function shown(evaluate: () => unknown): string {
	try {
		return JSON.stringify(evaluate());
	} catch (error) {
		expect(error).toHaveProperty("name", "ExpressionError");
		return "error";
	}
}

function template(text: string): string {
	const node = parseTemplate(text, { engine: "jinja" });
	return shown(() => compileTemplate(node, text, { finalize: "machine" })(data));
}

function condition(text: string): string {
	const node = parseCondition(text, "simple");
	return shown(() => compileCondition(node, text)(data));
}

function examples(block: Block): readonly (readonly [string, string])[] {
	return block.text
		.trimEnd()
		.split("\n")
		.map((line) => {
			const at = line.lastIndexOf("→");
			const wanted = line.slice(at + 1).trim();
			return [line.slice(0, at).trimEnd(), wanted === "error" ? wanted : JSON.stringify(JSON.parse(wanted))] as const;
		});
}

const evaluators = { templates: template, conditions: condition };

for (const [word, evaluate] of Object.entries(evaluators)) {
	const cases = blocks.filter(({ words }) => words.has(word)).flatMap(examples);
	it.each(cases)(`${word}: %s → %s`, (text, wanted) => expect(evaluate(text)).toBe(wanted));
}

/** The names in backticks of the section's paragraph that holds nothing else. */
function listUnder(heading: string): string[] {
	const section = pageText(page).split(`### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
	const list = section.split("\n\n").find((paragraph) => /^\s*(?:`\w+`\s*)+$/.test(paragraph)) ?? "";
	return [...list.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
}

describe("lists", () => {
	it("has the filters, tests and functions of the code", () => {
		expect(listUnder("Filters")).toEqual([...FILTER_NAMES].sort());
		expect(listUnder("Tests")).toEqual([...TEST_NAMES].sort());
		expect(listUnder("Functions").sort()).toEqual([...FUNCTION_NAMES].sort());
	});

	it("has the limits of the code", () => {
		const { MAX_ITERATIONS, MAX_TEXT, MAX_ITEMS, MAX_RANGE, MAX_INTEGER_BITS, MAX_NESTING, MAX_WORK } = limits;
		const section = pageText(page).split("## Limits and safety")[1]?.split("\n## ")[0] ?? "";
		const numbers = [...section.matchAll(/\|\s*([\d,]+)\s*\|/g)].map(([, text = ""]) =>
			Number(text.replaceAll(",", "")),
		);
		expect(numbers).toEqual([MAX_ITERATIONS, MAX_TEXT, MAX_ITEMS, MAX_RANGE, MAX_INTEGER_BITS, MAX_NESTING, MAX_WORK]);
	});
});
