/** codex-cli agents on the real program, which asks a mock model. */
import { type CodexAdapterOptions, codexCliAdapter } from "../../adapters/codex-cli/adapter.ts";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import type { AgentCall, AgentResult } from "../../runtime/agents/agent.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { type ProjectFolder, projectFolder } from "./installed-frameworks.ts";

export interface CodexProject extends AsyncDisposable {
	readonly folder: ProjectFolder;
	readonly server: MockModel;
	readonly options: CodexAdapterOptions;
	ask(
		config?: Readonly<Record<string, unknown>>,
		call?: Partial<AgentCall>,
		options?: CodexAdapterOptions,
	): Promise<AgentResult>;
}

export async function codexProject(script: MockScript): Promise<CodexProject> {
	const folder = await projectFolder();
	const server = await startMockModel({ script });
	const provider = {
		name: "mock",
		base_url: server.url,
		env_key: "CODEX_API_KEY",
		wire_api: "responses",
		request_max_retries: 0,
		stream_max_retries: 0,
	};
	const options: CodexAdapterOptions = {
		env: {
			PATH: process.env.PATH,
			HOME: folder.home,
			CODEX_HOME: folder.home,
			CODEX_API_KEY: "planted-key-of-the-test",
		},
		config: { model_provider: "mock", model_providers: { mock: provider } },
	};
	return {
		folder,
		server,
		options,
		async ask(config = {}, call = {}, more = {}) {
			const context = { configDir: folder.path, machineName: "test", settings: {} };
			const reference = { type: "codex-cli", config: { skip_git_repo_check: true, ...config } };
			const executor = await codexCliAdapter({ ...options, ...more }).createExecutor("coder", reference, context);
			return coerceAgentResult(await executor.execute({ input: { task: "Say hello" }, context: {}, ...call }));
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await folder[Symbol.asyncDispose]();
		},
	};
}
