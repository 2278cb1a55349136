import { expect, test } from "vitest";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { AgentAdapterRegistry, UnknownAgentTypeError } from "../../runtime/agents/registry.ts";

const context = { configDir: "/", machineName: "m", settings: {} };

function adapterFor(typeName: string): AgentAdapter {
	return { typeName, createExecutor: (agentName) => ({ execute: () => `${typeName} ${agentName}` }) };
}

async function answerOf(registry: AgentAdapterRegistry, type: string): Promise<unknown> {
	const executor = await registry.createExecutor("writer", { type, config: {} }, context);
	return executor.execute({ input: {}, context: {} });
}

test("the adapter of the agent's type makes the executor, and a later one replaces it", async () => {
	const registry = new AgentAdapterRegistry([adapterFor("a"), adapterFor("b")]);
	expect(await answerOf(registry, "b")).toBe("b writer");
	registry.registerLazy("b", () => adapterFor("other"));
	expect(await answerOf(registry, "b")).toBe("other writer");
});

test("an unknown type names the agent, the known types and the cure", async () => {
	const registry = new AgentAdapterRegistry([adapterFor("flatagent")]);
	const failure = registry.createExecutor("writer", { type: "nope", config: {} }, context);
	await expect(failure).rejects.toBeInstanceOf(UnknownAgentTypeError);
	await expect(failure).rejects.toThrow(/"nope" of agent "writer".*Registered: "flatagent".*register an adapter/);
});

test("a lazy adapter is loaded once, at its first use, and again after a failed load", async () => {
	let loads = 0;
	const registry = new AgentAdapterRegistry().registerLazy("a", () => {
		loads += 1;
		if (loads === 1) throw new Error("not installed");
		return adapterFor("a");
	});
	expect(registry.has("a")).toBe(true);
	expect(loads).toBe(0);
	await expect(registry.get("a")).rejects.toThrow("not installed");
	await Promise.all([registry.get("a"), registry.get("a")]);
	expect(loads).toBe(2);
});

test("an adapter named * serves every type", async () => {
	const registry = new AgentAdapterRegistry([adapterFor("flatagent"), adapterFor("*")]);
	expect(registry.has("anything")).toBe(true);
	expect(await answerOf(registry, "flatagent")).toBe("* writer");
});
