/** A planted key, and texts of prompts and answers, are searched for in everything that is exported. */
import { describe, expect, it } from "vitest";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import type { Context } from "../../runtime/hooks/hooks.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { type Recording, recording } from "./traced.ts";

const key = "planted-9f8e7d6c5b4a";
const prompt = "a question about marzipan";
const answer = "an answer about nougat";

const config = (url: string) => `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: careful
  context: { key: input.key, question: input.question, said: null }
  agents:
    w:
      spec: flatagent
      data:
        model: { provider: openai, name: gpt-5-mini, base_url: "${url}", api_key: ${key} }
        user: "{{ input.question }} with {{ input.key }}"
  states:
    ask:
      type: initial
      agent: w
      input: { question: context.question, key: context.key }
      output_to_context: { said: output.content }
      transitions: [{ to: act }]
    act: { action: go, hooks: h, on_error: again, transitions: [{ to: again }] }
    again: { agent: w, input: { question: context.question, key: context.key }, transitions: [{ to: done }] }
    done: { type: final }
`;

/** One answer that repeats the key, an action that throws it, and a provider that answers with it in its error. */
async function failingRun(record: Recording): Promise<void> {
	const script = [`${answer}, and ${key}`, { status: 401, error: { message: `${key} is no key` } }];
	await using server = await startMockModel({ script });
	const machine = new FlatMachine({
		config: config(server.url),
		telemetry: record.telemetry,
		hooks: {
			h: {
				onAction(_name: string, context: Context) {
					throw new Error(`the key ${key} of ${String(context.question)} and ${String(context.said)}`);
				},
			},
		},
	});
	const result = await machine.run({ key, question: prompt });
	expect(result.status).toBe("failed");
}

describe("what a failing run exports", () => {
	it("has neither prompts nor answers nor the key, unless content is asked for", async () => {
		const record = recording({ environment: { MY_API_KEY: key } });
		await failingRun(record);
		const text = await record.text();
		expect(record.spans().length).toBe(9);
		for (const word of [key, prompt, answer, "marzipan", "nougat", "is no key"]) expect(text).not.toContain(word);
	});

	it.each([
		["the environment", { environment: { MY_API_KEY: key } }],
		["the options", { environment: {}, secrets: [key] }],
	])("has prompts and answers where they are asked for, without the key that %s has", async (_whose, options) => {
		const record = recording({ ...options, content: true });
		await failingRun(record);
		const text = await record.text();
		for (const word of [prompt, answer]) expect(text).toContain(word);
		expect(text).not.toContain(key);
		const [call] = record.spans().filter(({ name }) => name === "invoke_agent w");
		expect(JSON.parse(String(call?.attributes["gen_ai.input.messages"]))).toEqual([
			{ role: "user", parts: [{ type: "text", content: `${prompt} with [redacted]` }] },
		]);
		expect(JSON.parse(String(call?.attributes["gen_ai.output.messages"]))).toEqual([
			{ role: "assistant", parts: [{ type: "text", content: `${answer}, and [redacted]` }], finish_reason: "stop" },
		]);
		expect(record.span("action go").status.message).toBe(
			`the key [redacted] of ${prompt} and ${answer}, and [redacted]`,
		);
	});

	it("has what looks like a key nowhere, whoever knows it", async () => {
		const record = recording({ content: true });
		const looks = "sk-abcdefghijklmnop0123";
		const machine = new FlatMachine({
			config: config("http://127.0.0.1:9").replace("name: careful", `name: "${looks}"`),
			script: { w: [`Bearer abcdef0123456789 and ${looks}`, { throw: `TypeError: ${looks}` }] },
			hooks: { h: { onAction: (_name: string, context: Context) => context } },
			telemetry: record.telemetry,
		});
		await machine.run({ key: looks, question: `https://user:${looks}@example.com/` });
		const text = await record.text();
		expect(text).not.toContain(looks);
		expect(text).not.toContain("abcdef0123456789");
	});

	it("has what has stood under a secret's name in an agent's input nowhere else, either", async () => {
		const record = recording({ content: true });
		const password = "correct-horse-1";
		const machine = new FlatMachine({
			config: config("http://127.0.0.1:9").replace("key: context.key }", "password: context.key }"),
			script: { w: [{ content: `it is ${password}`, rendered_user_prompt: `with ${password}` }, "done"] },
			hooks: { h: { onAction: (_name: string, context: Context) => context } },
			telemetry: record.telemetry,
		});
		expect((await machine.run({ key: password, question: prompt })).status).toBe("done");
		const [call] = record.spans().filter(({ name }) => name === "invoke_agent w");
		expect(call?.attributes["gen_ai.output.messages"]).toContain("it is [redacted]");
		expect(call?.attributes["gen_ai.input.messages"]).toContain("with [redacted]");
	});

	it.each([
		["true", true],
		["SPAN_ONLY", true],
		["NO_CONTENT", false],
		["", false],
	])("has content with OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=%s: %s", async (value, hasContent) => {
		const environment = { MY_API_KEY: key, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value };
		const record = recording({ environment });
		await failingRun(record);
		expect((await record.text()).includes(prompt)).toBe(hasContent);
	});
});
