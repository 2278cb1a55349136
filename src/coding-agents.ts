/** Agents of other programs that are there without being asked for, and what the caller grants to them. */
import type { ClaudeCodeAdapterOptions } from "../adapters/claude-code/adapter.ts";
import { checkGrants } from "../adapters/frameworks/grants.ts";
import type { AgentAdapterRegistry } from "../runtime/agents/registry.ts";
import { optionalFunction } from "../runtime/permission-options.ts";

/** What the caller grants to the agents of a run that work on files (docs/frameworks.md). */
export type CodingAgentOptions = Pick<ClaudeCodeAdapterOptions, "folders" | "permission" | "approve" | "env">;

/**
 * Adds their adapters, which are loaded when an agent first needs them.
 * @throws InvalidOptionError for a grant that is unknown or of the wrong type
 */
export function registerCodingAgents(
	registry: AgentAdapterRegistry,
	options: CodingAgentOptions = {},
): AgentAdapterRegistry {
	checkGrants("codingAgents", options, { approve: true, env: true });
	optionalFunction("codingAgents", options, "approve");
	const { approve: _, ...unasked } = options;
	return registry
		.registerLazy("claude-code", async () => {
			const { claudeCodeAdapter } = await import("../adapters/claude-code/adapter.ts");
			return claudeCodeAdapter(options);
		})
		.registerLazy("codex-cli", async () => {
			const { codexCliAdapter } = await import("../adapters/codex-cli/adapter.ts");
			return codexCliAdapter(unasked);
		})
		.registerLazy("pi-agent", async () => {
			const { piAgentAdapter } = await import("../adapters/pi-agent/adapter.ts");
			return piAgentAdapter();
		})
		.registerLazy("smolagents", async () => {
			const { smolagentsAdapter } = await import("../adapters/smolagents/adapter.ts");
			return smolagentsAdapter(unasked);
		});
}
