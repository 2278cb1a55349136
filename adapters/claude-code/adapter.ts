/** The agent adapter `claude-code`: Claude Code through the package `@anthropic-ai/claude-agent-sdk` (spec 19.7). */
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import { optionalFunction } from "../../runtime/permission-options.ts";
import { type CodingGrants, checkGrants } from "../frameworks/grants.ts";
import type { Pace, PaceClock } from "../frameworks/pace.ts";
import type { SettingSource } from "./sdk.ts";

/** A tool that an agent wants to use and that its permission mode does not decide on. */
export interface AgentApprovalRequest {
	readonly agent: string;
	/** The program's name of it: `Bash`, `Write`, … */
	readonly tool: string;
	readonly input: Readonly<Record<string, unknown>>;
	/** Aborts when the answer is no longer waited for. */
	readonly signal: AbortSignal;
}

/** Whether the tool may be used, this once. */
export type Approve = (request: AgentApprovalRequest) => boolean | Promise<boolean>;

export interface ClaudeCodeAdapterOptions extends CodingGrants {
	/** Is asked where the permission mode would ask somebody. Default: what nobody has allowed is denied. */
	readonly approve?: Approve;
	/**
	 * Files of settings that the program reads. Default: the user's own; those of a project hold commands that are run, and
	 * its CLAUDE.md.
	 */
	readonly settingSources?: readonly SettingSource[];
	/** The program in place of the package's own. */
	readonly executable?: string;
	/** The program's environment. Default: that of this process. */
	readonly env?: NodeJS.ProcessEnv;
	readonly clock?: PaceClock;
	/** What keeps calls apart in time. Default: one for all agents of the process. */
	readonly pace?: Pace;
}

/**
 * The adapter for agents of the type `claude-code`. Executors throw `PackageError` where the package is not installed,
 * `InvalidAgentConfigError` and `AgentPermissionError` for what their `config` asks for.
 * @throws InvalidOptionError for an option that is unknown or of the wrong type
 */
export function claudeCodeAdapter(options: ClaudeCodeAdapterOptions = {}): AgentAdapter {
	checkGrants("claudeCodeAdapter", options, {
		approve: true,
		settingSources: true,
		executable: true,
		env: true,
		clock: true,
		pace: true,
	});
	optionalFunction("claudeCodeAdapter", options, "approve");
	return {
		typeName: "claude-code",
		createExecutor: async (agentName, reference, context) => {
			const { createClaudeCodeAgent } = await import("./agent.ts");
			return createClaudeCodeAgent(agentName, reference, context, options);
		},
	};
}
