import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCompletion } from "../../adapters/flatagent/completion.ts";
import type { StreamEvent } from "../../adapters/flatagent/index.ts";
import { readOutput } from "../../adapters/flatagent/output.ts";
import type { MockAnswer } from "../../adapters/mock-model/index.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import { harness } from "./flatagent-harness.ts";

const weather = { type: "function", function: { name: "weather" } };

test("an answer has content, usage with its estimated cost, and counts one call", async () => {
	const usage = { prompt_tokens: 1000, completion_tokens: 500, prompt_tokens_details: { cached_tokens: 400 } };
	await using h = await harness([{ content: "hello", usage }]);
	const metadata = { mdap: { k_margin: 2 } };
	const config = { spec: "flatagent", data: { model: { provider: "mock", name: "small" }, user: "hi" }, metadata };
	const result = await h.agent({}, { config }).execute({ input: {}, context: {} });
	const { raw, ...rest } = result;
	expect(raw).toMatchObject({ object: "chat.completion" });
	expect(rest).toEqual({
		output: null,
		content: "hello",
		usage: {
			input_tokens: 1000,
			output_tokens: 500,
			total_tokens: 1500,
			cache_read_tokens: 400,
			cache_write_tokens: 0,
			api_calls: 1,
		},
		cost: { input: 0.001, output: 0.001, cache_read: 0.00004, cache_write: 0, total: 0.00204 },
		metadata,
		finish_reason: "stop",
		error: null,
		rate_limit: null,
		provider_data: { model: "small" },
		tool_calls: null,
		rendered_user_prompt: "hi",
	});
});

test("without usage there is no cost, but the call counts", async () => {
	await using h = await harness([{ content: "x", usage: null }]);
	const result = await h.agent().execute({ input: {}, context: {} });
	expect(result).toMatchObject({ usage: { api_calls: 1 }, cost: { total: 0 } });
});

test.each([
	["plain JSON", '{"a": 1}', { a: 1 }],
	["a fenced block within prose", 'Sure:\n```json\n{"a": 1}\n```\nAnything {else}?', { a: 1 }],
	["a fenced block without a language", "```\n[1, 2]\n```", [1, 2]],
	["an object within prose", 'The answer is {"a": [1]} as asked.', { a: [1] }],
	["a list that begins first", 'List: [{"a": 1}] done', [{ a: 1 }]],
	["JSON with fences in its texts", '{"code": "```js\\n1\\n```"}', { code: "```js\n1\n```" }],
	["a scalar", " 42 ", 42],
	["no JSON", "I cannot do that.", { _raw: "I cannot do that." }],
	["broken JSON", "{'a': 1}", { _raw: "{'a': 1}" }],
	["no text", "", null],
])("with an output schema, %s becomes the output", async (_name, content, output) => {
	await using h = await harness([content]);
	const response = await h.agent({ output: { a: { type: "int" } } }).call();
	expect(response).toMatchObject({ content, output });
});

test("law: what is JSON comes back whole, alone and within a fenced block", () => {
	fc.assert(
		fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
			const text = JSON.stringify(value);
			expect(readOutput(text)).toEqual({ output: JSON.parse(text), isJson: true });
			fc.pre(!text.includes("```"));
			expect(readOutput(`Here:\n\`\`\`json\n${text}\n\`\`\`\nDone.`)).toEqual({
				output: JSON.parse(text),
				isJson: true,
			});
		}),
	);
});

test("law: whatever a provider sends is read or refused with an error of ours", () => {
	const choice = fc.record({ message: fc.oneof(fc.object(), fc.jsonValue()), finish_reason: fc.jsonValue() });
	const call = fc.record({
		id: fc.jsonValue(),
		function: fc.record({ name: fc.jsonValue(), arguments: fc.jsonValue() }),
	});
	const message = fc.record({ content: fc.jsonValue(), tool_calls: fc.oneof(fc.array(call), fc.jsonValue()) });
	const body = fc.record({
		choices: fc.oneof(fc.array(fc.oneof(choice, fc.record({ message }), fc.jsonValue())), fc.jsonValue()),
		usage: fc.jsonValue(),
	});
	fc.assert(
		fc.property(fc.oneof(body, fc.jsonValue()), (data) => {
			try {
				const completion = readCompletion(data);
				expect(completion.content === null || typeof completion.content === "string").toBe(true);
				for (const { tool, arguments: args } of completion.toolCalls) {
					expect([typeof tool, typeof args]).toEqual(["string", "object"]);
				}
			} catch (error) {
				if (!(error instanceof FlatstateError)) throw error;
			}
		}),
	);
});

