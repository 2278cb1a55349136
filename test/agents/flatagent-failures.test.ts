import { createServer } from "node:http";
import { expect, test, vi } from "vitest";
import { FlatAgent } from "../../adapters/flatagent/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { errorFromAgentResult, errorNames } from "../../runtime/agents/errors.ts";
import { harness } from "./flatagent-harness.ts";

test("429 with retry-after is a retryable rate limit, made once", async () => {
	await using h = await harness([
		{
			status: 429,
			headers: { "retry-after": "7", "x-ratelimit-remaining-requests": "0", "set-cookie": "a=b" },
			error: { message: "slow down", type: "requests" },
		},
	]);
	const result = await h.agent({ user: "hi" }).execute({ input: {}, context: {} });
	expect(result).toMatchObject({
		content: null,
		usage: { api_calls: 0 },
		finish_reason: "error",
		error: {
			code: "rate_limit",
			type: "RateLimitError",
			message: "429 slow down",
			status_code: 429,
			retryable: true,
		},
		rate_limit: { limited: true, retry_after: 7 },
		rendered_user_prompt: "hi",
		provider_data: {
			model: "small",
			raw_headers: { "retry-after": "7", "x-ratelimit-remaining-requests": "0" },
		},
	});
	expect(result.provider_data).not.toHaveProperty("raw_headers.set-cookie");
	expect(h.model.requests).toHaveLength(1);
	expect(errorNames(errorFromAgentResult(result.error ?? {})).slice(0, 3)).toEqual([
		"RateLimitError",
		"rate_limit",
		"RetryableError",
	]);
});

test.each([
	[500, {}, { code: "server_error", type: "InternalServerError", retryable: true }],
	[503, {}, { code: "server_error", type: "InternalServerError", retryable: true }],
	[400, {}, { code: "invalid_request", type: "BadRequestError", retryable: false }],
	[400, { code: "context_length_exceeded" }, { code: "context_length", retryable: false }],
	[400, { code: "content_filter" }, { code: "content_filter", retryable: false }],
	[401, {}, { code: "auth_error", type: "AuthenticationError", retryable: false }],
	[403, {}, { code: "auth_error", type: "PermissionDeniedError", retryable: false }],
	[404, {}, { code: "invalid_request", type: "NotFoundError", retryable: false }],
	[408, {}, { code: "timeout", retryable: true }],
	[400, { message: "Overloaded, temporarily unavailable" }, { code: "invalid_request", retryable: true }],
])("status %i with %j", async (status, error, expected) => {
	await using h = await harness([{ status, error }]);
	expect((await h.agent().call()).error).toMatchObject({ status_code: status, ...expected });
});

test("a script that ran out says so in the failure", async () => {
	await using h = await harness([]);
	expect((await h.agent().call()).error?.message).toContain('ran out for model "small" and agent "unnamed-agent"');
});

test.each([
	["a cut connection", { content: "x", cut: true }, "APIConnectionError", /connection was lost/],
	["an answer that is no JSON", { content: "x", malformed: true }, "MalformedResponseError", /is no JSON/],
])("%s is a failure that may be tried again", async (_name, answer, type, message) => {
	await using h = await harness([answer]);
	const { error } = await h.agent().call();
	expect(error).toEqual({
		code: "server_error",
		type,
		message: expect.stringMatching(message),
		retryable: true,
	});
});

test("a server that is not there is a failure that names the reason", async () => {
	const model = await startMockModel({ script: [] });
	await model.close();
	const agent = new FlatAgent({
		config: { spec: "flatagent", data: { model: { provider: "mock", name: "x", base_url: model.url } } },
		env: {},
	});
	const { error } = await agent.call();
	expect(error).toMatchObject({ code: "server_error", type: "APIConnectionError", retryable: true });
	expect(error?.message).toContain("ECONNREFUSED");
	expect(error).not.toHaveProperty("status_code");
});

