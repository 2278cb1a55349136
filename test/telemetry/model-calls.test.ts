/** Each request of a flatagent to its model is a client span beneath the agent's, as the GenAI conventions have it. */
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { tool } from "../../src/index.ts";
import { recording } from "./traced.ts";

const key = "planted-9f8e7d6c5b4a";

interface Asked {
	/** Keys of the agent. */
	readonly agent?: string;
	/** Keys of the state. */
	readonly state?: string;
}

async function trace(script: MockScript, { agent = "", state = "" }: Asked = {}) {
	await using model = await startMockModel({ script });
	const record = recording();
	const add = tool({ name: "add", description: "Adds.", parameters: { type: "object" }, execute: () => "1" });
	const machine = new FlatMachine({
		telemetry: record.telemetry,
		tools: [add],
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: test
  agents:
    w:
      spec: flatagent
      data:
        model: { provider: mock, name: small, base_url: "${model.url}", api_key: ${key}, temperature: 0.5, max_tokens: 9 }
        user: hi
        ${agent}
  states:
    work: { type: initial, agent: w, ${state} on_error: done, transitions: [{ to: done }] }
    done: { type: final }
`,
	});
	await machine.run();
	return { record, port: model.port, text: await record.text() };
}

it("has what was asked for, where, and what came of it", async () => {
	const { record, port } = await trace([{ content: "yes", usage: { prompt_tokens: 7, completion_tokens: 2 } }]);
	expect(record.tree()).toContain("    invoke_agent w\n      chat small");
	const span = record.span("chat small");
	expect(span.kind).toBe(SpanKind.CLIENT);
	expect(span.attributes).toEqual({
		"gen_ai.operation.name": "chat",
		"gen_ai.provider.name": "mock",
		"gen_ai.request.model": "small",
		"gen_ai.request.temperature": 0.5,
		"gen_ai.request.max_tokens": 9,
		"gen_ai.output.type": "text",
		"server.address": "127.0.0.1",
		"server.port": port,
		"gen_ai.response.id": "chatcmpl-mock-0",
		"gen_ai.response.model": "small",
		"gen_ai.response.finish_reasons": ["stop"],
		"gen_ai.usage.input_tokens": 7,
		"gen_ai.usage.output_tokens": 2,
	});
});

it("is there for each attempt of a retry, with the error that it ended in, and no key", async () => {
	const { record, text } = await trace(
		[{ status: 503, error: { message: `no ${key}` }, headers: { "retry-after": "0" } }, "yes"],
		{ state: "execution: { type: retry, backoffs: [0], jitter: 0 }," },
	);
	const spans = record.spans().filter(({ name }) => name === "chat small");
	expect(spans.map(({ status, attributes }) => [status.code, attributes["error.type"]])).toEqual([
		[SpanStatusCode.ERROR, "InternalServerError"],
		[SpanStatusCode.UNSET, undefined],
	]);
	expect(text).not.toContain(key);
});

it("is there twice where a model refuses a schema and is asked again, within one span of the agent", async () => {
	const refusal = { status: 400, error: { message: "response_format is not supported" } };
	const { record } = await trace([refusal, { json: { score: 1 } }], { agent: "output: { score: { type: int } }" });
	const spans = record.spans().filter(({ name }) => name === "chat small");
	expect(spans.map(({ attributes }) => attributes["gen_ai.output.type"])).toEqual(["json", "json"]);
	const agent = record.span("invoke_agent w").spanContext().spanId;
	expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([agent, agent]);
});

it("is there for each turn of a tool loop", async () => {
	const { record } = await trace([{ tool_calls: [{ name: "add" }] }, "done"], { state: "tool_loop: true," });
	expect(
		record
			.tree()
			.split("\n")
			.filter((line) => /chat|tool/.test(line)),
	).toEqual(["      chat small", "    execute_tool add", "      chat small"]);
});
