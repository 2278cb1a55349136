import { describe, expect, test } from "vitest";
import { FlatAgent } from "../../adapters/flatagent/index.ts";
import type { MockScript } from "../../adapters/mock-model/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { harness } from "./flatagent-harness.ts";

const poem = {
	title: { type: "str", description: "The title" },
	mood: { type: "str", enum: ["gay", "sad"], required: false },
	lines: { type: "list", items: { type: "object", properties: { text: { type: "str" }, beats: { type: "int" } } } },
};

describe("asking", () => {
	test("a provider that takes schemas gets a strict one, and the prompt stays as it is", async () => {
		await using h = await harness({ "*": "{}" });
		await h.agent({ name: "the poet!", output: poem, system: "s", user: "u" }).call();
		const line = {
			type: "object",
			properties: { text: { type: "string" }, beats: { type: "integer" } },
			required: ["text", "beats"],
			additionalProperties: false,
		};
		expect(h.body()).toEqual({
			model: "small",
			messages: [
				{ role: "system", content: "s" },
				{ role: "user", content: "u" },
			],
			response_format: {
				type: "json_schema",
				json_schema: {
					name: "the_poet_",
					strict: true,
					schema: {
						type: "object",
						properties: {
							title: { type: "string", description: "The title" },
							mood: { anyOf: [{ type: "string", enum: ["gay", "sad"] }, { type: "null" }] },
							lines: { type: "array", items: line },
						},
						required: ["title", "mood", "lines"],
						additionalProperties: false,
					},
				},
			},
		});
	});

	test.each([
		["a provider that takes none", { name: "x" }, { score: { type: "int" } }],
		["a field that may hold anything", { provider: "mock", name: "x" }, { score: { type: "json" } }],
		["a list of anything", { provider: "mock", name: "x" }, { score: { type: "list" } }],
		["an object of any fields", { provider: "mock", name: "x" }, { score: { type: "object" } }],
	])("for %s the schema is in the system prompt, in JSON mode", async (_name, model, output) => {
		await using h = await harness({ "*": "{}" });
		await h.agent({ output, system: "s", user: "u", model: { ...model, base_url: h.model.url } }).call();
		expect(h.body().response_format).toEqual({ type: "json_object" });
		expect(h.body().messages).toEqual([
			{
				role: "system",
				content: expect.stringMatching(/^s\n\nAnswer with one JSON object .*\n\{.*"score".*"required":\["score"\]\}$/),
			},
			{ role: "user", content: "u" },
		]);
	});

	test("a model that refuses schemas is asked again without, and from then on at once", async () => {
		const script: MockScript = ({ body }) =>
			JSON.stringify(body.response_format).includes("json_schema")
				? { status: 400, error: { message: "This model does not support response_format json_schema" } }
				: { json: { score: 1 } };
		await using h = await harness(script);
		const agent = h.agent({ output: { score: { type: "int" } } });
		expect(await agent.execute({ input: {}, context: {} })).toMatchObject({
			output: { score: 1 },
			error: null,
			usage: { api_calls: 1 },
		});
		await agent.call();
		const kinds = h.model.requests.map(({ body }) => Reflect.get(Object(body.response_format), "type"));
		expect(kinds).toEqual(["json_schema", "json_object", "json_object"]);
	});

	test("a response_format of the model wins", async () => {
		await using h = await harness({ "*": "{}" });
		const response_format = { type: "text" };
		await h.agent({ output: poem, model: { provider: "mock", name: "x", response_format } }).call();
		expect(h.body().response_format).toEqual(response_format);
	});
});

