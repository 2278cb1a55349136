import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	loadScript,
	loadScriptFile,
	type MockModel,
	type MockModelOptions,
	type MockScript,
	startMockModel,
} from "../../adapters/mock-model/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function ask(model: MockModel, text: string, more: Record<string, unknown> = {}, init: RequestInit = {}) {
	return fetch(`${model.url}/chat/completions`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ model: "small", messages: [{ role: "user", content: text }], ...more }),
		...init,
	});
}

async function contentOf(response: Response): Promise<unknown> {
	const body = JSON.parse(await response.text());
	return body.choices?.[0]?.message?.content ?? body.error;
}

async function answersTo(script: MockScript, ...questions: [text: string, more?: Record<string, unknown>][]) {
	await using model = await startMockModel({ script });
	const answers: unknown[] = [];
	for (const [text, more] of questions) answers.push(await contentOf(await ask(model, text, more)));
	return answers;
}

describe("scripts", () => {
	test("a list is used up in order, then the server says so", async () => {
		expect(await answersTo(["one", { json: { score: 8 } }], ["a"], ["b"], ["c"])).toEqual([
			"one",
			'{"score":8}',
			expect.objectContaining({
				type: "script_exhausted",
				message: expect.stringMatching(/ran out for model "small" after 2 answers/),
			}),
		]);
	});

	test("a map answers by model, and * for the rest", async () => {
		const script = { small: ["s1", "s2"], "*": "other" };
		expect(await answersTo(script, ["x"], ["x", { model: "big" }], ["x"], ["x", { model: "huge" }], ["x"])).toEqual([
			"s1",
			"other",
			"s2",
			"other",
			"other",
		]);
	});

	test("a map answers by the agent that a header names", async () => {
		await using model = await startMockModel({ script: { writer: "by writer" } });
		const headers = { "content-type": "application/json", "x-flatstate-agent": "writer" };
		expect(await contentOf(await ask(model, "x", {}, { headers }))).toBe("by writer");
		expect(await contentOf(await ask(model, "x"))).toMatchObject({
			message: expect.stringContaining('nothing in it is for model "small"'),
		});
	});

	test("the first matching rule with answers left answers", async () => {
		const script: MockScript = [
			{ match: { contains: "review" }, answers: ["first review"] },
			{ match: { contains: "review", model: "small" }, answers: "every later review" },
			{ answers: ["anything"] },
		];
		expect(await answersTo(script, ["review a"], ["hi"], ["review b"], ["review c"])).toEqual([
			"first review",
			"anything",
			"every later review",
			"every later review",
		]);
	});

	test("a function sees the request", async () => {
		const script: MockScript = ({ last_user, n, model, messages }) => `${model} ${n} ${last_user} ${messages.length}`;
		expect(await answersTo(script, ["a"], ["b"])).toEqual(["small 0 a 1", "small 1 b 1"]);
	});

	test("a function that fails is a 500 with its message", async () => {
		const script: MockScript = () => {
			throw new Error("broken script");
		};
		expect(await answersTo(script, ["a"])).toEqual([
			expect.objectContaining({ type: "script_error", message: "broken script" }),
		]);
	});

	test("templates in answers see the request", async () => {
		const next = "{% set s = last_user.split('=')[1] %}{{ 'Hello'[s | length] }}";
		const script = loadScript(JSON.stringify([{ content: next }, { json: { n: ["{{ n }} {{ model }}"] } }]));
		expect(await answersTo(script, ["current=Hel"], ["x"])).toEqual(["l", '{"n":["1 small"]}']);
	});
});

describe("script files", () => {
	test("YAML answers, maps and rules", () => {
		expect(loadScript("- hi\n- 5\n- {status: 429, headers: {Retry-After: 3}}")).toEqual([
			"hi",
			"5",
			{ status: 429, headers: { "retry-after": "3" } },
		]);
		expect(loadScript("writer: [a]\ncritic: {json: {ok: true}}")).toEqual({
			writer: ["a"],
			critic: { json: { ok: true } },
		});
		expect(loadScript("- match: {contains: x}\n  answers: [a]\n- answers: b")).toEqual([
			{ match: { contains: "x" }, answers: ["a"] },
			{ answers: "b" },
		]);
	});

	test.each([
		["a: [", /not YAML or JSON/],
		["", /is empty/],
		["- contents: x", /Answer 1: unknown key `contents`; known keys: content, json/],
		["- {status: 99}", /Answer 1: `status` is the number 99/],
		["- {match: {text: x}, answers: []}", /Rule 1: match: unknown key `text`/],
		["- {answers: [a]}\n- b", /Rule 2 has no `answers`/],
		["a: [[1]]", /The entry "a", answer 1 is a list/],
	])("%j is refused with place and reason", (text, message) => {
		expect(() => loadScript(text)).toThrow(message);
	});

	test("a module's default export is the script", async () => {
		await using folder = await temporaryFolder();
		const file = join(folder.path, "script.mjs");
		await writeFile(file, "export default ({ last_user }) => last_user.toUpperCase();");
		expect(await answersTo(await loadScriptFile(file), ["loud"])).toEqual(["LOUD"]);
		const list = join(folder.path, "list.mjs");
		await writeFile(list, "export default [{ nope: 1 }];");
		await expect(loadScriptFile(list)).rejects.toThrow(/unknown key `nope`/);
		const yaml = join(folder.path, "script.yml");
		await writeFile(yaml, "- from yaml");
		expect(await loadScriptFile(yaml)).toEqual(["from yaml"]);
	});
});

