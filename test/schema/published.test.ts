/** The published schemas: valid draft-07, described throughout, and of one mind with our own checker. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publishedSchema, SCHEMA_KINDS, type SchemaKind, validateAgainstSchema } from "../../compiler/schema/index.ts";
import type { JsonSchema } from "../../compiler/schema/json-schema.ts";

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

	it("accepts exactly what our checker has no error for, but unknown keys", () => {
		fc.assert(
			fc.property(fc.constantFrom(...SEEDS[kind]), fc.array(mutation(), { maxLength: 4 }), (seed, mutations) => {
				const value = mutations.reduce<unknown>((result, mutate) => mutate(result), structuredClone(seed));
				const ours = validateAgainstSchema(value, kind).length === 0;
				expect({ value, accepted: accepts(value) }).toEqual({ value, accepted: ours });
			}),
			{ numRuns: 400 },
		);
	});
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

function mutateAt(value: unknown, steps: readonly number[], kind: string, put: unknown): unknown {
	const [step, ...rest] = steps;
	if (step === undefined || typeof value !== "object" || value === null) return put;
	if (Array.isArray(value)) {
		if (value.length === 0) return [put];
		const at = step % value.length;
		return value.map((item, index) => (index === at ? mutateAt(item, rest, kind, put) : item));
	}
	const entries = Object.entries(value);
	if (kind === "add" && rest.length === 0) return { ...value, [step % 2 === 0 ? "agent" : "x-added"]: put };
	if (entries.length === 0) return { ...value, type: put };
	const at = step % entries.length;
	if (kind === "remove" && rest.length === 0) return Object.fromEntries(entries.filter((_, index) => index !== at));
	return Object.fromEntries(
		entries.map(([key, entry], index) => [key, index === at ? mutateAt(entry, rest, kind, put) : entry]),
	);
}
