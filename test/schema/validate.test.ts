/** Messages, severities and places of the schema's problems, one mistake at a time. */
import { expect, it } from "vitest";
import { kindOf, validateAgainstSchema } from "../../compiler/schema/index.ts";
import { unsaidProblems } from "../../compiler/schema/verdict.ts";

function machine(state: unknown, more: Readonly<Record<string, unknown>> = {}): unknown {
	return { spec: "flatmachine", spec_version: "4.2.1", data: { ...more, states: { work: state } } };
}

function problemsOf(state: unknown, more: Readonly<Record<string, unknown>> = {}) {
	return validateAgainstSchema(machine(state, more), "flatmachine");
}

it("accepts the smallest machine", () => {
	expect(problemsOf({ type: "final" })).toEqual([]);
});

it("names the key, what it means, and what it got instead", () => {
	expect(problemsOf({ agent: ["writer"] })).toEqual([
		{
			path: ["data", "states", "work", "agent"],
			at: "value",
			code: "FS2002",
			severity: "error",
			message: "`agent` must be a text (the name of an agent), got a list",
		},
	]);
});

it("makes a misspelt key of a state an error with the right spelling", () => {
	expect(problemsOf({ agnet: "writer" })).toMatchObject([
		{
			path: ["data", "states", "work", "agnet"],
			at: "key",
			code: "FS2008",
			severity: "error",
			suggestion: "did you mean `agent`?",
			replacement: "agent",
		},
	]);
});

it("does not offer a key that is already there", () => {
	expect(problemsOf({ agent: "a", agnet: "writer" })[0]).toMatchObject({ code: "FS2009", severity: "warning" });
});

it("only warns of a key that resembles no known one", () => {
	expect(problemsOf({ colour: "red" })).toMatchObject([{ code: "FS2009", severity: "warning" }]);
});

it.each([
	["a key of the machine in a state", { lifecycle_hooks: "logging" }, {}, "it belongs to `data`"],
	["a key of a state in the machine", {}, { transitions: [] }, "it belongs to a state"],
	["a key of execution in a state", { backoffs: [1] }, {}, "it belongs to `execution`"],
])("says where %s belongs", (_name, state, data, advice) => {
	expect(problemsOf(state, data)).toMatchObject([{ code: "FS2009", suggestion: expect.stringContaining(advice) }]);
});

it("leaves keys alone that begin with x-", () => {
	expect(problemsOf({ "x-note": 1, transitions: [{ to: "work", "x-why": 2 }] }, { "x-owner": "me" })).toEqual([]);
});

it("allows any key in metadata and settings", () => {
	expect(problemsOf({}, { settings: { heartbeat_interval: 30 }, metadata: { layout: {} } })).toEqual([]);
});

it("asks for the target of a transition, and takes a near miss for it", () => {
	expect(problemsOf({ transitions: [{ condition: "true" }] })).toMatchObject([
		{ code: "FS2003", message: "entry 1 of `transitions` needs the key `to`" },
	]);
	expect(problemsOf({ transitions: [{ too: "work" }] })).toMatchObject([{ code: "FS2008", replacement: "to" }]);
});

it("says all problems at once, in document order", () => {
	const codes = problemsOf({ type: "finl", agent: 5, timeout: -1, tool_loop: { max_turns: "many" } }).map(
		(p) => p.code,
	);
	expect(codes).toEqual(["FS2004", "FS2002", "FS2005", "FS2006"]);
});

it.each([
	["a number", 10],
	["a template", "{{ context.limit }}"],
	["a bare path", "context.limit"],
	["a number as text", "10"],
])("takes %s as a limit of a tool loop", (_name, limit) => {
	expect(problemsOf({ tool_loop: { max_turns: limit } })).toEqual([]);
});

it("warns of a key that is there without a value, and refuses a required one", () => {
	expect(problemsOf({ agent: null })).toMatchObject([{ code: "FS2010", severity: "warning", at: "key" }]);
	expect(problemsOf({ transitions: [{ to: null }] })).toMatchObject([{ code: "FS2002", severity: "error" }]);
});

