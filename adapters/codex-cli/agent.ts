/** One codex-cli agent: each call is one turn of the program in a new thread, or in the one that it is to go on with. */
import type {
	AgentAdapterContext,
	AgentCall,
	AgentErrorInfo,
	AgentExecutor,
	AgentModelName,
	AgentReference,
	AgentResult,
} from "../../runtime/agents/agent.ts";
import { NotImplementedError } from "../frameworks/errors.ts";
import { failureOfThrown, withoutSecrets } from "../frameworks/failure.ts";
import { AgentGrants } from "../frameworks/grants.ts";
import { loadPackage } from "../frameworks/load-package.ts";
import { Pace, systemClock } from "../frameworks/pace.ts";
import { sessionOf, taskOf } from "../frameworks/task.ts";
import { failureOfAbort, timeLimit } from "../frameworks/time-limit.ts";
import type { CodexAdapterOptions } from "./adapter.ts";
import { EventReader } from "./events.ts";
import type { CodexSdk } from "./sdk.ts";
import { type CodexSettings, readCodexSettings } from "./settings.ts";

const sharedPace = new Pace();

/** @throws PackageError, InvalidAgentConfigError, AgentPermissionError */
export async function createCodexAgent(
	name: string,
	{ config }: AgentReference,
	{ configDir, modelOverride }: AgentAdapterContext,
	options: CodexAdapterOptions,
): Promise<AgentExecutor> {
	const settings = readCodexSettings(name, config, new AgentGrants(name, configDir, options));
	const sdk = await loadPackage<CodexSdk>(
		{ name: "@openai/codex-sdk", neededBy: "Agents of the type `codex-cli`", functions: ["Codex"] },
		[configDir],
	);
	const model = /^openai\/(.+)$/.exec(modelOverride ?? "")?.[1] ?? settings.thread.model;
	return new CodexAgent(sdk, { ...settings, thread: { ...settings.thread, model } }, options);
}

class CodexAgent implements AgentExecutor {
	readonly model: AgentModelName;
	readonly #sdk: CodexSdk;
	readonly #settings: CodexSettings;
	readonly #options: CodexAdapterOptions;

	constructor(sdk: CodexSdk, settings: CodexSettings, options: CodexAdapterOptions) {
		this.model = { provider: "openai", name: settings.thread.model };
		this.#sdk = sdk;
		this.#settings = settings;
		this.#options = options;
	}

	/**
	 * Runs one turn. Its thread's id is chosen by the program, so a call that is made again after a crash begins anew.
	 * @throws MissingTaskError; the signal's reason when the call was aborted
	 */
	async execute(call: AgentCall): Promise<AgentResult> {
		const { text: task } = taskOf("codex-cli", call, true);
		const { timeout, delay, jitter } = this.#settings;
		const { pace = sharedPace, clock = systemClock, env = process.env } = this.#options;
		using limit = timeLimit(timeout, call.signal);
		const reader = new EventReader(call);
		const session = sessionOf(call);
		let error: AgentErrorInfo | undefined;
		try {
			limit.signal.throwIfAborted();
			await pace.turn(delay, jitter, clock, limit.signal);
			const { events } = await this.#thread(session).runStreamed(task, { signal: limit.signal });
			for await (const event of events) reader.read(event);
			if (reader.failure !== undefined) error = failureOf(reader.failure);
			else if (!reader.hasAnswer) error = nothing;
		} catch (thrown) {
			// After a turn that failed the program ends with a code that says no more.
			error = limit.signal.aborted ? failureOfAbort(limit.signal.reason) : failureOf(reader.failure ?? thrown);
		} finally {
			reader.tools.endAll();
		}
		call.signal?.throwIfAborted();
		const sessionId = reader.threadId ?? session ?? null;
		return {
			...(error
				? { error: withoutSecrets(error, env) }
				: { output: { result: reader.text, session_id: sessionId }, content: reader.text }),
			...(reader.usage && { usage: reader.usage }),
			finish_reason: error ? "error" : "stop",
			metadata: { session_id: sessionId },
			provider_data: { provider: "codex-cli", model: this.model.name, session_id: sessionId },
			rendered_user_prompt: task,
		};
	}

	/** @throws NotImplementedError always */
	executeWithTools(): never {
		throw new NotImplementedError("codex-cli");
	}

	#thread(session: string | undefined) {
		const { executable = this.#settings.executable, config, env = process.env } = this.#options;
		const codex = new this.#sdk.Codex({
			...(executable !== undefined && { codexPathOverride: executable }),
			config: { ...this.#settings.config, ...config },
			env: defined(env),
		});
		const { thread } = this.#settings;
		return session === undefined ? codex.startThread(thread) : codex.resumeThread(session, thread);
	}
}

/** The program reads past what it cannot read of its model's answer, and takes the rest for the whole. */
const nothing: AgentErrorInfo = {
	code: "server_error",
	type: "MalformedResponseError",
	message:
		"Codex ended its turn without a message and without using a tool: its model's answer was empty or unreadable.",
	retryable: true,
};

function failureOf(thrown: unknown): AgentErrorInfo {
	const info = failureOfThrown(thrown);
	if (/experiencing high demand|stream disconnected|stream closed/i.test(info.message ?? "")) {
		// The program's words for a server's failure, whose status it does not tell.
		return { ...info, code: "server_error", type: "InternalServerError", retryable: true };
	}
	if (!/no rollout found|thread not found|no (?:saved )?session/i.test(info.message ?? "")) return info;
	return { ...info, code: "session_not_found", type: "SessionNotFoundError", retryable: false };
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
	return Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}
