/** The options of a query, out of an agent's settings and what the caller has given. */
import type { Program } from "../frameworks/program.ts";
import type { Approve, ClaudeCodeAdapterOptions } from "./adapter.ts";
import type { QueryOptions, SpawnRequest } from "./sdk.ts";
import type { ClaudeCodeSettings } from "./settings.ts";

/** What one query has beside the agent's settings. */
export interface QueryExtras {
	readonly agent: string;
	/** Rendered system prompt of the agent's document. */
	readonly system: string | undefined;
	readonly session: { readonly resume: string } | { readonly sessionId: string } | undefined;
	readonly streams: boolean;
	readonly abortController: AbortController;
	readonly start: (request: SpawnRequest) => Program;
}

export function queryOptions(
	settings: ClaudeCodeSettings,
	{ env = process.env, settingSources = ["user"], executable, approve }: ClaudeCodeAdapterOptions,
	extras: QueryExtras,
): QueryOptions {
	const program = executable ?? settings.executable;
	const skips = settings.permissionMode === "bypassPermissions";
	return {
		cwd: settings.cwd,
		model: settings.model,
		effort: settings.effort,
		permissionMode: settings.permissionMode,
		...(skips && { allowDangerouslySkipPermissions: true }),
		...(approve ? { canUseTool: asker(extras.agent, approve) } : { permissionPrompts: "none" }),
		...(settings.tools && { tools: [...settings.tools] }),
		...(settings.allowedTools.length > 0 && { allowedTools: [...settings.allowedTools] }),
		...(settings.disallowedTools.length > 0 && { disallowedTools: [...settings.disallowedTools] }),
		...(settings.folders.length > 0 && { additionalDirectories: [...settings.folders] }),
		settingSources: [...settingSources],
		// Servers of a project's `.mcp.json` are programs that the folder names.
		strictMcpConfig: !settingSources.includes("project"),
		systemPrompt: systemPrompt(settings, extras.system),
		...(settings.maxTurns !== undefined && { maxTurns: settings.maxTurns }),
		...(settings.maxBudgetUsd !== undefined && { maxBudgetUsd: settings.maxBudgetUsd }),
		...extras.session,
		env: { ...env },
		...(settings.mcpConfig !== undefined && { extraArgs: { "mcp-config": settings.mcpConfig } }),
		includePartialMessages: extras.streams,
		...(program !== undefined && { pathToClaudeCodeExecutable: program }),
		abortController: extras.abortController,
		spawnClaudeCodeProcess: (request) => extras.start(request).process,
	};
}

function systemPrompt(
	{ systemPrompt: own, appendSystemPrompt, maxContinuations, exitSentinel }: ClaudeCodeSettings,
	system: string | undefined,
): QueryOptions["systemPrompt"] {
	const asksForSentinel = maxContinuations > 0 && exitSentinel !== "";
	const appended = [
		appendSystemPrompt,
		system,
		asksForSentinel ? `When all of the task is done, end your last message with ${exitSentinel}` : undefined,
	]
		.filter((part) => part !== undefined && part !== "")
		.join("\n\n");
	if (own !== undefined) return appended === "" ? own : `${own}\n\n${appended}`;
	return { type: "preset", preset: "claude_code", ...(appended !== "" && { append: appended }) };
}

function asker(agent: string, approve: Approve): NonNullable<QueryOptions["canUseTool"]> {
	return async (tool, input, { signal }) => {
		const isAllowed = await approve({ agent, tool, input, signal });
		if (isAllowed) return { behavior: "allow", updatedInput: input };
		return { behavior: "deny", message: `The tool ${tool} was not allowed.` };
	};
}