it("offers quotes for a version that YAML reads as a number", () => {
	const found = validateAgainstSchema(
		{ spec: "flatmachine", spec_version: 1.1, data: { states: { a: {} } } },
		"flatmachine",
	);
	expect(found).toMatchObject([{ path: ["spec_version"], code: "FS2002", replacement: '"1.1"' }]);
});

it.each([
	["a file", "./writer.yml"],
	["an inline legacy agent", { spec: "flatagent", data: { model: "fast", system: "s", user: "u" } }],
	["an inline bundle", { spec: "flatagent", data: { prompt: { user: "u" }, profile: "fast" } }],
	["a typed reference", { type: "smolagents", ref: "pkg.mod:factory", config: { any: 1 } }],
])("takes %s as an agent", (_name, agent) => {
	expect(problemsOf({}, { agents: { a: agent } })).toEqual([]);
});

it("asks for the profile of an agent that has a prompt", () => {
	const agent = { spec: "flatagent", data: { prompt: "./p.yml" } };
	expect(problemsOf({}, { agents: { a: agent } })).toMatchObject([
		{ code: "FS2003", message: "`data` needs the key `profile`, because `prompt` is there" },
	]);
});

it.each([
	["a file", "./child.yml"],
	["a path", { path: "./child.yml" }],
	["a machine in place", { spec: "flatmachine", data: { states: { a: {} } } }],
	["an inline wrapper", { inline: { spec: "flatmachine", data: { states: { a: {} } } } }],
])("takes %s as a machine", (_name, child) => {
	expect(problemsOf({}, { machines: { c: child } })).toEqual([]);
});

it.each([
	["a name", "logging"],
	["a name with arguments", { name: "webhook", args: { endpoint: "http://127.0.0.1" } }],
	["a list", ["logging", { name: "webhook" }]],
])("takes %s as hooks of a state and of the machine", (_name, hooks) => {
	expect(problemsOf({ hooks }, { lifecycle_hooks: hooks, hooks })).toEqual([]);
});

it("takes a module as hooks of an old machine only", () => {
	const module = { file: "./hooks.ts", class: "Hooks", args: {} };
	expect(problemsOf({}, { hooks: module })).toEqual([]);
	expect(problemsOf({ hooks: module })[0]).toMatchObject({ code: "FS2009" });
});

it.each([
	["on_error as a state", { on_error: "rescue" }],
	["on_error by type", { on_error: { RateLimitError: "wait", default: "rescue" } }],
	["several machines", { machine: ["a", "b"] }],
	["machines with inputs", { machine: [{ name: "a", input: { x: 1 } }] }],
	["foreach over a path", { foreach: "context.items", as: "item", machine: "a" }],
	["foreach over a list", { foreach: [1, 2], machine: "a" }],
	[
		"conditions of three kinds",
		{ transitions: [{ condition: false, to: "work" }, { condition: null, to: "work" }, { to: "work" }] },
	],
	["an output template", { type: "final", output: "{{ context.result }}" }],
	["no limit of time", { timeout: null }],
	[
		"keys of our own",
		{
			objective: "o",
			key_results: [{ name: "k", check: { action: "scan" } }],
			max_retries: 0,
			tools: ["t", { name: "u", pause: "wait" }],
		},
	],
])("takes %s", (_name, state) => {
	expect(problemsOf(state)).toEqual([]);
});

it("takes the old name of profile catalogs, bare models, and models with further keys", () => {
	const catalog = {
		spec: "flatprofiles",
		data: { model_profiles: { fast: { name: "m", reasoning: "x" } }, default: "fast" },
	};
	expect(kindOf(catalog)).toBe("flatprofile");
	expect(validateAgainstSchema(catalog, "flatprofile")).toEqual([]);
});

it("holds a profile of a known runtime against that runtime's keys", () => {
	const catalog = { spec: "flatprofile", data: { model_profiles: { c: { type: "claude-code", effort: "huge" } } } };
	expect(validateAgainstSchema(catalog, "flatprofile")).toMatchObject([{ code: "FS2004" }]);
});

it("says each problem once", () => {
	const found = problemsOf({ agent: ["a"], tool_loop: { max_turns: {} } });
	expect(new Set(found.map((p) => p.message)).size).toBe(found.length);
});

