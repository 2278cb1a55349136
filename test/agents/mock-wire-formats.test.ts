/** The mock model speaks the protocols of Anthropic's messages and OpenAI's responses, streamed and at once. */
import { OpenAI } from "openai";
import { expect, it } from "vitest";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";

const toolScript: MockScript = [
	{ content: "Looking.", tool_calls: [{ id: "t1", name: "look", arguments: { at: "sky" } }] },
	{ content: "You said {{ last_user }}, the tool said {{ (messages | last).content }}" },
];

function post(server: MockModel, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${server.url}${path}`, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: JSON.stringify(body),
	});
}

function client(server: MockModel): OpenAI {
	return new OpenAI({ apiKey: "test", baseURL: server.url, maxRetries: 0 });
}

it("answers messages with texts and tool calls, and reads results of tools", async () => {
	await using server = await startMockModel({ script: toolScript });
	const user = { role: "user", content: [{ type: "text", text: "look up" }] };
	const asked = { model: "claude", max_tokens: 9, system: [{ type: "text", text: "Be brief." }], messages: [user] };
	const first: unknown = await (await post(server, "/messages", asked)).json();
	expect(first).toMatchObject({
		type: "message",
		role: "assistant",
		stop_reason: "tool_use",
		content: [
			{ type: "text", text: "Looking." },
			{ type: "tool_use", id: "t1", name: "look", input: { at: "sky" } },
		],
		usage: { input_tokens: 4, output_tokens: 2 },
	});
	const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "blue" }] };
	const second: unknown = await (await post(server, "/messages", { ...asked, messages: [user, result] })).json();
	expect(second).toMatchObject({
		stop_reason: "end_turn",
		content: [{ type: "text", text: "You said look up, the tool said blue" }],
	});
});

it("streams messages as named events", async () => {
	await using server = await startMockModel({ script: toolScript });
	const asked = { model: "claude", stream: true, messages: [{ role: "user", content: "look up" }] };
	const text = await (await post(server, "/messages", asked)).text();
	const events = text.trim().split("\n\n");
	expect(events.map((event) => /^event: (\w+)\ndata: /.exec(event)?.[1])).toEqual([
		"message_start",
		...["content_block_start", "content_block_delta", "content_block_stop"],
		...["content_block_start", "content_block_delta", "content_block_stop"],
		...["message_delta", "message_stop"],
	]);
	expect(text).toContain(String.raw`"partial_json":"{\"at\":\"sky\"}"`);
});

it("answers responses with texts and tool calls, and reads results of tools", async () => {
	await using server = await startMockModel({ script: toolScript });
	const openai = client(server);
	const first = await openai.responses.create({ model: "gpt", instructions: "Be brief.", input: "look up" });
	expect(first.output_text).toBe("Looking.");
	expect(first.output).toContainEqual(
		expect.objectContaining({ type: "function_call", call_id: "t1", arguments: '{"at":"sky"}' }),
	);
	const second = await openai.responses.create({
		model: "gpt",
		input: [
			{ role: "user", content: "look up" },
			{ type: "function_call", call_id: "t1", name: "look", arguments: "{}" },
			{ type: "function_call_output", call_id: "t1", output: "blue" },
		],
	});
	expect(second.output_text).toBe("You said look up, the tool said blue");
	expect(second.usage?.total_tokens).toBeGreaterThan(0);
});

it("streams responses as OpenAI's own client reads them", async () => {
	await using server = await startMockModel({ script: ["one two three"] });
	const stream = client(server).responses.stream({ model: "gpt", input: "count" });
	let text = "";
	for await (const event of stream) if (event.type === "response.output_text.delta") text += event.delta;
	expect(text).toBe("one two three");
	expect((await stream.finalResponse()).output_text).toBe("one two three");
});

it("gives failures in each protocol's own form", async () => {
	await using server = await startMockModel({ script: { "*": { status: 429, error: { message: "Slow down." } } } });
	const messages = [{ role: "user", content: "x" }];
	const anthropic = await post(server, "/messages", { model: "claude", messages });
	expect(anthropic.status).toBe(429);
	expect(await anthropic.json()).toEqual({ type: "error", error: { type: "rate_limit_error", message: "Slow down." } });
	await expect(client(server).responses.create({ model: "gpt", input: "x" })).rejects.toThrow("429 Slow down.");
	expect((await post(server, "/messages", { model: "claude" })).status).toBe(400);
	expect((await post(server, "/responses", { model: "gpt" })).status).toBe(400);
});

it("takes a token as Anthropic's clients send it", async () => {
	await using server = await startMockModel({ script: { "*": "ok" }, token: "t" });
	const asked = { model: "claude", messages: [{ role: "user", content: "x" }] };
	expect((await post(server, "/messages", asked)).status).toBe(401);
	expect((await post(server, "/messages", asked, { "x-api-key": "t" })).status).toBe(200);
});
