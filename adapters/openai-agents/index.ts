/** Agents of OpenAI's Agents SDK: what other rooms may import. Nothing else is loaded before the first of them is made. */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import type { OpenAiAgentsAdapterOptions } from "./adapter.ts";

export type { OpenAiAgentsAdapterOptions } from "./adapter.ts";

/**
 * The adapter for agents of the type `openai-agents`: of modules, or described in YAML. The package `@openai/agents` is
 * loaded when the first of them is called, from the machine's project.
 */
export function openAiAgentsAdapter(options: OpenAiAgentsAdapterOptions = {}): AgentAdapter {
	return {
		typeName: "openai-agents",
		async createExecutor(name, reference, context) {
			const { createOpenAiAgent } = await import("./adapter.ts");
			return createOpenAiAgent(options, name, reference, context);
		},
	};
}