test("the output of an untrusted answer cannot touch prototypes", async () => {
	await using h = await harness(['{"__proto__": {"polluted": true}}']);
	const { output } = await h.agent({ output: { a: {} } }).call();
	expect(Object.hasOwn(Object(output), "__proto__")).toBe(true);
	expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("tool calls are read, broken arguments are empty, and the content is no JSON output", async () => {
	const answer: MockAnswer = {
		content: '{"a": 1}',
		tool_calls: [
			{ id: "c1", name: "weather", arguments: { city: "Oslo" } },
			{ name: "weather", arguments: "{broken" },
			{ name: "weather", arguments: "[1]" },
		],
	};
	await using h = await harness({ "*": answer });
	const agent = h.agent({ tools: [weather], output: { a: {} } });
	const response = await agent.call();
	expect(response.tool_calls).toEqual([
		{ id: "c1", server: "", tool: "weather", arguments: { city: "Oslo" } },
		{ id: "call_1", server: "", tool: "weather", arguments: {}, malformed: "{broken" },
		{ id: "call_2", server: "", tool: "weather", arguments: {}, malformed: "[1]" },
	]);
	expect(response).toMatchObject({ finish_reason: "tool_use", output: null });
	const result = await agent.execute({ input: {}, context: {} });
	expect(result.tool_calls?.[0]).toEqual({ id: "c1", name: "weather", arguments: { city: "Oslo" } });
});

test.each([
	["stop", "stop"],
	["end_turn", "stop"],
	["length", "length"],
	["max_tokens", "length"],
	["function_call", "tool_use"],
	["content_filter", "content_filter"],
	["toString", "stop"],
	[null, null],
])("finish reason %j is %j", async (finish_reason, expected) => {
	await using h = await harness([{ content: "x", finish_reason }]);
	expect((await h.agent().call()).finish_reason).toBe(expected);
});

describe("streams", () => {
	const model = { provider: "mock", name: "small", stream: true };

	test("pieces are delivered as they come, and the answer is the same as without a stream", async () => {
		const usage = { prompt_tokens: 3, completion_tokens: 2 };
		await using h = await harness({ "*": { chunks: ["Hel", "lo"], usage } });
		const events: unknown[] = [];
		const streamed = await h.agent({ model }).execute({
			input: {},
			context: {},
			onStreamEvent: (event) => events.push(event),
		});
		expect(events).toEqual([
			{ type: "content", text: "Hel" },
			{ type: "content", text: "lo" },
		]);
		expect(h.body()).toMatchObject({ stream: true, stream_options: { include_usage: true } });
		const { raw: _raw, ...whole } = await h.agent().execute({ input: {}, context: {} });
		expect(streamed).toMatchObject(whole);
		expect(streamed.content).toBe("Hello");
	});

	test("tool calls are put together", async () => {
		const answer: MockAnswer = {
			tool_calls: [
				{ name: "a", arguments: { x: 1 } },
				{ name: "b", arguments: { y: 2 } },
			],
		};
		await using h = await harness([answer]);
		const events: StreamEvent[] = [];
		const response = await h.agent({ model, tools: [weather] }).call({ onStreamEvent: (event) => events.push(event) });
		expect(response.tool_calls?.map((call) => [call.tool, call.arguments])).toEqual([
			["a", { x: 1 }],
			["b", { y: 2 }],
		]);
		expect(response.finish_reason).toBe("tool_use");
		expect(events[0]).toEqual({ type: "tool_call", index: 0, id: "call_0", name: "a", arguments: '{"x":1}' });
	});

	test("a stream that is cut or broken is a failure that may be tried again", async () => {
		await using h = await harness([
			{ content: "a b c d", cut: true },
			{ content: "a b", malformed: true },
		]);
		const agent = h.agent({ model });
		expect((await agent.call()).error).toMatchObject({ type: "APIConnectionError", retryable: true });
		expect((await agent.call()).error).toMatchObject({ type: "MalformedResponseError", retryable: true });
	});
});
