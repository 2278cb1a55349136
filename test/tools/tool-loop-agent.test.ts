/** `ToolLoopAgent`: the loop without a machine, and where it differs from a machine's (spec section 19.8). */
import { expect, it } from "vitest";
import type { AgentExecutor, ToolAgentCall } from "../../runtime/agents/agent.ts";
import { ToolLoopAgent, type ToolLoopAgentOptions, tool } from "../../src/index.ts";
import { harness } from "../agents/flatagent-harness.ts";

const ran: unknown[] = [];
const add = tool({
	name: "add",
	description: "a",
	parameters: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
	execute: ({ a }, { idempotencyKey }) => {
		ran.push(idempotencyKey);
		return Number(a) + 1;
	},
});

const calling = (...as: readonly unknown[]) => ({
	finish_reason: "tool_use",
	content: "",
	tool_calls: as.map((a, index) => ({ id: `c${index}`, name: "add", arguments: { a } })),
	usage: { api_calls: 1, input_tokens: 10, output_tokens: 5 },
	cost: 0.25,
});

function scripted(answers: readonly unknown[], options: Partial<ToolLoopAgentOptions> = {}) {
	ran.length = 0;
	const calls: ToolAgentCall[] = [];
	const agent: AgentExecutor = {
		execute: () => "never",
		executeWithTools: (call) => {
			calls.push(call);
			const answer = answers[calls.length - 1];
			if (answer instanceof Error) throw answer;
			return answer;
		},
	};
	return { loop: new ToolLoopAgent({ agent, tools: [add], newId: () => "id", ...options }), calls };
}

it("calls a flatagent over HTTP until it answers", async () => {
	await using model = await harness([{ tool_calls: [{ name: "add", arguments: { a: 1 } }] }, "It is 2."]);
	const loop = new ToolLoopAgent({ agent: model.agent({ user: "Add to {{ input.n }}." }), tools: [add] });
	const result = await loop.run({ input: { n: 1 } });
	expect(result).toMatchObject({
		content: "It is 2.",
		stop_reason: "complete",
		turns: 2,
		tool_calls_count: 1,
		usage: { api_calls: 2 },
		error: null,
	});
	expect(result.messages.map(({ role, content }) => [role, content])).toEqual([
		["user", "Add to 1."],
		["assistant", ""],
		["tool", "2"],
		["assistant", "It is 2."],
	]);
	expect(model.body(1).tools).toEqual([add.definition]);
});

it("adds up what it has spent", async () => {
	const { loop } = scripted([calling(1), { content: "end", finish_reason: "stop", usage: { api_calls: 1 } }]);
	expect((await loop.run()).usage).toEqual({
		input_tokens: 10,
		output_tokens: 5,
		total_tokens: 15,
		total_cost: 0.25,
		api_calls: 2,
	});
	expect(ran).toEqual(["id/tool.1.0"]);
});

it.each([
	["max_turns", { maxTurns: 1 }, 1],
	["max_tool_calls", { maxToolCalls: 1 }, 0],
	["cost_limit", { maxCost: 0.2 }, 0],
] as const)("stops at %s without asking for an answer", async (stop_reason, options, tools) => {
	const { loop, calls } = scripted([calling(...(tools === 0 ? [1, 2] : [1])), "never"], options);
	const result = await loop.run();
	expect(result).toMatchObject({ stop_reason, turns: 1, content: "" });
	expect([calls.length, ran.length]).toEqual([1, tools]);
	expect(result.messages.filter(({ role }) => role === "tool")).toHaveLength(tools === 0 ? 2 : 1);
});

it("stops at its total time", async () => {
	let now = 0;
	const clock = () => {
		now += 1500;
		return now;
	};
	const { loop } = scripted([calling(1), "never"], { totalTimeout: 2, now: clock });
	expect(await loop.run()).toMatchObject({ stop_reason: "timeout", turns: 1 });
});

it("counts calls that are not allowed", async () => {
	const { loop } = scripted([calling(1), { content: "end" }], { deniedTools: ["add"] });
	const { messages, tool_calls_count } = await loop.run();
	expect([tool_calls_count, ran]).toEqual([1, []]);
	expect(messages[1]).toMatchObject({ role: "tool", content: "Tool 'add' is not allowed." });
});

it.each([
	["an error of the provider", { error: { code: "rate_limit", message: "slow" } }, "rate_limit"],
	["what the agent throws", new Error("broken"), "server_error"],
	["an answer that was cut", { content: "half", finish_reason: "length" }, "length"],
	["a filtered answer", { finish_reason: "content_filter" }, "content_filter"],
])("gives %s as its error, and does not throw", async (_what, answer, code) => {
	const { loop } = scripted([answer]);
	expect(await loop.run()).toMatchObject({ stop_reason: "error", error: { code }, turns: expect.any(Number) });
});

it("is aborted in the middle of a tool", async () => {
	const abort = new AbortController();
	const stuck = tool({
		name: "add",
		description: "s",
		parameters: { type: "object" },
		execute: (_args, { signal }) => {
			setImmediate(() => abort.abort());
			return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
		},
	});
	const { loop, calls } = scripted([calling(1), "never"], { tools: [stuck] });
	expect(await loop.run({ signal: abort.signal })).toMatchObject({ stop_reason: "aborted", turns: 1 });
	expect(calls).toHaveLength(1);
});

it("hears what steering says, and goes on from earlier messages", async () => {
	const steering = (chain: readonly unknown[]) => [`${chain.length} messages`];
	const { loop, calls } = scripted([calling(1), { content: "one" }, { content: "two" }], { steering });
	const first = await loop.run({ input: { n: 1 } });
	expect(calls[1]?.messages?.at(-1)).toEqual({ role: "user", content: "2 messages" });
	await loop.run({ input: { n: 2 }, messages: first.messages });
	expect(calls[2]).toMatchObject({ input: { n: 2 }, messages: first.messages });
});

it("refuses an agent that takes no tools", () => {
	expect(() => new ToolLoopAgent({ agent: { execute: () => "" }, tools: [] })).toThrow("executeWithTools");
});
