/** What goes wrong on the wire is data with the codes of a flatagent; what is configured wrongly is thrown. */
import { describe, expect, it, vi } from "vitest";
import { RateGates } from "../../adapters/flatagent/shared-gates.ts";
import type { MockScript } from "../../adapters/mock-model/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { harness } from "./harness.ts";

const faults: readonly (readonly [string, MockScript, object])[] = [
	[
		"429",
		[{ status: 429, headers: { "retry-after": "3" }, error: { message: "Slow down." } }],
		{
			error: { code: "rate_limit", type: "RateLimitError", status_code: 429, retryable: true },
			rate_limit: { retry_after: 3 },
		},
	],
	[
		"500",
		[{ status: 500, error: { message: "Oops." } }],
		{ error: { code: "server_error", status_code: 500, retryable: true } },
	],
	["401", [{ status: 401, error: { message: "No." } }], { error: { code: "auth_error", retryable: false } }],
	[
		"a text that is too long",
		[{ status: 400, error: { message: "Too long.", code: "context_length_exceeded" } }],
		{ error: { code: "context_length", retryable: false } },
	],
	[
		"a cut connection",
		[{ content: "some words of it", cut: true }],
		{ error: { code: "server_error", retryable: true } },
	],
	["a body that is no JSON", [{ content: "x", malformed: true }], { error: { code: "server_error", retryable: true } }],
];

describe.each([false, true])("streamed: %s", (stream) => {
	it.each(faults)(
		"%s is data, counts no call, and is not tried again by the client",
		async (_what, script, expected) => {
			await using mock = await harness(script);
			const result = await mock.call({}, { stream });
			expect(result).toMatchObject({ ...expected, finish_reason: "error", usage: { api_calls: 0 } });
			expect(mock.model.requests).toHaveLength(1);
		},
	);

	it("an abort ends the request and is thrown", async () => {
		await using mock = await harness([{ content: "late", latency_ms: 60_000 }]);
		const abort = new AbortController();
		const call = mock.call({}, { stream, signal: abort.signal });
		const failed = expect(call).rejects.toThrow("enough");
		await vi.waitFor(() => expect(mock.model.requests).toHaveLength(1));
		abort.abort(new Error("enough"));
		await failed;
		expect(await mock.model.requests[0]?.outcome).toBe("abandoned");
	});

	it("a model that takes too long is a timeout", async () => {
		await using mock = await harness([{ content: "late", latency_ms: 60_000 }]);
		const model = { provider: "mock", name: "small", timeout: 0.05 };
		expect(await mock.call({ model }, { stream })).toMatchObject({ error: { code: "timeout", retryable: true } });
	});
});

it("a refused answer is a failure of its own", async () => {
	await using mock = await harness([{ content: "", finish_reason: "content_filter" }]);
	expect(await mock.call()).toMatchObject({ error: { code: "refusal", type: "ModelRefusalError", retryable: false } });
});

it("a refusal holds back all agents with the same address and key", async () => {
	await using mock = await harness([{ status: 429, headers: { "retry-after": "30" } }, "never"]);
	const rateGates = new RateGates();
	const model = { provider: "mock", name: "small", timeout: 5 };
	for (const worker of [1, 2]) {
		const agent = await mock.agent({ model }, { env: { MOCK_BASE_URL: mock.model.url }, rateGates });
		expect(await agent.execute({ input: { prompt: String(worker) }, context: {} })).toMatchObject({
			error: { code: "rate_limit" },
			rate_limit: { retry_after: expect.any(Number) },
		});
	}
	expect(mock.model.requests).toHaveLength(1);
});

it("a limit that all processes share holds for it, too", async () => {
	await using mock = await harness(["once", "never"]);
	const limits = [{ match: "*", requests: 1, seconds: 3600 }];
	const machine = mock.machine(
		{ worker: { type: "openai-agents", config: { model: { provider: "mock", name: "small", timeout: 5 } } } },
		{ rateLimits: { limiter: openMemoryStore().rateLimits, limits } },
	);
	expect(await machine.run()).toMatchObject({ status: "done" });
	expect(await machine.run()).toMatchObject({
		status: "failed",
		error: { message: expect.stringContaining("3600 s") },
	});
	expect(mock.model.requests).toHaveLength(1);
});

it("a missing key is data; a key in a message is struck out", async () => {
	await using mock = await harness([{ status: 400, error: { message: "bad key sk-planted-key-123456" } }]);
	const nowhere = await mock.agent({ model: "openai/gpt-5-mini" }, { env: {} });
	expect(await nowhere.execute({ input: { prompt: "hi" }, context: {} })).toMatchObject({
		error: { code: "auth_error", type: "MissingApiKeyError" },
	});
	const keyed = await mock.agent(
		{ model: { provider: "openai", name: "x", base_url: mock.model.url } },
		{ env: { OPENAI_API_KEY: "sk-planted-key-123456" } },
	);
	const result = JSON.stringify(await keyed.execute({ input: { prompt: "hi" }, context: {} }));
	expect(result).toContain("bad key");
	expect(result).not.toContain("planted");
});

it("a wrong setting is said before anything is called, with what was meant", async () => {
	await using mock = await harness([]);
	await expect(mock.agent({ instuctions: "x" })).rejects.toThrow(
		'Agent "worker": `instuctions` is not a key that is known: did you mean `instructions`.',
	);
	await expect(mock.agent({ max_turns: 0 })).rejects.toThrow("`max_turns` must be a whole number above 0");
	await expect(mock.agent({ tools: ["a"], needs_approval: ["b"] })).rejects.toThrow("names `b`");
	await expect(mock.call({ tools: ["search"] })).rejects.toThrow(
		"the machine has no tool `search`. It has none: give them",
	);
	await expect(mock.call({ handoffs: ["nobody"] })).rejects.toThrow(
		"hands over to the agent `nobody`, which is not there",
	);
});
