/** The published schemas: valid draft-07, described throughout, and of one mind with our own checker. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publishedSchema, SCHEMA_KINDS, type SchemaKind, validateAgainstSchema } from "../../compiler/schema/index.ts";
import type { JsonSchema } from "../../compiler/schema/json-schema.ts";
import { validatorsSource } from "../../compiler/schema/write-validators.mjs";

const KINDS: readonly SchemaKind[] = ["flatmachine", "flatagent", "flatprofile", "prompt"];

describe.each(KINDS)("the %s schema", (kind) => {
	const schema = publishedSchema(kind);
	const accepts = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema);

	it("has no keyword of ours and no reference that leads nowhere", () => {
		const text = JSON.stringify(schema);
		expect(text).not.toMatch(/"x-(meaning|pattern-meaning|strict-keys)"/);
		for (const [, name] of text.matchAll(/"#\/definitions\/([A-Za-z]+)"/g)) {
			expect(schema.definitions).toHaveProperty(name ?? "");
		}
	});

	it("describes every key", () => {
		const silent: string[] = [];
		for (const [name, definition] of Object.entries(schema.definitions ?? {})) collectSilent(definition, name, silent);
		expect(silent).toEqual([]);
	});

	it("rejects exactly what has a problem", () => {
		fc.assert(
			fc.property(documents(kind), (value) => {
				const accepted = validateAgainstSchema(value, kind).length === 0;
				expect({ value, accepted: accepts(value) }).toEqual({ value, accepted });
			}),
			{ numRuns: 400 },
		);
	});

	it("rejects exactly what has an error, once it forgives unknown keys and optional ones without a value", () => {
		const forgives = new Ajv({ strict: false, allErrors: true }).compile(forgiving(schema));
		fc.assert(
			fc.property(documents(kind), (value) => {
				const errors = validateAgainstSchema(value, kind).filter(({ severity }) => severity === "error");
				// That an unknown key is a misspelt one is our own finding; the schema knows no spelling.
				const schematic = errors.filter(({ code }) => code !== "FS2008");
				if (!forgives(value)) expect({ value, errors: errors.length }).not.toEqual({ value, errors: 0 });
				else expect({ value, schematic }).toEqual({ value, schematic: [] });
			}),
			{ numRuns: 400 },
		);
	});

	it("rejects nothing that our own words do not cover", () => {
		fc.assert(
			fc.property(documents(kind), (value) => {
				expect(validateAgainstSchema(value, kind).filter(({ code }) => code === "FS2011")).toEqual([]);
			}),
			{ numRuns: 400 },
		);
	});
});

it("has validators that writing them again does not change", () => {
	const schemas = {
		flatmachine: publishedSchema("flatmachine"),
		flatagent: publishedSchema("flatagent"),
		flatprofile: publishedSchema("flatprofile"),
		prompt: publishedSchema("prompt"),
	};
	const file = new URL("../../compiler/schema/validators.generated.ts", import.meta.url);
	expect(validatorsSource(schemas) === readFileSync(file, "utf8")).toBe(true);
});

it("is written by the build under the names that the package exports", () => {
	expect(Object.values(SCHEMA_KINDS).map(({ file }) => file)).toEqual([
		"flatmachine.schema.json",
		"flatagent.schema.json",
		"profile.schema.json",
		"prompt.schema.json",
	]);
	const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
	expect(manifest).toMatchObject({ exports: { "./schemas/*": "./dist/schemas/*" } });
});

/** The same schema, in which maps take any key and optional keys take null. */
function forgiving(schema: JsonSchema): Record<string, unknown> {
	const { additionalProperties, properties = {}, definitions = {}, items, then, else: otherwise, ...rest } = schema;
	const isOptional = (key: string): boolean => schema.required?.includes(key) !== true;
	const nullable = (one: unknown): unknown => ({ anyOf: [{ type: "null" }, one] });
	return {
		...rest,
		definitions: mapValues(definitions, (_, one) => forgiving(one)),
		properties: mapValues(properties, (key, one) => (isOptional(key) ? nullable(forgiving(one)) : forgiving(one))),
		...(typeof additionalProperties === "object" && { additionalProperties: forgiving(additionalProperties) }),
		...(items && { items: forgiving(items) }),
		// biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema is called so.
		...(then && { then: forgiving(then) }),
		...(otherwise && { else: forgiving(otherwise) }),
	};
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (key: string, value: T) => unknown): unknown {
	return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(key, value)]));
}

function collectSilent(schema: JsonSchema, at: string, silent: string[]): void {
	for (const [key, property] of Object.entries(schema.properties ?? {})) {
		const empty = Object.keys(property).length === 0 || (at.endsWith(".if") && property.enum !== undefined);
		if (!empty && property.description === undefined && property.$ref === undefined) silent.push(`${at}.${key}`);
		collectSilent(property, `${at}.${key}`, silent);
	}
	if (schema.items !== undefined) collectSilent(schema.items, `${at}[]`, silent);
	if (schema.then !== undefined) collectSilent(schema.then, `${at}.then`, silent);
	if (schema.else !== undefined) collectSilent(schema.else, `${at}.else`, silent);
}