it("takes the address of a schema at the root of every kind of document, and nowhere else", () => {
	const $schema = "./node_modules/flatstate/dist/schemas/flatmachine.schema.json";
	const states = { work: { type: "final" } };
	expect(validateAgainstSchema({ $schema, spec: "flatmachine", data: { states } }, "flatmachine")).toEqual([]);
	expect(validateAgainstSchema({ $schema, spec: "flatagent", data: { model: "m" } }, "flatagent")).toEqual([]);
	expect(validateAgainstSchema({ $schema, spec: "prompt", data: { user: "u" } }, "prompt")).toEqual([]);
	expect(validateAgainstSchema({ $schema, user: "u" }, "prompt")).toEqual([]);
	expect(validateAgainstSchema({ $schema, model_profiles: { m: { name: "n" } } }, "flatprofile")).toEqual([]);
	expect(problemsOf({ $schema })).toMatchObject([{ code: "FS2009" }]);
});

it("makes a misspelt key an error where the right one is required", () => {
	expect(problemsOf({ key_results: [{ nmae: "k" }] })).toMatchObject([{ code: "FS2008", replacement: "name" }]);
});

it("says in ajv's own terms what it rejects and nothing else speaks of", () => {
	const rejections = [
		{ instancePath: "/data/states/a~1b/transitions/0", keyword: "uniqueItems", params: { i: 1 } },
		{ instancePath: "/data", keyword: "additionalProperties", params: { additionalProperty: "colour" } },
		{ instancePath: "/data", keyword: "if", params: { failingKeyword: "then" } },
	];
	const value = { data: { states: { "a/b": { transitions: [{}] } } } };
	expect(unsaidProblems(value, rejections, [])).toMatchObject([
		{ path: ["data", "states", "a/b", "transitions", 0], code: "FS2011", severity: "error" },
		{ path: ["data"], message: 'this does not match the schema: additionalProperties {"additionalProperty":"colour"}' },
	]);
	const said = validateAgainstSchema({ spec: "prompt", data: { user: 5, colour: 1 } }, "prompt");
	expect(unsaidProblems({}, [{ instancePath: "/data/user", keyword: "type", params: {} }], said)).toEqual([]);
});

it("says what a key of another language is called here, in one message", () => {
	expect(problemsOf({ transitions: [{ target: "work" }] })).toEqual([
		{
			path: ["data", "states", "work", "transitions", 0, "target"],
			at: "key",
			code: "FS2008",
			severity: "error",
			message: "`target` is called `to` here",
			replacement: "to",
		},
	]);
	expect(problemsOf({ transitions: [{ when: "input.x", to: "work" }] })).toMatchObject([{ replacement: "condition" }]);
	expect(problemsOf({ transitions: [{ target: "work", to: "work" }] })).toMatchObject([{ code: "FS2009" }]);
});

it.each([
	["a list", "transitions", [{ to: "done" }]],
	["a text", "agent", "writer"],
	["a map with keys of its own", "input", { topic: "rain" }],
])("says of %s that stands beside its state where to indent it", (_name, key, value) => {
	const states = { start: { type: "initial" }, [key]: value, done: { type: "final" } };
	expect(validateAgainstSchema({ spec: "flatmachine", data: { states } }, "flatmachine")).toMatchObject([
		{
			path: ["data", "states", key],
			at: "key",
			code: "FS2002",
			suggestion: `\`${key}\` is a key of a state: indent it beneath \`start\``,
		},
	]);
});

it("takes a state that is named like a key of a state", () => {
	const states = { input: { agent: "a", transitions: [{ to: "output" }] }, output: { type: "final" } };
	expect(validateAgainstSchema({ spec: "flatmachine", data: { states } }, "flatmachine")).toEqual([]);
});

it("says it of every key of a state that stands beside it", () => {
	const states = { start: null, type: "initial", transitions: [{ to: "done" }], done: { type: "final" } };
	const found = validateAgainstSchema({ spec: "flatmachine", data: { states } }, "flatmachine");
	expect(found.map(({ path, code }) => [path.at(-1), code])).toEqual([
		["start", "FS2002"],
		["type", "FS2002"],
		["transitions", "FS2002"],
	]);
});
