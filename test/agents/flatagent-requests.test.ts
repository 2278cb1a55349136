import { expect, test } from "vitest";
import { FlatAgent } from "../../adapters/flatagent/index.ts";
import { harness } from "./flatagent-harness.ts";

const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };

test("the smallest request is model and messages", async () => {
	await using h = await harness({ "*": "ok" });
	await h.agent({ system: "s", user: "u" }).call();
	expect(h.body()).toEqual({
		model: "small",
		messages: [
			{ role: "system", content: "s" },
			{ role: "user", content: "u" },
		],
	});
});

test("parameters that are not null are sent, known or not; addresses and keys are not", async () => {
	await using h = await harness({ "*": "ok" });
	const model = {
		provider: "mock",
		name: "mock/small",
		base_url: h.model.url,
		api_key: "key-of-the-config",
		timeout: 30,
		num_retries: 3,
		temperature: 0,
		max_tokens: null,
		top_k: 4,
		reasoning_effort: "low",
		extra_headers: { "x-title": "flatstate" },
	};
	await h.agent({ model }, { env: {} }).call({ idempotencyKey: "run/1/étape/0" });
	const { messages: _messages, ...rest } = h.body();
	expect(rest).toEqual({ model: "small", temperature: 0, top_k: 4, reasoning_effort: "low" });
	expect(h.model.requests[0]?.headers).toMatchObject({
		authorization: "Bearer key-of-the-config",
		"x-title": "flatstate",
		"idempotency-key": "run/1/%C3%A9tape/0",
		"x-flatstate-agent": "unnamed-agent",
		"x-stainless-retry-count": "0",
	});
});

test("names that no header can hold reach the mock as they are", async () => {
	await using h = await harness({ "Prüfer \u2603": "by name" });
	expect((await h.agent({ name: "Prüfer \u2603" }).call()).content).toBe("by name");
	const { error } = await h.agent({ name: "half \ud83d" }).call();
	expect(error?.message).toContain('agent "half \ufffd"');
});

test("JSON is asked for with an output schema and no tools", async () => {
	await using h = await harness({ "*": "{}" });
	const output = { score: { type: "int" } };
	await h.agent({ output }).call();
	await h.agent({ output, tools: [weather] }).call();
	await h.agent({ output, tools: [weather] }).call({ tools: [] });
	await h.agent({ output: {} }).call();
	const asked = h.model.requests.map(({ body }) => [Reflect.get(Object(body.response_format), "type"), body.tools]);
	expect(asked).toEqual([
		["json_schema", undefined],
		[undefined, [weather]],
		["json_schema", undefined],
		[undefined, undefined],
	]);
});

test("reserved input keys change the call where they have the right form", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({ user: "{{ input }}" });
	const messages = [{ role: "user", content: "old" }];
	await agent.execute({ input: { messages, tools: [weather], session_id: "s" }, context: {} });
	expect(h.body(0)).toMatchObject({ messages: [{ role: "system" }, ...messages], tools: [weather] });
	await agent.execute({ input: { messages: "many", tools: ["hammer"], context: "x" }, context: {} });
	expect(h.body(1).messages).toEqual([
		{ role: "system", content: "You are a helpful assistant." },
		{ role: "user", content: "{'context': 'x', 'messages': 'many', 'tools': ['hammer']}" },
	]);
	expect(h.body(1).tools).toBeUndefined();
});

const profiles = {
	profiles: {
		base: { provider: "mock", name: "small", temperature: 0.2 },
		big: { provider: "mock", name: "big" },
		forced: { seed: 7 },
	},
	default: "base",
	override: null,
};

test("a profile's name is the default profile under the named one, under the override", async () => {
	await using h = await harness({ "*": "ok" });
	await h.agent({ model: "big" }, { profiles }).call();
	await h.agent({ model: { profile: "big", temperature: 1 } }, { profiles }).call();
	await h.agent({ model: null }, { profiles: { ...profiles, override: "forced" } }).call();
	const params = h.model.requests.map(({ body: { messages: _messages, ...rest } }) => rest);
	expect(params).toEqual([
		{ model: "big", temperature: 0.2 },
		{ model: "big", temperature: 1 },
		{ model: "small", temperature: 0.2, seed: 7 },
	]);
});

test("a profile's name needs a catalog, but not under a model from the command line", async () => {
	await using h = await harness({ "*": "ok" });
	expect(() => h.agent({ model: "big" })).toThrow(/`big` needs a profiles.yml/);
	await h.agent({ model: "big" }, { modelOverride: "mock/other" }).call();
	expect(h.body().model).toBe("other");
});

