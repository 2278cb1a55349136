/** claude-code agents on the real program, which asks a mock model. */

import type { ClaudeCodeAdapterOptions } from "../../adapters/claude-code/adapter.ts";
import { claudeCodeAdapter } from "../../adapters/claude-code/adapter.ts";
import { Pace, type PaceClock } from "../../adapters/frameworks/pace.ts";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import type { AgentCall, AgentExecutor, AgentResult } from "../../runtime/agents/agent.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { type ProjectFolder, projectFolder } from "./installed-frameworks.ts";

export interface ClaudeProject extends AsyncDisposable {
	readonly folder: ProjectFolder;
	readonly server: MockModel;
	/** What the agents were made to wait, in milliseconds. */
	readonly waits: readonly number[];
	readonly options: ClaudeCodeAdapterOptions;
	agent(config?: Readonly<Record<string, unknown>>, options?: ClaudeCodeAdapterOptions): Promise<AgentExecutor>;
	ask(
		config: Readonly<Record<string, unknown>>,
		call: Partial<AgentCall>,
		options?: ClaudeCodeAdapterOptions,
	): Promise<AgentResult>;
}

export async function claudeProject(script: MockScript): Promise<ClaudeProject> {
	const folder = await projectFolder();
	const server = await startMockModel({ script });
	const waits: number[] = [];
	const clock: PaceClock = {
		now: () => 0,
		random: () => 0.5,
		wait: async (milliseconds) => {
			waits.push(milliseconds);
		},
	};
	const options: ClaudeCodeAdapterOptions = { env: claudeEnvironment(folder.home, server), clock, pace: new Pace() };
	const agent: ClaudeProject["agent"] = async (config = {}, more = {}) => {
		const context = { configDir: folder.path, machineName: "test", settings: {} };
		const adapter = claudeCodeAdapter({ ...options, ...more });
		return adapter.createExecutor("coder", { type: "claude-code", config }, context);
	};
	return {
		folder,
		server,
		waits,
		options,
		agent,
		ask: async (config, call, more) => {
			const executor = await agent({ max_continuations: 0, ...config }, more);
			return coerceAgentResult(await executor.execute({ input: { task: "Say hello" }, context: {}, ...call }));
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await folder[Symbol.asyncDispose]();
		},
	};
}

/** The program's environment: a home of its own, the mock model, nothing sent to anybody. */
export function claudeEnvironment(home: string, server: MockModel): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: home,
		CLAUDE_CONFIG_DIR: `${home}/claude`,
		ANTHROPIC_BASE_URL: server.url.replace(/\/v1$/, ""),
		ANTHROPIC_API_KEY: "planted-key-of-the-test",
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
		CLAUDE_CODE_MAX_RETRIES: "0",
	};
}