/** A server that answers everything with one body. */
async function answering(body: string, contentType = "application/json") {
	const server = createServer((_request, response) => {
		response.writeHead(200, { "content-type": contentType });
		response.end(body);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	return {
		call: () =>
			new FlatAgent({
				config: { data: { model: { name: "x", base_url: `http://127.0.0.1:${port}` } } },
				env: {},
			}).call(),
		[Symbol.asyncDispose]: () =>
			new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

test.each([
	["a web page", "<html>hello</html>", "text/html", { type: "MalformedResponseError", retryable: true }],
	["no choices", '{"choices": []}', undefined, { type: "MalformedResponseError", retryable: true }],
	["null", "null", undefined, { type: "MalformedResponseError", retryable: true }],
	["a list of nothing", '{"choices": [null]}', undefined, { type: "MalformedResponseError" }],
	[
		"an error with a good status",
		'{"error": {"message": "model is down", "code": 502}}',
		undefined,
		{ type: "ProviderReportedError", message: "model is down", status_code: 502, retryable: true },
	],
	[
		"an error with a good status that is ours",
		'{"error": {"message": "no such model", "code": 400}}',
		undefined,
		{ code: "invalid_request", retryable: false },
	],
])("%s instead of a completion is a failure", async (_name, body, contentType, expected) => {
	await using server = await answering(body, contentType);
	expect((await server.call()).error).toMatchObject(expected);
});

test("odd values inside a completion are left out", async () => {
	const body = {
		choices: [{ message: { content: [{ text: "a" }, 5, { text: "b" }], tool_calls: [null, {}] } }],
		usage: [],
	};
	await using server = await answering(JSON.stringify(body));
	expect(await server.call()).toMatchObject({
		content: "ab",
		tool_calls: [{ id: "", tool: "", arguments: {} }],
		usage: null,
		error: null,
	});
});

test("a key is struck from messages", async () => {
	const key = "my-very-own-key";
	await using h = await harness([{ status: 401, error: { message: `Incorrect API key provided: ${key}` } }]);
	const { error } = await h.agent({ model: { provider: "mock", name: "x", api_key: key } }).call();
	expect(error?.message).toContain("Incorrect API key provided: [redacted]");
	expect(JSON.stringify(error)).not.toContain(key);
});

test.each([
	["a header", { extra_headers: { "X-Api-Key": "my-very-own-key" } }, "my-very-own-key"],
	["the credential of a header", { extra_headers: { Authorization: "Custom my-very-own-key" } }, "my-very-own-key"],
	["a piece of JSON", { api_key: "my-very-own-key" }, "my-very"],
])("%s that the provider repeats is struck, wherever it does", async (_name, given, key) => {
	const headers = { "x-request-id": "my-very-own-key", "content-type": "application/json" };
	await using h = await harness([
		{ status: 500, error: { message: "no: my-very-own-key" }, headers },
		{ body: "my-very-own-key", headers },
		{ content: "fine", headers },
	]);
	const agent = h.agent({ model: { provider: "mock", name: "x", ...given } });
	const told: string[] = [];
	for (let call = 0; call < 3; call += 1) {
		const { raw: _, ...response } = await agent.call();
		told.push(JSON.stringify(response));
	}
	expect(told.filter((response) => response.includes("x-request-id"))).toHaveLength(2);
	expect(told.join()).not.toContain(key);
});

test("an address with a query and a user is called with both, and neither is told", async () => {
	await using h = await harness(["fine"]);
	const base_url = `${h.model.url.replace("//", "//me:pass%20word@")}/?api-version=2&token=a-secret-token`;
	const { error, content } = await h.agent({ model: { provider: "mock", name: "x", base_url } }).call();
	expect({ error, content }).toEqual({ error: null, content: "fine" });
	const { authorization } = h.model.requests[0]?.headers ?? {};
	expect(authorization).toBe(`Basic ${Buffer.from("me:pass word").toString("base64")}`);
});

const megabyte = 1024 * 1024;

test.each([
	["an answer", false, "x".repeat(65 * megabyte), /it is longer than 67108864 bytes/],
	["a line of a stream", true, "x".repeat(5 * megabyte), /a line of it is longer than 4194304 bytes/],
])("%s without an end is read up to a bound", async (_name, stream, body, message) => {
	const type = stream ? "text/event-stream" : "application/json";
	await using h = await harness([{ body, headers: { "content-type": type } }]);
	const { error } = await h.agent({ model: { provider: "mock", name: "x", stream } }).call();
	expect(error).toMatchObject({ type: "MalformedResponseError", message: expect.stringMatching(message) });
});

test("an abort ends the HTTP request itself, with the caller's reason", async () => {
	const controller = new AbortController();
	const wait = (_milliseconds: number, signal: AbortSignal): Promise<unknown> => {
		controller.abort();
		return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
	};
	await using model = await startMockModel({ script: { "*": { content: "x", latency_ms: 60_000 } }, wait });
	const agent = new FlatAgent({
		config: { data: { model: { provider: "mock", name: "x" } } },
		env: { MOCK_BASE_URL: model.url },
	});
	const call = agent.execute({ input: {}, context: {}, signal: controller.signal });
	await expect(call).rejects.toMatchObject({ name: "AbortError" });
	expect(await model.requests[0]?.outcome).toBe("abandoned");
	await expect(agent.call({ signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
	expect(model.requests).toHaveLength(1);
});

test("an abort within a stream ends it", async () => {
	const controller = new AbortController();
	await using h = await harness([{ chunks: ["a", "b"] }]);
	const agent = h.agent({ model: { provider: "mock", name: "x", stream: true } });
	const call = agent.call({ signal: controller.signal, onStreamEvent: () => controller.abort(new Error("enough")) });
	await expect(call).rejects.toThrow("enough");
});

test("a model that is slower than its timeout is a failure, and the request ends", async () => {
	await using model = await startMockModel({ script: [{ content: "x", latency_ms: 60_000 }] });
	const agent = new FlatAgent({
		config: { data: { model: { provider: "mock", name: "x", timeout: 0.5 } } },
		env: { MOCK_BASE_URL: model.url },
	});
	const { error } = await agent.call();
	expect(error).toMatchObject({ code: "timeout", retryable: true });
	expect(await model.requests[0]?.outcome).toBe("abandoned");
});

test("nothing is read from the process's environment when another is given", async () => {
	vi.stubEnv("OPENAI_API_KEY", "key-of-the-process");
	vi.stubEnv("OPENAI_ORG_ID", "org-of-the-process");
	try {
		await using h = await harness({ "*": "ok" });
		const env = { OPENAI_BASE_URL: h.model.url };
		await h.agent({ model: { provider: "openai", name: "x" } }, { env }).call();
		expect(JSON.stringify(h.model.requests[0]?.headers)).not.toContain("of-the-process");
	} finally {
		vi.unstubAllEnvs();
	}
});