describe("reading", () => {
	test.each<[string, string, string, unknown]>([
		["a wrong type", '{"title": 1, "lines": []}', "title", /`title` must be string/],
		["a missing field", '{"lines": []}', "title", /`title` is missing/],
		["a field within a list", '{"title": "t", "lines": [{"text": "x", "beats": "two"}]}', "lines[0].beats", /integer/],
		["a value that is not allowed", '{"title": "t", "lines": [], "mood": "odd"}', "mood", /"gay","sad"/],
		["a list", "[1]", "", /it must be object/],
		["no JSON", "I cannot.", "", /holds no JSON/],
		["no text", "", "", /it is empty/],
	])("%s is a SchemaError that says where", async (_name, content, path, message) => {
		await using h = await harness([content]);
		const result = await h.agent({ output: poem }).execute({ input: {}, context: {} });
		expect(result).toMatchObject({
			content,
			error: { code: "schema_error", type: "SchemaError", path, message: expect.stringMatching(message as RegExp) },
			usage: { api_calls: 1 },
		});
		expect(result.error?.retryable).toBe(true);
		expect(result.cost).not.toEqual({ total: 0 });
	});

	test("an answer that was cut off says what mends it", async () => {
		await using h = await harness([{ content: '{"title": "t', finish_reason: "length" }]);
		const { error } = await h.agent({ output: poem }).call();
		expect(error?.message).toContain("max_tokens");
	});

	test("further keys are kept, and nulls that a strict schema asked for are left out", async () => {
		await using h = await harness([{ json: { title: "t", mood: null, lines: [], more: 1 } }]);
		const { output, error } = await h.agent({ output: poem }).call();
		expect([output, error]).toEqual([{ title: "t", lines: [], more: 1 }, null]);
	});

	test("with tools the answer is no JSON output, and nothing is checked", async () => {
		await using h = await harness(["hello"]);
		const tools = [{ type: "function", function: { name: "weather" } }];
		expect(await h.agent({ output: poem, tools }).call()).toMatchObject({ output: null, error: null });
	});
});

/** A machine whose one agent answers a score. */
const machine = (url: string, execution: string) =>
	new FlatMachine({
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { score: null }
  agents:
    judge:
      spec: flatagent
      data:
        model: { provider: mock, name: small, base_url: "${url}" }
        user: Judge.
        output: { score: { type: int } }
  states:
    judge:
      type: initial
      agent: judge
      ${execution}
      on_error: { SchemaError: odd }
      output_to_context: { score: output.score }
      transitions: [{ to: done }]
    odd: { type: final, output: { error: context.last_error } }
    done: { type: final, output: { score: context.score } }
`,
	});

describe("in a machine", () => {
	test("retry tells the model its answer and what is wrong with it, and every call is counted", async () => {
		await using model = await startMockModel({ script: ['{"score": "high"}', "Sorry.", { json: { score: 7 } }] });
		const execution = "execution: { type: retry, backoffs: [0, 0] }";
		const result = await machine(model.url, execution).run();
		expect(result).toMatchObject({ output: { score: 7 }, agentCalls: 3 });
		const sent = model.requests.map(({ body }) => (Array.isArray(body.messages) ? body.messages.slice(1) : []));
		const judge = { role: "user", content: "Judge." };
		expect(sent).toEqual([
			[judge],
			[
				judge,
				{ role: "assistant", content: '{"score": "high"}' },
				{ role: "user", content: expect.stringContaining("`score` must be integer") },
			],
			[
				judge,
				{ role: "assistant", content: "Sorry." },
				{ role: "user", content: expect.stringContaining("holds no JSON") },
			],
		]);
	});

	test("without retries on_error routes it, and what it cost is counted", async () => {
		await using model = await startMockModel({ script: ['{"score": "high"}'] });
		const result = await machine(model.url, "").run();
		expect(result).toMatchObject({ agentCalls: 1, output: { error: expect.stringContaining("SchemaError: ") } });
		expect(result.cost).toBeGreaterThan(0);
	});

	test("an answer of the wrong form is no vote", async () => {
		await using model = await startMockModel({
			script: ["I like it.", "I like it.", { json: { score: 3 } }, "x", "y"],
		});
		const execution = "execution: { type: mdap_voting, k_margin: 2, max_candidates: 5 }";
		const result = await machine(model.url, execution).run();
		expect(result.output).toEqual({ score: 3 });
	});
});

test("a client of one's own is asked in JSON mode", async () => {
	const bodies: unknown[] = [];
	const client: NonNullable<ConstructorParameters<typeof FlatAgent>[0]["client"]> = Object.create({
		post(_path: string, { body }: { body: unknown }) {
			bodies.push(body);
			const data = { choices: [{ message: { content: '{"a": 1}' } }] };
			return { withResponse: async () => ({ data, response: new Response() }) };
		},
	});
	const config = { data: { model: { name: "x" }, output: { a: { type: "int" } } } };
	expect(await new FlatAgent({ config, client }).call()).toMatchObject({ output: { a: 1 }, error: null });
	expect(bodies).toMatchObject([{ response_format: { type: "json_object" } }]);
});
