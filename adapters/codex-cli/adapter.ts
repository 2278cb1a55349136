/** The agent adapter `codex-cli`: Codex through the package `@openai/codex-sdk` (spec section 19.7). */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { type CodingGrants, checkGrants } from "../frameworks/grants.ts";
import type { Pace, PaceClock } from "../frameworks/pace.ts";
import type { ConfigValue } from "./sdk.ts";

export interface CodexAdapterOptions extends CodingGrants {
	/** The program in place of the package's own. */
	readonly executable?: string;
	/** The program's environment. Default: that of this process. */
	readonly env?: NodeJS.ProcessEnv;
	/** Settings of the program (`--config`), which win over those of documents: model providers, for example. */
	readonly config?: { [key: string]: ConfigValue };
	readonly clock?: PaceClock;
	/** What keeps calls apart in time. Default: one for all agents of the process. */
	readonly pace?: Pace;
}

/**
 * The adapter for agents of the type `codex-cli`. Executors throw `PackageError` where the package is not installed,
 * `InvalidAgentConfigError` and `AgentPermissionError` for what their `config` asks for.
 * @throws InvalidOptionError for an option that is unknown or of the wrong type
 */
export function codexCliAdapter(options: CodexAdapterOptions = {}): AgentAdapter {
	checkGrants("codexCliAdapter", options, { executable: true, env: true, config: true, clock: true, pace: true });
	return {
		typeName: "codex-cli",
		createExecutor: async (agentName, reference, context) => {
			const { createCodexAgent } = await import("./agent.ts");
			return createCodexAgent(agentName, reference, context, options);
		},
	};
}
