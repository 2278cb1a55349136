import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createActor } from "xstate";
import { stringify } from "yaml";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { compile, validate } from "../../src/compile.ts";
import { documentOf, randomMachine } from "./random-machine.ts";

const options = { loader: memoryLoader({}), dir: "/project" };
/** Milliseconds of processor time for one document: far above what each needs. */
const longest = 5000;

/** Validates, and fails the test where that throws or takes too long. */
function validated(source: string | Record<string, unknown>): ReturnType<typeof validate> {
	const start = process.cpuUsage();
	const diagnostics = validate(source, options);
	const { user, system } = process.cpuUsage(start);
	const took = (user + system) / 1000;
	if (took > longest) throw new Error(`validate() took ${took.toFixed(0)} ms`);
	return diagnostics;
}

/** Where a document is valid, it compiles, and an actor of it starts, with whatever input. */
function compilesIfValid(source: Record<string, unknown>): boolean {
	if (validated(source).some(({ severity }) => severity === "error")) return false;
	// A valid agent is no machine.
	if (source.spec !== "flatmachine") return false;
	const { machine, config } = compile(source, { ...options, script: { "*": "x" } });
	expect(JSON.parse(JSON.stringify(config))).toEqual(config);
	const actor = createActor(machine, { input: {} });
	actor.subscribe({ error: () => undefined });
	actor.start();
	return true;
}

/** Values that are likely to meet a special case somewhere. */
const oddValue = fc.oneof(
	fc.constantFrom<unknown>(
		null,
		true,
		false,
		0,
		-1,
		1.5,
		Number.MAX_SAFE_INTEGER,
		"",
		" ",
		"null",
		"start",
		"done",
		"context.a",
	),
	fc.constantFrom(
		"{{",
		"{{ x",
		"{% if %}",
		"{{ context.__proto__ }}",
		"__proto__",
		"constructor",
		"flatstate:start",
		"a:route",
		"../x.yml",
		"$ref",
	),
	fc.constantFrom("initial", "final", "retry", "parallel", "any", "4.2.1", "0.1", "99.0", "liquid", "cel", "flatagent"),
	fc.jsonValue({ maxDepth: 2 }),
);

/** A path to something in a JSON value, chosen by numbers. */
function mutate(value: unknown, steps: readonly number[], replacement: unknown, how: number): unknown {
	const [step = 0, ...rest] = steps;
	if (Array.isArray(value) && value.length > 0) {
		const at = step % value.length;
		if (rest.length > 0)
			return value.map((item, index) => (index === at ? mutate(item, rest, replacement, how) : item));
		if (how === 0) return value.filter((_, index) => index !== at);
		return value.map((item, index) => (index === at ? replacement : item));
	}
	if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
		const entries = Object.entries(value);
		const at = step % entries.length;
		const [key = "", inner] = entries[at] ?? [];
		if (rest.length > 0) entries[at] = [key, mutate(inner, rest, replacement, how)];
		else if (how === 0) entries.splice(at, 1);
		else if (how === 1) entries[at] = [key, replacement];
		else if (how === 2) entries.push([typeof replacement === "string" ? replacement : "extra", inner]);
		else entries[at] = [typeof replacement === "string" ? replacement : "renamed", inner];
		return Object.fromEntries(entries);
	}
	return replacement;
}

const mutation = fc.record({
	steps: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 7 }),
	replacement: oddValue,
	how: fc.nat({ max: 3 }),
});

/** Machines that are valid but for some changes. */
const mutated = fc
	.tuple(randomMachine.map(documentOf), fc.array(mutation, { minLength: 1, maxLength: 3 }))
	.map(([document, mutations]) => {
		let value: unknown = document;
		for (const { steps, replacement, how } of mutations) value = mutate(value, steps, replacement, how);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : { value };
	});

/** States with keys of the specification and random values. */
const assembled = fc
	.dictionary(
		fc.constantFrom("start", "done", "a", "b"),
		fc.dictionary(
			fc.constantFrom(
				"type",
				"agent",
				"machine",
				"foreach",
				"as",
				"key",
				"mode",
				"launch",
				"launch_input",
				"action",
				"hooks",
				"wait_for",
				"timeout",
				"session_id",
				"tool_loop",
				"input",
				"output",
				"output_to_context",
				"transitions",
				"on_error",
				"execution",
				"max_concurrency",
			),
			fc.oneof(
				oddValue,
				fc.constantFrom(
					[{ to: "done" }],
					[{ condition: "context.a > 1", to: "a" }],
					{ x: "{{ context.a }}" },
					{ default: "a" },
					["a", "b"],
				),
			),
			{ maxKeys: 6 },
		),
		{ minKeys: 1 },
	)
	.map((states) => ({ spec: "flatmachine", spec_version: "4.2.1", data: { name: "x", context: { a: 1 }, states } }));

describe("validate()", () => {
	it("answers for any JSON value within a second", () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
				validated(value);
			}),
			{ numRuns: 100 },
		);
	});

	it("answers for any text within a second", () => {
		const yamlLike = fc.array(
			fc.constantFrom(
				"spec: flatmachine",
				"data:",
				"\n",
				"  ",
				"states:",
				"- ",
				"{",
				"}",
				"&a",
				"*a",
				"!!str",
				"|",
				">",
				'"',
				"'",
				"\t",
				"#",
				":",
				"?",
				"---",
				"start",
				"\u0000",
				"\uFEFF",
				"<<: *a",
			),
			{ maxLength: 40 },
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.string({ unit: "binary" }),
					yamlLike.map((parts) => parts.join("")),
				),
				(text) => {
					expect(validated(text).length).toBeGreaterThan(0);
				},
			),
			{ numRuns: 100 },
		);
	});

	it("answers for machines that are valid but for some changes, as objects and as YAML", () => {
		let valid = 0;
		fc.assert(
			fc.property(mutated, (document) => {
				if (compilesIfValid(document)) valid++;
				validated(stringify(document, { aliasDuplicateObjects: false }));
			}),
			{ numRuns: 50 },
		);
		expect(valid).toBeGreaterThan(0);
	});

	it("answers for states of known keys with any values; where it finds no error they compile and start", () => {
		fc.assert(
			fc.property(assembled, (document) => {
				compilesIfValid(document);
			}),
			{ numRuns: 120 },
		);
	});
});

describe("a random machine", () => {
	it("compiles and starts where it is valid, and its config survives JSON", () => {
		let valid = 0;
		fc.assert(
			fc.property(randomMachine, (machine) => {
				if (compilesIfValid(documentOf(machine))) valid++;
			}),
			{ numRuns: 60 },
		);
		expect(valid).toBeGreaterThan(10);
	});
});
