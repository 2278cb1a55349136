/** The agent adapter `smolagents`: an agent of Python's smolagents in a process of its own (spec section 19.7). */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { type CodingGrants, checkGrants } from "../frameworks/grants.ts";

export interface SmolagentsAdapterOptions extends CodingGrants {
	/** The Python that has smolagents. Default: `python3` of the path. */
	readonly python?: string;
	/** The environment of Python. Default: that of this process. */
	readonly env?: NodeJS.ProcessEnv;
	/** Whether failures tell where in the agent's code they arose. */
	readonly debug?: boolean;
}

/**
 * The adapter for agents of the type `smolagents`. Executors throw `InvalidAgentConfigError` and `AgentPermissionError`
 * for a reference that is none or leads out of the granted folders.
 * @throws InvalidOptionError for an option that is unknown or of the wrong type
 */
export function smolagentsAdapter(options: SmolagentsAdapterOptions = {}): AgentAdapter {
	checkGrants("smolagentsAdapter", options, { python: true, env: true, debug: true });
	return {
		typeName: "smolagents",
		createExecutor: async (agentName, reference, context) => {
			const { createSmolagent } = await import("./agent.ts");
			return createSmolagent(agentName, reference, context, options);
		},
	};
}
