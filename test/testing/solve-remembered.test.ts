/** A condition that remembers what it gave gives what it would have given. */
import { describe, expect, it } from "vitest";
import { compileCondition, parseCondition, truthy } from "../../compiler/expression/index.ts";
import { rememberedCondition } from "../../src/testing/solve/remembered-condition.ts";

const given: readonly unknown[] = [
	undefined,
	null,
	{},
	{ name: null },
	{ name: "Ada" },
	{ name: "Eve" },
	["Ada"],
	["Eve", "Ada"],
	[{ name: "Ada" }],
	[{ name: "Eve" }],
	"Ada",
	1,
];

describe("a remembered condition", () => {
	it.each([
		"has(context.x.name)",
		"context.x.name == 'Ada'",
		"context.x[0] == 'Ada'",
		"context.x[0].name == 'Ada'",
		"context.x.exists(one, one == 'Ada')",
		"context.x == null",
		"context['x'].name.startsWith('A')",
	])("%s takes each value as it does by itself", (text) => {
		const node = parseCondition(text, "cel");
		const itself = compileCondition(node, text);
		const remembered = rememberedCondition(node, text);
		const told = (condition: (scope: Record<string, unknown>) => unknown, value: unknown) => {
			const context = value === undefined ? {} : { x: value };
			try {
				return truthy(condition({ context, input: context, output: null }));
			} catch (error) {
				return error instanceof Error ? error.message : error;
			}
		};
		for (const value of [...given, ...given]) expect(told(remembered, value)).toEqual(told(itself, value));
	});
});
