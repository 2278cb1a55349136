/** Whatever goes wrong on the wire, in whatever mode an agent is called: the retry mends it, and nothing else is told. */
import { describe, expect, test } from "vitest";
import { type MockAnswer, startMockModel } from "../../adapters/mock-model/index.ts";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import { mockAgentAdapter } from "../../src/cli/mock-agents.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

const weather = "[{ type: function, function: { name: weather, parameters: { type: object } } }]";
const tool_calls = [{ name: "weather", arguments: { city: "Oslo" } }];

interface Mode {
	readonly name: string;
	/** Keys of the agent. */
	readonly agent: string;
	readonly stream?: boolean;
	readonly answer: MockAnswer;
	/** What the state's output is. */
	readonly got: unknown;
}

const modes: readonly Mode[] = [
	{ name: "plain", agent: "", answer: "fine", got: { content: "fine" } },
	{ name: "structured", agent: "output: { score: { type: int } },", answer: { json: { score: 7 } }, got: { score: 7 } },
	{
		name: "structured, in the prompt",
		agent: "output: { score: { type: json } },",
		answer: 'Here:\n```json\n{"score": 7}\n```',
		got: { score: 7 },
	},
	{ name: "tools", agent: `tools: ${weather},`, answer: { content: "call", tool_calls }, got: { content: "call" } },
	{ name: "streaming", agent: "", stream: true, answer: { chunks: ["fi", "ne"] }, got: { content: "fine" } },
	{
		name: "streaming, structured",
		agent: "output: { score: { type: int } },",
		stream: true,
		answer: { chunks: ['{"sco', 're": 7}'] },
		got: { score: 7 },
	},
	{
		name: "streaming, tools",
		agent: `tools: ${weather},`,
		stream: true,
		answer: { content: "call", tool_calls },
		got: { content: "call" },
	},
];

const faults: readonly (readonly [name: string, fault: object, type: string])[] = [
	["429 with retry-after", { status: 429, headers: { "retry-after": "0" } }, "RateLimitError"],
	["429 without a word", { status: 429 }, "RateLimitError"],
	["500", { status: 500 }, "InternalServerError"],
	["503 with retry-after", { status: 503, headers: { "retry-after": "0" } }, "InternalServerError"],
	["a cut answer", { content: "cut off here", cut: true }, "APIConnectionError"],
	["malformed JSON", { content: "malformed", malformed: true }, "MalformedResponseError"],
];

/** The ways to a model: by its address, and through a client of one's own, as `--mock` has it. */
const adapters = ["flatagent", "flatagent on a client of one's own"] as const;

async function run(adapter: (typeof adapters)[number], mode: Mode, script: readonly MockAnswer[]) {
	await using model = await startMockModel({ script });
	const agents: readonly AgentAdapter[] = adapter === "flatagent" ? [] : [mockAgentAdapter(model, silentLogger)];
	const machine = new FlatMachine({
		agents,
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { got: null }
  agents:
    asked:
      spec: flatagent
      data: { model: { provider: mock, name: small, base_url: "${model.url}" }, ${mode.agent} user: hi }
  states:
    ask:
      type: initial
      agent: asked
      execution: { type: retry, backoffs: [0, 0, 0] }
      output_to_context: { got: output }
      transitions: [{ to: done }]
    done: { type: final, output: { got: context.got } }
`,
	});
	const errors: string[] = [];
	const result = await machine.run(
		{},
		{
			stream: mode.stream === true,
			onEvent: (event) => {
				if (event.type === "retry") errors.push(event.error);
			},
		},
	);
	return { result, errors, requests: model.requests.length };
}

describe.each(adapters)("%s", (adapter) => {
	describe.each(modes)("$name", (mode) => {
		test.each(faults)("%s is tried again", async (_name, fault, type) => {
			const { result, errors, requests } = await run(adapter, mode, [fault, mode.answer]);
			expect(result).toMatchObject({ status: "done", output: { got: mode.got }, agentCalls: 1 });
			expect(errors).toEqual([expect.stringMatching(new RegExp(`^${type}: `))]);
			expect(requests).toBe(2);
		});

		test("all of them, one after the other, end in the last one's error", async () => {
			const { result, requests } = await run(adapter, mode, [
				{ status: 500 },
				{ content: "cut off here", cut: true },
				{ content: "malformed", malformed: true },
				{ status: 429, error: { message: "slow down" } },
			]);
			expect(result).toMatchObject({ status: "failed", agentCalls: 0, error: { name: "RetryableError" } });
			expect(String(result.error)).toContain("slow down");
			expect(requests).toBe(4);
		});
	});
});
