/**
 * What is used of `@anthropic-ai/claude-agent-sdk`, as shapes of our own: the package is installed by users. A test holds
 * the real package's types against them.
 */
import type { ChildProcess } from "node:child_process";

/** The package's exports. */
export interface ClaudeCodeSdk {
	query(params: {
		readonly prompt: AsyncIterable<UserMessage>;
		readonly options: QueryOptions;
	}): AsyncIterable<unknown>;
}

export interface UserMessage {
	readonly type: "user";
	readonly message: { readonly role: "user"; readonly content: string };
	readonly parent_tool_use_id: null;
}

export type PermissionMode = "default" | "acceptEdits" | "bypassPermissions" | "plan" | "dontAsk" | "auto";
export type SettingSource = "user" | "project" | "local";

/** How the package starts its program. */
export interface SpawnRequest {
	readonly command: string;
	readonly args: string[];
	readonly cwd?: string;
	readonly env: { [name: string]: string | undefined };
}

/** Options of `query`; not readonly where the package's are not. */
export interface QueryOptions {
	readonly cwd: string;
	readonly model: string;
	readonly effort: "low" | "medium" | "high" | "xhigh" | "max";
	readonly permissionMode: PermissionMode;
	readonly permissionPrompts?: "host" | "none";
	readonly allowDangerouslySkipPermissions?: boolean;
	readonly tools?: string[];
	readonly allowedTools?: string[];
	readonly disallowedTools?: string[];
	readonly additionalDirectories?: string[];
	readonly settingSources: SettingSource[];
	readonly strictMcpConfig: boolean;
	readonly systemPrompt: string | { type: "preset"; preset: "claude_code"; append?: string };
	readonly maxTurns?: number;
	readonly maxBudgetUsd?: number;
	readonly resume?: string;
	readonly sessionId?: string;
	readonly env: { [name: string]: string | undefined };
	readonly extraArgs?: Record<string, string | null>;
	readonly includePartialMessages: boolean;
	readonly pathToClaudeCodeExecutable?: string;
	readonly abortController: AbortController;
	readonly canUseTool?: (
		tool: string,
		input: Record<string, unknown>,
		options: { signal: AbortSignal },
	) => Promise<{ behavior: "allow"; updatedInput: Record<string, unknown> } | { behavior: "deny"; message: string }>;
	readonly spawnClaudeCodeProcess: (
		request: SpawnRequest,
	) => ChildProcess & { stdin: NonNullable<ChildProcess["stdin"]>; stdout: NonNullable<ChildProcess["stdout"]> };
}

/** Tokens of one turn, as Anthropic counts them: those read from the cache are not among `input_tokens`. */
export interface TurnUsage {
	readonly input_tokens: number;
	readonly output_tokens: number;
	readonly cache_read_input_tokens: number;
	readonly cache_creation_input_tokens: number;
}

/** The last message of a turn. `total_cost_usd` and `modelUsage` grow over the whole session, `usage` is the turn's. */
export interface ResultMessage {
	readonly type: "result";
	readonly subtype: string;
	readonly is_error: boolean;
	readonly num_turns: number;
	readonly duration_ms: number;
	readonly session_id: string;
	readonly total_cost_usd: number;
	readonly usage: TurnUsage;
	readonly modelUsage: Record<string, ModelTotals>;
	readonly result?: string;
	readonly errors?: string[];
	readonly api_error_status?: number | null;
	readonly permission_denials: readonly { readonly tool_name: string }[];
}

/** What a session has used of one model. */
export interface ModelTotals {
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly cacheReadInputTokens: number;
	readonly cacheCreationInputTokens: number;
}
