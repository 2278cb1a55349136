/** `tool()`: what the model is told of a function, and which arguments reach it. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { InvalidToolError, type ToolCallInfo, tool, toolProvider } from "../../src/index.ts";

const info: ToolCallInfo = { signal: new AbortController().signal, idempotencyKey: "k" };

describe("a schema of zod", () => {
	const parameters = z.object({
		path: z.string().describe("Where."),
		lines: z.number().int().min(1).default(10),
		kind: z.enum(["text", "code"]).optional(),
	});
	const read = tool({
		name: "read",
		description: "Reads.",
		parameters,
		execute: (args) => {
			expectTypeOf(args).toEqualTypeOf<{ path: string; lines: number; kind?: "text" | "code" | undefined }>();
			return args;
		},
	});

	it("is told to the model as JSON Schema", () => {
		expect(read.definition).toEqual({
			type: "function",
			function: {
				name: "read",
				description: "Reads.",
				parameters: {
					type: "object",
					properties: {
						path: { type: "string", description: "Where." },
						lines: expect.objectContaining({ type: "integer", default: 10, minimum: 1 }),
						kind: { type: "string", enum: ["text", "code"] },
					},
					required: ["path"],
				},
			},
		});
	});

	it("fills in its defaults", async () => {
		expect(await read.run({ path: "a" }, info)).toEqual({ content: '{"path":"a","lines":10}' });
	});

	it("says what is wrong, with its place", async () => {
		const result = await read.run({ path: 1, lines: 0, kind: "x" }, info);
		expect(result.is_error).toBe(true);
		for (const part of ["arguments/path must be string", "arguments/lines must be >= 1", "arguments/kind must be"]) {
			expect(result.content).toContain(part);
		}
	});

	it("judges also what JSON Schema cannot say", async () => {
		const even = tool({
			name: "even",
			description: "e",
			parameters: z.object({ n: z.number().refine((n) => n % 2 === 0, "must be even") }),
			execute: ({ n }) => n,
		});
		expect(await even.run({ n: 3 }, info)).toEqual({
			content: "Invalid arguments for tool 'even': arguments/n: must be even",
			is_error: true,
		});
		expect(await even.run({ n: 4 }, info)).toEqual({ content: "4" });
	});
});

it.each([
	["text", "as it is", "as it is"],
	["a map", { a: 1 }, '{"a":1}'],
	["nothing", undefined, ""],
	["null", null, ""],
	["false", false, "false"],
])("tells the model of %s", async (_what, value, content) => {
	const it = tool({ name: "t", description: "t", execute: async () => value });
	expect(await it.run({}, info)).toEqual({ content });
});

it("takes no arguments where it has no parameters", async () => {
	const none = tool({ name: "none", description: "n", execute: () => "ok" });
	expect(await none.run({ x: 1 }, info)).toMatchObject({ is_error: true, content: expect.stringContaining("x") });
});

it.each([
	["a name with blanks", () => tool({ name: "a b", description: "d", execute: () => "" }), "letters, digits"],
	[
		"a schema of a list",
		() => tool({ name: "a", description: "d", parameters: { type: "array" }, execute: () => "" }),
		"schema of an object",
	],
])("refuses %s", (_what, make, says) => {
	expect(make).toThrow(InvalidToolError);
	expect(make).toThrow(says);
});

it("refuses two tools of one name", () => {
	const one = tool({ name: "a", description: "a", execute: () => "" });
	expect(() => toolProvider([one, one])).toThrow("two tools");
});

it("finds a wrong schema before anything runs", async () => {
	const wrong = tool({
		name: "w",
		description: "w",
		parameters: { type: "object", properties: { a: { type: "strin" } } },
		execute: () => "",
	});
	await expect(toolProvider([wrong]).prepare?.()).rejects.toThrow(InvalidToolError);
});

it("knows no tool that it was not given, whatever its name", async () => {
	const provider = toolProvider([]);
	for (const name of ["x", "constructor", "__proto__"]) {
		expect(await provider.executeTool(name, "1", {}, info)).toEqual({
			content: `Unknown tool: ${name}`,
			is_error: true,
		});
	}
});
