import { expect, it } from "vitest";
import { harness } from "./harness.ts";

it("sends the rendered instructions and the input, and gives the text with what it cost", async () => {
	await using mock = await harness([
		{ content: "Good day.", usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } },
	]);
	const result = await mock.call(
		{ instructions: "Speak {{ input.tongue }} to {{ context.who }}.", user: "Greet: {{ input.prompt }}" },
		{ input: { prompt: "hi", tongue: "English" }, context: { who: "Ada" } },
	);
	expect(mock.body()).toMatchObject({
		model: "small",
		messages: [
			{ role: "system", content: "Speak English to Ada." },
			{ role: "user", content: "Greet: hi" },
		],
	});
	expect(result).toMatchObject({
		content: "Good day.",
		output: { content: "Good day.", _agent: "worker" },
		finish_reason: "stop",
		usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110, api_calls: 1 },
		cost: { total: 0.00012 },
		rendered_user_prompt: "Greet: hi",
		provider_data: { model: "small" },
	});
});

it("takes the message from `task` or `prompt`, else from the whole input", async () => {
	await using mock = await harness({ "*": "ok" });
	for (const input of [{ task: "a" }, { prompt: "b", x: 1 }, { x: 1 }]) await mock.call({}, { input });
	const asked = mock.model.requests.map(({ body }) => Object(Reflect.get(body, "messages"))[0]);
	expect(asked.map(({ content }) => content)).toEqual(["a", "b", '{"x":1}']);
	expect(await mock.call({}, { input: {} })).toMatchObject({ error: { code: "invalid_request" } });
});

it("asks for the output as a strict schema, and validates the answer", async () => {
	await using mock = await harness([
		{ json: { title: "Rain", lines: ["It falls."] } },
		{ json: { title: 1 } },
		"no JSON",
	]);
	const output = { title: { type: "str" }, lines: { type: "list", items: { type: "str" } } };
	expect(await mock.call({ output })).toMatchObject({ output: { title: "Rain", lines: ["It falls."] } });
	expect(mock.body().response_format).toMatchObject({
		type: "json_schema",
		json_schema: { name: "worker", strict: true },
	});
	expect(await mock.call({ output })).toMatchObject({
		error: { code: "schema_error", type: "SchemaError", retryable: true, path: "lines" },
		usage: { api_calls: 1 },
	});
	expect(await mock.call({ output })).toMatchObject({
		error: { code: "schema_error", message: expect.stringContaining("holds no JSON") },
	});
});

it("tells a model that takes no schemas what is wanted in its prompt", async () => {
	await using mock = await harness([{ json: { anything: 1 } }]);
	await mock.call({ instructions: "Be exact.", output: { anything: { type: "json" } } });
	const { messages, response_format } = mock.body();
	expect(response_format).toEqual({ type: "json_object" });
	expect(Object(messages)[0].content).toMatch(/^Be exact\.\n\nAnswer with one JSON object that matches/);
});

it("shows the model its refused answer in a retry", async () => {
	await using mock = await harness([{ json: { n: "one" } }, { json: { n: 1 } }]);
	const machine = mock.machine(
		{ worker: { type: "openai-agents", config: { model: "mock/small", output: { n: { type: "int" } } } } },
		{ state: { execution: { type: "retry", backoffs: [0] } } },
	);
	expect(await machine.execute({ prompt: "count" })).toMatchObject({ answer: { n: 1 } });
	const [, second] = mock.model.requests;
	expect(JSON.stringify(second?.body.messages)).toMatch(/\{\\"n\\":\\"one\\"\}.*`n` must be integer.*Answer again/);
});

it("streams the answer in the pieces of other agents", async () => {
	await using mock = await harness([{ content: "one two", chunks: ["one ", "two"] }]);
	const pieces: unknown[] = [];
	const result = await mock.call({}, { stream: true, onStreamEvent: (event) => pieces.push(event) });
	expect(pieces).toEqual([
		{ type: "content", text: "one " },
		{ type: "content", text: "two" },
	]);
	expect(result).toMatchObject({ content: "one two", finish_reason: "stop", usage: { api_calls: 1 } });
	expect(mock.body()).toMatchObject({ stream: true, stream_options: { include_usage: true } });
});

it("does not stream where the model's settings say so", async () => {
	await using mock = await harness(["whole"]);
	await mock.call({ model: { provider: "mock", name: "small", stream: false } }, { stream: true });
	expect(mock.body().stream).toBe(false);
});

it("sends the model's settings, and keys by which a provider knows a request that is made again", async () => {
	await using mock = await harness({ "*": "ok" });
	const model = { provider: "mock", name: "small", temperature: 0.5, seed: 7, extra_headers: { "x-team": "blue" } };
	for (const _ of [1, 2]) await mock.call({ model }, { idempotencyKey: "run/1/serve/1" });
	expect(mock.body()).toMatchObject({ temperature: 0.5, seed: 7 });
	const [first, second] = mock.model.requests.map(({ headers }) => headers);
	expect(first).toMatchObject({
		"x-team": "blue",
		"idempotency-key": expect.stringMatching(/^run\/1\/serve\/1\/1\/\w{16}$/),
	});
	expect(second?.["idempotency-key"]).toBe(first?.["idempotency-key"]);
});

it("keeps the conversation for a later state where that is asked for", async () => {
	await using mock = await harness(["I am Bo.", "Bo, as I said."]);
	const first = await mock.call({ session: true }, { input: { prompt: "Who are you?" } });
	const session = Reflect.get(Object(first.output), "_session");
	await mock.call({}, { input: { prompt: "Who?", session } });
	expect(mock.body(1).messages).toMatchObject([
		{ role: "user", content: "Who are you?" },
		{ role: "assistant", content: [{ type: "text", text: "I am Bo." }] },
		{ role: "user", content: "Who?" },
	]);
	expect(Object.keys(Object((await mock.call({}, {})).output ?? {}))).not.toContain("_session");
});

it("takes chat messages as what was said before", async () => {
	await using mock = await harness(["ok"]);
	const messages = [
		{ role: "user", content: "a" },
		{ role: "assistant", content: "b" },
	];
	await mock.call({}, { input: { prompt: "c", messages } });
	expect(mock.body().messages).toMatchObject([
		{ role: "user", content: "a" },
		{ role: "assistant", content: [{ type: "text", text: "b" }] },
		{ role: "user", content: "c" },
	]);
});

it("changes nothing that the SDK holds for the whole process, and sends no traces", async () => {
	await using mock = await harness(["ok"]);
	const { addTraceProcessor, getGlobalTraceProvider } = await import("@openai/agents");
	const traced: string[] = [];
	const note = async (what: { readonly type: string }) => void traced.push(what.type);
	addTraceProcessor({
		onTraceStart: note,
		onTraceEnd: note,
		onSpanStart: note,
		onSpanEnd: note,
		shutdown: async () => {},
		forceFlush: async () => {},
	});
	await mock.call();
	await getGlobalTraceProvider().forceFlush();
	expect(traced).toEqual([]);
});
