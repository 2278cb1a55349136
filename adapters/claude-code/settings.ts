/** Settings of one claude-code agent: its `config` with the reference's defaults, within what the caller grants. */
import { own, ownNumber, ownString } from "../../compiler/document/plain-data.ts";
import type { AgentGrants, CodingPermission } from "../frameworks/grants.ts";
import { checkConfig, texts } from "../frameworks/read-config.ts";
import type { PermissionMode, QueryOptions } from "./sdk.ts";

export interface ClaudeCodeSettings {
	readonly model: string;
	readonly effort: QueryOptions["effort"];
	readonly permissionMode: PermissionMode;
	/** Absolute, inside of the granted folders. */
	readonly cwd: string;
	readonly folders: readonly string[];
	readonly tools?: readonly string[];
	readonly allowedTools: readonly string[];
	readonly disallowedTools: readonly string[];
	readonly systemPrompt?: string;
	readonly appendSystemPrompt?: string;
	readonly maxBudgetUsd?: number;
	readonly maxTurns?: number;
	readonly executable?: string;
	readonly mcpConfig?: string;
	/** Seconds; 0 = no limit. */
	readonly timeout: number;
	readonly maxContinuations: number;
	/** Text with which the agent says that it is done; "" = a turn is the whole answer. */
	readonly exitSentinel: string;
	readonly continuationPrompt: string;
	/** Seconds from one call to the next, and what chance adds to them. */
	readonly delay: number;
	readonly jitter: number;
}

type Config = Readonly<Record<string, unknown>>;

const modes: Readonly<Record<PermissionMode, CodingPermission>> = {
	default: "read",
	plan: "read",
	dontAsk: "read",
	acceptEdits: "edit",
	auto: "all",
	bypassPermissions: "all",
};
const efforts = ["low", "medium", "high", "xhigh", "max"] as const;

/**
 * @param agent its name, for messages
 * @throws InvalidAgentConfigError, AgentPermissionError
 */
export function readClaudeCodeSettings(agent: string, config: Config, grants: AgentGrants): ClaudeCodeSettings {
	checkConfig(agent, config, "claudeCode");
	const allowedTools = texts(config, "allowed_tools");
	for (const key of ["allowed_tools", "mcp_config", "claude_bin"]) {
		const value = own(config, key);
		if (value !== undefined && value !== null) grants.require("all", `\`${key}\``);
	}
	const sentinel = ownString(config, "exit_sentinel") ?? "<<AGENT_EXIT>>";
	return {
		model: ownString(config, "model") ?? "opus",
		effort: efforts.find((effort) => effort === config.effort) ?? "high",
		permissionMode: permissionMode(config, grants),
		cwd: grants.folder(ownString(config, "working_dir"), "working_dir"),
		folders: texts(config, "add_dirs").map((folder) => grants.folder(folder, "add_dirs")),
		...(Array.isArray(config.tools) && { tools: texts(config, "tools") }),
		allowedTools,
		disallowedTools: texts(config, "disallowed_tools"),
		...defined("systemPrompt", ownString(config, "system_prompt")),
		...defined("appendSystemPrompt", ownString(config, "append_system_prompt")),
		...defined("maxBudgetUsd", ownNumber(config, "max_budget_usd")),
		...defined("maxTurns", ownNumber(config, "max_turns")),
		...defined("executable", ownString(config, "claude_bin")),
		...defined("mcpConfig", ownString(config, "mcp_config")),
		timeout: ownNumber(config, "timeout") ?? 0,
		maxContinuations: ownNumber(config, "max_continuations") ?? 100,
		exitSentinel: sentinel,
		continuationPrompt:
			ownString(config, "continuation_prompt") ??
			`Continue with the task. When all of it is done, end your message with ${sentinel}`,
		delay: ownNumber(config, "rate_limit_delay") ?? 3,
		jitter: ownNumber(config, "rate_limit_jitter") ?? 8,
	};
}

function permissionMode(config: Config, grants: AgentGrants): PermissionMode {
	if (config.dangerously_skip_permissions === true) {
		grants.require("all", "`dangerously_skip_permissions`");
		return "bypassPermissions";
	}
	const written = ownString(config, "permission_mode");
	if (written === undefined) return grants.permission === "read" ? "default" : "acceptEdits";
	const mode = isMode(written) ? written : "default";
	grants.require(modes[mode], `\`permission_mode: ${mode}\``);
	return mode;
}

function isMode(text: string): text is PermissionMode {
	return Object.hasOwn(modes, text);
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
	return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