const AGENT = {
	spec: "flatagent",
	data: {
		name: "a",
		model: { profile: "fast", max_tokens: 10 },
		system: "s",
		user: "u",
		output: { score: { type: "int" }, tags: { type: "list", items: { type: "str" } } },
		mcp: { servers: { s: { command: "x", args: ["y"] } }, tool_filter: { allow: ["s:*"] } },
		tools: [{ type: "function", function: { name: "f", parameters: {} } }],
	},
};
const PROFILE = {
	spec: "flatprofile",
	data: {
		model_profiles: {
			fast: { name: "m", provider: "p", temperature: 0.5 },
			llm: { type: "llm", model: { name: "m" } },
			claude: { type: "claude-code", effort: "low", timeout: 0 },
			pi: { type: "pi-agent", ref: "./a.mjs" },
		},
		default: "fast",
	},
};
const PROMPT = {
	spec: "prompt",
	spec_version: "4.0.0",
	data: { user: "u", output: { a: { type: "object", properties: {} } } },
};
const MACHINE = {
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: {
		context: { a: 1 },
		agents: { file: "./a.yml", inline: AGENT, typed: { type: "t", ref: "r", config: {} } },
		machines: { file: "./m.yml", path: { path: "./m.yml" } },
		settings: { max_steps: 5, max_cost: 0.5 },
		persistence: { enabled: true, backend: "local" },
		lifecycle_hooks: ["logging", { name: "webhook", args: {} }],
		hooks: { file: "./h.ts", class: "H" },
		states: {
			start: {
				type: "initial",
				agent: "file",
				execution: { type: "retry", backoffs: [1, 2], jitter: 0 },
				tool_loop: { max_turns: "{{ context.a }}", allowed_tools: ["t"] },
				on_error: { default: "done" },
				output_to_context: { a: "output.a" },
				transitions: [{ condition: "context.a == 1", to: "done" }, { to: "many" }],
			},
			many: { machine: [{ name: "file", input: {} }], mode: "any", key_results: [{ name: "k", check: "output.a" }] },
			done: { type: "final", output: { a: "context.a" } },
		},
	},
};
const SEEDS: Readonly<Record<SchemaKind, readonly [unknown, ...unknown[]]>> = {
	flatmachine: [MACHINE],
	flatagent: [AGENT],
	flatprofile: [PROFILE],
	prompt: [PROMPT],
};

/** A valid document with a few things replaced, removed or added; now and then any JSON at all. */
function documents(kind: SchemaKind): fc.Arbitrary<unknown> {
	const mutated = fc
		.tuple(fc.constantFrom(...SEEDS[kind]), fc.array(mutation(), { maxLength: 4 }))
		.map(([seed, mutations]) => mutations.reduce<unknown>((result, mutate) => mutate(result), structuredClone(seed)));
	return fc.oneof({ arbitrary: mutated, weight: 9 }, fc.jsonValue());
}

type Mutation = (value: unknown) => unknown;

/** Replaces, removes or adds something at a random place of a document. */
function mutation(): fc.Arbitrary<Mutation> {
	const replacement = fc.constantFrom<unknown>(
		null,
		0,
		-1,
		1.5,
		"",
		"text",
		"{{ x }}",
		true,
		[],
		["a"],
		{},
		{ name: "n" },
	);
	const step = fc.nat({ max: 7 });
	return fc
		.tuple(fc.array(step, { minLength: 1, maxLength: 6 }), fc.constantFrom("set", "remove", "add"), replacement)
		.map(
			([steps, kind, put]) =>
				(value: unknown) =>
					mutateAt(value, steps, kind, put),
		);
}

/** Keys that are known in places, belong to the user, are nobody's, or are nearly known. */
const ADDED = ["agent", "x-added", "$schema", "colour", "nmae", "dtaa", "usr", "a/b~c"];

function mutateAt(value: unknown, steps: readonly number[], kind: string, put: unknown): unknown {
	const [step, ...rest] = steps;
	if (step === undefined || typeof value !== "object" || value === null) return put;
	if (Array.isArray(value)) {
		if (value.length === 0) return [put];
		const at = step % value.length;
		return value.map((item, index) => (index === at ? mutateAt(item, rest, kind, put) : item));
	}
	const entries = Object.entries(value);
	if (kind === "add" && rest.length === 0) return { ...value, [ADDED[step % ADDED.length] ?? "x-added"]: put };
	if (entries.length === 0) return { ...value, type: put };
	const at = step % entries.length;
	if (kind === "remove" && rest.length === 0) return Object.fromEntries(entries.filter((_, index) => index !== at));
	return Object.fromEntries(
		entries.map(([key, entry], index) => [key, index === at ? mutateAt(entry, rest, kind, put) : entry]),
	);
}
