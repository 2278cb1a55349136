/** Our templates and conditions against what Jinja2 and Python themselves answered; the .py files here made the answers. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	compileCondition,
	compileTemplate,
	ExpressionError,
	ExpressionSyntaxError,
	parseCondition,
	parseTemplate,
	type Scope,
	truthy,
} from "../../compiler/expression/index.ts";

interface TemplateCase {
	readonly door: "machine" | "prompt";
	readonly template: string;
	readonly text?: string;
	readonly error?: string;
}

interface ConditionCase {
	readonly text: string;
	readonly value?: unknown;
	readonly truthy?: boolean;
	readonly error?: string;
}

function readCases<T>(file: string): { readonly scope: Scope; readonly cases: readonly T[] } {
	return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
}

function expectRefusal(run: () => unknown): void {
	try {
		run();
	} catch (error) {
		expect(error instanceof ExpressionError || error instanceof ExpressionSyntaxError, String(error)).toBe(true);
		return;
	}
	expect.unreachable("no error was thrown");
}

describe("a template prints what Jinja2 prints", () => {
	const { scope, cases } = readCases<TemplateCase>("jinja-cases.json");
	it("has a corpus", () => expect(cases.length).toBeGreaterThan(300));
	it.each(cases)("$door: $template", ({ door, template, text, error }) => {
		const render = () => {
			const node = parseTemplate(template, { engine: "jinja", ...(door === "prompt" && { roots: [] }) });
			return compileTemplate(node, template, { finalize: door })(scope);
		};
		if (error === undefined) expect(render()).toBe(text);
		else expectRefusal(render);
	});
});

describe("a condition means what it means in Python", () => {
	const { scope, cases } = readCases<ConditionCase>("condition-cases.json");
	it("has a corpus", () => expect(cases.length).toBeGreaterThan(150));
	it.each(cases)("$text", (one) => {
		const evaluate = () => compileCondition(parseCondition(one.text, "simple"), one.text)(scope);
		if (one.error !== undefined) {
			expectRefusal(evaluate);
			return;
		}
		const value = evaluate();
		expect(truthy(value)).toBe(one.truthy);
		// JSON writes Python's -0.0 and 0.0 as such; their sign is of no matter to a condition.
		if (value === 0) expect(one.value).toBeCloseTo(0);
		else expect(value).toEqual(one.value);
	});
});
