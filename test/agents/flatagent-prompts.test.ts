import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { harness } from "./flatagent-harness.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const system = (content: string) => ({ role: "system", content });
const user = (content: unknown) => ({ role: "user", content });

test("system and user prompts are rendered with the input and the model", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({
		model: { provider: "mock", name: "small", temperature: 0.5, api_key: "very-secret-key" },
		system: "You use {{ model.name }} at {{ model.temperature }}{{ model.api_key }}.",
		user: "Hello {{ input.name }}!\n",
	});
	const response = await agent.call({ input: { name: "Ann" } });
	expect(h.body().messages).toEqual([system("You use small at 0.5."), user("Hello Ann!")]);
	expect(response.rendered_user_prompt).toBe("Hello Ann!");
	expect(h.model.requests[0]?.headers.authorization).toBe("Bearer very-secret-key");
});

test("prompts are plain Jinja: lists in Python's form, no bare paths, one last newline and comments go", async () => {
	await using h = await harness({ "*": "ok" });
	await h.agent({ system: "input", user: "{{ input.tags }} {{ input.ok }} {{ input.none }}" }).call({
		input: { tags: ["a", { b: true }], ok: false, none: null },
	});
	expect(h.body(0).messages).toEqual([system("input"), user("['a', {'b': True}] False None")]);
	await h.agent({ system: "plain{# gone #}\n\n", user: "{{ tools }}|{{ tools_prompt }}|" }).call();
	expect(h.body(1).messages).toEqual([system("plain\n"), user("[]||")]);
});

test("without a system prompt there is a default one", async () => {
	await using h = await harness({ "*": "ok" });
	await h.agent({ user: "hi" }).call();
	expect(h.body().messages).toEqual([system("You are a helpful assistant."), user("hi")]);
});

test("the instruction suffix follows the user prompt after a blank line, and only when it is not empty", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({ user: "hi", instruction_suffix: "{% if input.loud %}Shout.{% endif %}" });
	const loud = await agent.call({ input: { loud: true } });
	expect(h.body(0).messages).toEqual([expect.anything(), user("hi\n\nShout.")]);
	expect(loud.rendered_user_prompt).toBe("hi\n\nShout.");
	await agent.call({ input: { loud: false } });
	expect(h.body(1).messages).toEqual([expect.anything(), user("hi")]);
});

test("post-history instructions see the context and end the last message, but not the rendered prompt", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({ user: "hi", post_history_instructions: " Be {{ context.mood }}. \n" });
	const response = await agent.call({ context: { mood: "calm" } });
	expect(h.body().messages).toEqual([expect.anything(), user("hi\n\nSystem:\n\nBe calm.")]);
	expect(response.rendered_user_prompt).toBe("hi");
});

test("after an assistant's message post-history instructions are a message of their own", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({ post_history_instructions: "Go on." });
	const assistant = { role: "assistant", content: "so far" };
	await agent.call({ messages: [user("hi"), assistant] });
	expect(h.body(0).messages).toEqual([expect.anything(), user("hi"), assistant, user("System:\n\nGo on.")]);
	const parts = [{ type: "text", text: "look" }];
	await agent.call({ messages: [user(parts)] });
	expect(h.body(1).messages).toEqual([
		expect.anything(),
		user([...parts, { type: "text", text: "System:\n\nGo on." }]),
	]);
	expect(parts).toHaveLength(1);
	await agent.call({ messages: [assistant, { role: "tool", tool_call_id: "1", content: "42" }] });
	expect(h.body(2).messages).toContainEqual({ role: "tool", tool_call_id: "1", content: "42\n\nSystem:\n\nGo on." });
});

test("a history is followed by the user prompt only when there is input", async () => {
	await using h = await harness({ "*": "ok" });
	const agent = h.agent({ user: "new: {{ input.x }}" });
	const history = [user("old")];
	expect((await agent.call({ messages: history })).rendered_user_prompt).toBeNull();
	expect((await agent.call({ messages: history, input: { x: 1 } })).rendered_user_prompt).toBe("new: 1");
	expect((await agent.call({ messages: [] })).rendered_user_prompt).toBeNull();
	expect(h.body(0).messages).toEqual([expect.anything(), user("old")]);
	expect(h.body(1).messages).toEqual([expect.anything(), user("old"), user("new: 1")]);
	expect(h.body(2).messages).toEqual([expect.anything(), user("new: ")]);
});

test("a bundle's prompt may be a mapping, a document or a file", async () => {
	await using h = await harness({ "*": "ok" });
	await using folder = await temporaryFolder();
	await writeFile(join(folder.path, "p.yml"), "spec: prompt\ndata: {name: filed, user: from a file}\n");
	const profile = { spec: "flatprofile", data: { model_profiles: { one: { provider: "mock", name: "bundled" } } } };
	const agents = ["./p.yml", { user: "inline" }, { spec: "prompt", data: { user: "document" } }].map((prompt) =>
		h.agent({}, { config: { spec: "flatagent", data: { prompt, profile } }, configDir: folder.path }),
	);
	for (const agent of agents) await agent.call();
	expect(agents.map((agent) => agent.name)).toEqual(["filed", "unnamed-agent", "unnamed-agent"]);
	expect(h.model.requests.map(({ body }) => body.model)).toEqual(["bundled", "bundled", "bundled"]);
	expect([0, 1, 2].map((index) => h.body(index).messages)).toEqual(
		["from a file", "inline", "document"].map((content) => [expect.anything(), user(content)]),
	);
});

test("a template that fails is thrown, and nothing is sent", async () => {
	await using h = await harness({ "*": "ok" });
	const call = h.agent({ user: "{{ input.a.b.c }}" }).call({ input: {} });
	await expect(call).rejects.toMatchObject({ name: "ExpressionError" });
	expect(() => h.agent({ user: "{% if %}" })).toThrow(expect.objectContaining({ name: "ExpressionSyntaxError" }));
	expect(h.model.requests).toEqual([]);
});

test.each([
	[{ spec: "flatmachine", data: {} }, /`spec` must be `flatagent`, but is "flatmachine"/],
	[{ spec: "flatagent" }, /`data` is missing/],
	[{ spec: "flatagent", data: { prompt: { user: "x" } } }, /`data.profile` is missing/],
	[{ spec: "flatagent", data: { profile: "fast" } }, /`data.prompt` is missing/],
	[{ spec: "flatagent", data: { prompt: 5, profile: "fast" } }, /neither a path nor a mapping/],
	[{ spec: "flatagent", data: { prompt: "./nope.yml", profile: "fast" } }, /prompt file .*nope.yml cannot be read/],
	[{ spec: "flatagent", data: { name: "a", tools: "x" } }, /Agent "a": `tools` must be a list/],
])("the document %j is refused", async (config, message) => {
	await using h = await harness([]);
	expect(() => h.agent({}, { config })).toThrow(message);
});
