/** The agent adapter `pi-agent`: pi's agent in this process, through `@mariozechner/pi-agent-core` (spec section 19.7). */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";

/**
 * The adapter for agents of the type `pi-agent`. Executors throw `PackageError` where the packages are not installed and
 * `InvalidAgentConfigError` for a `config` that is none.
 */
export function piAgentAdapter(): AgentAdapter {
	return {
		typeName: "pi-agent",
		createExecutor: async (agentName, reference, context) => {
			const { createPiAgent } = await import("./agent.ts");
			return createPiAgent(agentName, reference, context);
		},
	};
}