test("a model from the command line keeps parameters and drops the old address", async () => {
	await using h = await harness({ "*": "ok" });
	const model = { provider: "cerebras", name: "x", base_url: "http://127.0.0.1:9/v1", api_key: "k", temperature: 0.4 };
	const response = await h.agent({ model }, { modelOverride: "mock/a/b" }).call();
	expect(response.error).toBeNull();
	expect(h.body()).toMatchObject({ model: "a/b", temperature: 0.4 });
	expect(h.model.requests[0]?.headers.authorization).toBe("Bearer none");
});

test("OPENAI_BASE_URL moves openai, and the key goes with it", async () => {
	await using h = await harness({ "*": "ok" }, "the-openai-key");
	const env = { OPENAI_BASE_URL: h.model.url, OPENAI_API_KEY: "the-openai-key", OPENAI_ORG_ID: "org-1" };
	const answers = [];
	for (const model of [{ name: "gpt-x" }, { provider: "openai", name: "gpt-x" }, { name: "openai/gpt-x" }]) {
		answers.push((await h.agent({ model }, { env }).call()).content);
	}
	expect(answers).toEqual(["ok", "ok", "ok"]);
	expect(h.model.requests.map(({ body, headers }) => [body.model, headers["openai-organization"]])).toEqual(
		Array.from({ length: 3 }, () => ["gpt-x", "org-1"]),
	);
	expect(h.model.requests[0]?.headers).not.toHaveProperty("x-flatstate-agent");
});

test("a server of one's own needs no key, and gets no one else's", async () => {
	await using h = await harness({ "*": "ok" });
	const env = { OPENAI_API_KEY: "not-for-you", OPENAI_ORG_ID: "org-1" };
	await h.agent({ model: { name: "local", base_url: h.model.url } }, { env }).call();
	await h.agent({ model: { provider: "acme", name: "acme/x", base_url: h.model.url } }, { env }).call();
	await h
		.agent({ model: { provider: "acme", name: "x", base_url: h.model.url } }, { env: { ACME_API_KEY: "acme-key" } })
		.call();
	expect(h.model.requests.map(({ body, headers }) => [body.model, headers.authorization])).toEqual([
		["local", "Bearer none"],
		["x", "Bearer none"],
		["x", "Bearer acme-key"],
	]);
	expect(h.model.requests[0]?.headers).not.toHaveProperty("openai-organization");
});

const wrong: [name: string, model: Record<string, unknown>, error: Record<string, unknown>][] = [
	[
		"a missing key names the variable",
		{ provider: "cerebras", name: "x" },
		{ type: "MissingApiKeyError", code: "auth_error", message: expect.stringContaining("CEREBRAS_API_KEY") },
	],
	[
		"a model without a provider is openai's",
		{ name: "gpt-x" },
		{ type: "MissingApiKeyError", message: expect.stringContaining("OPENAI_API_KEY") },
	],
	[
		"claude models are anthropic's",
		{ name: "claude-x" },
		{ type: "MissingApiKeyError", message: expect.stringContaining("ANTHROPIC_API_KEY") },
	],
	[
		"an unknown provider lists the known ones",
		{ provider: "nope", name: "x" },
		{
			type: "UnknownProviderError",
			code: "invalid_request",
			message: expect.stringMatching(/"nope".*openai.*ollama.*base_url/s),
		},
	],
	["an unknown provider in the name", { name: "nope/x" }, { type: "UnknownProviderError" }],
	["a model without a name", { provider: "openai" }, { type: "InvalidModelError" }],
	[
		"the mock without an address",
		{ provider: "mock", name: "x" },
		{ message: expect.stringContaining("MOCK_BASE_URL") },
	],
	["a backend that needs a login", { backend: "codex", name: "x" }, { message: expect.stringContaining("codex") }],
];

test.each(wrong)("%s", async (_name, model, error) => {
	const agent = new FlatAgent({ config: { spec: "flatagent", data: { model } }, env: {} });
	const response = await agent.call();
	expect(response.error).toMatchObject({ retryable: false, ...error });
	expect(response.finish_reason).toBe("error");
});

test("MCP servers that nobody has connected give one warning", async () => {
	await using h = await harness({ "*": "ok" });
	const warnings: string[] = [];
	const quiet = () => {};
	const logger = { debug: quiet, info: quiet, error: quiet, warn: (message: string) => warnings.push(message) };
	const agent = h.agent({ name: "a", mcp: { servers: { s: {} } } }, { logger });
	await agent.call();
	await agent.call();
	expect(warnings).toEqual([expect.stringContaining('Agent "a" names MCP servers')]);
});