describe("the server", () => {
	const start = (options: Partial<MockModelOptions> = {}) => startMockModel({ script: { "*": "hi" }, ...options });

	test("records requests with headers and how they ended", async () => {
		await using model = await start();
		await (await ask(model, "x", { temperature: 0.5 })).text();
		expect(model.requests[0]?.body).toEqual({
			model: "small",
			messages: [{ role: "user", content: "x" }],
			temperature: 0.5,
		});
		expect(model.requests[0]?.headers["content-type"]).toBe("application/json");
		expect(await model.requests[0]?.outcome).toBe("answered");
	});

	test("usage is counted, given or left out", async () => {
		const usage = { prompt_tokens: 7, completion_tokens: 2 };
		await using model = await start({ script: ["12345678", { content: "x", usage }, { content: "x", usage: null }] });
		const usages = [];
		for (let i = 0; i < 3; i++) usages.push(JSON.parse(await (await ask(model, "1234")).text()).usage);
		expect(usages).toEqual([
			{ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
			{ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
			undefined,
		]);
	});

	test("a bearer token is needed where one is set", async () => {
		await using model = await start({ token: "secret" });
		expect((await ask(model, "x")).status).toBe(401);
		const headers = { "content-type": "application/json", authorization: "Bearer secret" };
		expect((await ask(model, "x", {}, { headers })).status).toBe(200);
	});

	test.each([
		["a body that is too long", 413, JSON.stringify({ model: "m", messages: ["x".repeat(300)] }), "application/json"],
		["a body that is no JSON", 400, "{", "application/json"],
		["a body without messages", 400, '{"model":"m"}', "application/json"],
		["a body of a web form", 415, "{}", "text/plain"],
	])("%s gets %i", async (_name, status, body, type) => {
		await using model = await start({ maxRequestBytes: 200 });
		const response = await ask(model, "", {}, { body, headers: { "content-type": type } });
		expect(response.status).toBe(status);
		expect(JSON.parse(await response.text()).error.type).toBe("invalid_request_error");
		expect(model.requests).toEqual([]);
	});

	test("lists its model, and knows no other paths", async () => {
		await using model = await start();
		expect(JSON.parse(await (await fetch(`${model.url}/models`)).text()).data[0].id).toBe("mock");
		expect((await fetch(`${model.url}/other`)).status).toBe(404);
	});

	test("a failing status has headers and an error body", async () => {
		const answer = { status: 429, headers: { "retry-after": "7" }, error: { type: "slow_down", message: "wait" } };
		await using model = await start({ script: [answer] });
		const response = await ask(model, "x");
		expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
		expect(await contentOf(response)).toEqual({ type: "slow_down", message: "wait", param: null, code: null });
	});

	test("a cut answer ends the connection within the body, a malformed one is no JSON", async () => {
		await using model = await start({
			script: [
				{ content: "x", cut: true },
				{ content: "x", malformed: true },
			],
		});
		await expect(ask(model, "x").then((response) => response.text())).rejects.toThrow(TypeError);
		expect(await model.requests[0]?.outcome).toBe("cut");
		const malformed = await (await ask(model, "x")).text();
		expect(() => JSON.parse(malformed)).toThrow(SyntaxError);
	});

	test("streams chunks, with usage when asked", async () => {
		await using model = await start({ script: [{ chunks: ["Hel", "lo"], usage: { prompt_tokens: 1 } }] });
		const more = { stream: true, stream_options: { include_usage: true } };
		const text = await (await ask(model, "x", more)).text();
		const events = text.trim().split("\n\n");
		expect(events.pop()).toBe("data: [DONE]");
		const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, "")));
		expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? null)).toEqual(["", "Hel", "lo", null, null]);
		expect(chunks.at(-2).choices[0].finish_reason).toBe("stop");
		expect(chunks.at(-1).usage).toEqual({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
	});

	test("latency goes through the given wait, and a client that leaves ends it", async () => {
		const waits: number[] = [];
		const client = new AbortController();
		const wait = (milliseconds: number, signal: AbortSignal): Promise<unknown> => {
			waits.push(milliseconds);
			if (waits.length === 1) return Promise.resolve();
			client.abort();
			return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
		};
		await using model = await start({ script: { "*": { content: "x", latency_ms: 250 } }, wait });
		expect(await contentOf(await ask(model, "x"))).toBe("x");
		await expect(ask(model, "x", {}, { signal: client.signal })).rejects.toMatchObject({ name: "AbortError" });
		expect(await model.requests[1]?.outcome).toBe("abandoned");
		expect(waits).toEqual([250, 250]);
	});

	test("closing twice is fine, and nothing listens afterwards", async () => {
		const model = await start();
		await model.close();
		await model.close();
		await expect(ask(model, "x")).rejects.toThrow(TypeError);
	});
});
