import { describe, expect, test } from "vitest";
import { type AgentScript, loadAgentScript, scriptedAdapter } from "../../adapters/scripted/index.ts";
import { RetryableError } from "../../runtime/agents/errors.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";

/** Calls agents by name, one after the other, through a registry. */
function caller(script: AgentScript) {
	const adapter = scriptedAdapter(script);
	const registry = new AgentAdapterRegistry([adapter]);
	const call = async (agentName: string, input: Record<string, unknown> = {}) => {
		const executor = await registry.createExecutor(
			agentName,
			{ type: "flatagent", config: {} },
			{ configDir: "/", machineName: "m", settings: {} },
		);
		return coerceAgentResult(await executor.execute({ input, context: {} }));
	};
	return { adapter, call };
}

describe("scripted agents", () => {
	test("all agents use up a plain list together", async () => {
		const { call, adapter } = caller(["one", { score: 8 }]);
		expect(await call("a")).toEqual({ content: "one", usage: { api_calls: 1 } });
		expect(await call("b", { x: 1 })).toEqual({ output: { score: 8 }, usage: { api_calls: 1 } });
		expect(adapter.calls.map(({ agentName, call }) => [agentName, call.input])).toEqual([
			["a", {}],
			["b", { x: 1 }],
		]);
	});

	test("each agent has its own list, a single answer repeats, * answers for the rest", async () => {
		const { call } = caller({ a: ["a1", "a2"], b: "b", "*": { other: true } });
		expect((await call("a")).content).toBe("a1");
		expect((await call("b")).content).toBe("b");
		expect((await call("b")).content).toBe("b");
		expect((await call("a")).content).toBe("a2");
		expect((await call("z")).output).toEqual({ other: true });
	});

	test("functions see the call, the agent and how often it was called", async () => {
		const { call } = caller({ a: ({ input }, { n, agentName }) => `${agentName}${n}${input.x}` });
		expect((await call("a", { x: "!" })).content).toBe("a0!");
		expect((await call("a", { x: "?" })).content).toBe("a1?");
	});

	test("a mapping is a whole result only where every key is a field of one", async () => {
		const { call } = caller([
			{ content: "x", cost: 0.5 },
			{ content: "x", title: "t" },
			{ output: 1, usage: { api_calls: 3 } },
		]);
		expect(await call("a")).toEqual({ content: "x", cost: 0.5, usage: { api_calls: 1 } });
		expect((await call("a")).output).toEqual({ content: "x", title: "t" });
		expect(await call("a")).toEqual({ output: 1, usage: { api_calls: 3 } });
	});

	test("errors are returned or thrown", async () => {
		const { call } = caller([
			{ error: { code: "rate_limit", retryable: true } },
			new RangeError("thrown"),
			{ throw: "TimeoutError: took too long" },
			{ throw: "RetryableError: again" },
			{ throw: "just words, no type" },
		]);
		expect(await call("a")).toEqual({ error: { code: "rate_limit", retryable: true } });
		await expect(call("a")).rejects.toThrow(RangeError);
		await expect(call("a")).rejects.toMatchObject({ name: "TimeoutError", message: "took too long" });
		await expect(call("a")).rejects.toThrow(RetryableError);
		await expect(call("a")).rejects.toMatchObject({ name: "Error", message: "just words, no type" });
	});

	test("a script that ran out says which agent and how many answers there were", async () => {
		const { call } = caller({ writer: ["only"] });
		await call("writer");
		await expect(call("writer")).rejects.toThrow(/call 2 of agent "writer": all 1 were given/);
		await expect(call("critic")).rejects.toThrow(/no answers for agent "critic"; it has: writer/);
		await expect(call("toString")).rejects.toThrow(/no answers for agent "toString"/);
	});

	test("an aborted call is not answered", async () => {
		const executor = await scriptedAdapter(["x"]).createExecutor(
			"a",
			{ type: "flatagent", config: { metadata: { mdap: { k_margin: 2 } } } },
			{ configDir: "/", machineName: "m", settings: {} },
		);
		expect(executor.metadata).toEqual({ mdap: { k_margin: 2 } });
		const call = executor.execute({ input: {}, context: {}, signal: AbortSignal.abort() });
		await expect(call).rejects.toMatchObject({ name: "AbortError" });
	});
});

describe("script files", () => {
	test("YAML and JSON, lists and maps", async () => {
		const { call } = caller(loadAgentScript("writer: [draft, {throw: 'IOError: disk'}]\ncritic: {score: 9}\nn: 5"));
		expect((await call("writer")).content).toBe("draft");
		await expect(call("writer")).rejects.toMatchObject({ name: "IOError" });
		expect((await call("critic")).output).toEqual({ score: 9 });
		expect((await call("n")).content).toBe("5");
		expect(loadAgentScript('["a", {"b": 1}]')).toEqual(["a", { b: 1 }]);
	});

	test.each([
		["a: [", /not YAML or JSON/],
		["", /is empty/],
		["text", /is a string/],
		["a: [[1]]", /answer 1 of "a" is a list/],
		["a:", /the answer of "a" is empty/],
	])("%j is refused with a reason", (text, message) => {
		expect(() => loadAgentScript(text)).toThrow(message);
	});
});
