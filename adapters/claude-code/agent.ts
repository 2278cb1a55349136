/** One claude-code agent: each call is a run of the program, which is gone when the call is over. */
import { createHash } from "node:crypto";
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
import { Program } from "../frameworks/program.ts";
import { sessionOf, taskOf } from "../frameworks/task.ts";
import { failureOfAbort, timeLimit } from "../frameworks/time-limit.ts";
import type { ClaudeCodeAdapterOptions } from "./adapter.ts";
import { Conversation } from "./conversation.ts";
import { MessageReader } from "./messages.ts";
import { queryOptions } from "./options.ts";
import { type CallOutcome, claudeCodeResult } from "./result.ts";
import type { ClaudeCodeSdk, ResultMessage } from "./sdk.ts";
import { type ClaudeCodeSettings, readClaudeCodeSettings } from "./settings.ts";
import { Spending } from "./spending.ts";

const sharedPace = new Pace();

/** @throws PackageError, InvalidAgentConfigError, AgentPermissionError */
export async function createClaudeCodeAgent(
	name: string,
	{ config }: AgentReference,
	{ configDir, modelOverride }: AgentAdapterContext,
	options: ClaudeCodeAdapterOptions,
): Promise<AgentExecutor> {
	const grants = new AgentGrants(name, configDir, options);
	const settings = readClaudeCodeSettings(name, config, grants);
	const sdk = await loadPackage<ClaudeCodeSdk>(
		{
			name: "@anthropic-ai/claude-agent-sdk",
			neededBy: "Agents of the type `claude-code`",
			functions: ["query"],
		},
		[configDir],
	);
	const model = /^anthropic\/(.+)$/.exec(modelOverride ?? "")?.[1] ?? settings.model;
	return new ClaudeCodeAgent(name, sdk, { ...settings, model }, options);
}

type Session = { readonly resume: string } | { readonly sessionId: string } | undefined;

class ClaudeCodeAgent implements AgentExecutor {
	readonly model: AgentModelName;
	readonly #name: string;
	readonly #sdk: ClaudeCodeSdk;
	readonly #settings: ClaudeCodeSettings;
	readonly #options: ClaudeCodeAdapterOptions;

	constructor(name: string, sdk: ClaudeCodeSdk, settings: ClaudeCodeSettings, options: ClaudeCodeAdapterOptions) {
		this.model = { provider: "anthropic", name: settings.model };
		this.#name = name;
		this.#sdk = sdk;
		this.#settings = settings;
		this.#options = options;
	}

	/**
	 * Runs the program until the agent is done. A call that is made again after a crash goes on with the session that the
	 * first one has begun, where the program still has it.
	 * @throws MissingTaskError; the signal's reason when the call was aborted
	 */
	async execute(call: AgentCall): Promise<AgentResult> {
		const task = taskOf("claude-code", call, false);
		using limit = timeLimit(this.#settings.timeout, call.signal);
		const given = sessionOf(call);
		const own = given === undefined ? sessionIdOf(call.idempotencyKey) : undefined;
		const first = firstSession(given, own);
		let outcome = await this.#converse(call, limit.signal, task.text, task.system, first);
		if (own !== undefined && outcome.failure && isInUse(outcome.failure)) {
			const again = `You were interrupted before you were done. Go on from where you were. The task was:\n\n${task.text}`;
			outcome = await this.#converse(call, limit.signal, again, task.system, { resume: own });
		}
		call.signal?.throwIfAborted();
		const result = claudeCodeResult(outcome);
		if (!result.error) return result;
		return { ...result, error: withoutSecrets(result.error, this.#options.env ?? process.env) };
	}

	/** @throws NotImplementedError always */
	executeWithTools(): never {
		throw new NotImplementedError("claude-code");
	}

	async #converse(
		call: AgentCall,
		signal: AbortSignal,
		prompt: string,
		system: string | undefined,
		session: Session,
	): Promise<CallOutcome> {
		const { exitSentinel: sentinel, maxContinuations, continuationPrompt } = this.#settings;
		const reader = new MessageReader(call);
		const spending = new Spending(!(session && "resume" in session));
		const conversation = new Conversation();
		const abortController = new AbortController();
		let program: Program | undefined;
		let last: ResultMessage | undefined;
		let failure: AgentErrorInfo | undefined;
		let continuations = 0;
		let text = "";
		let isDone = false;
		const stop = () => {
			abortController.abort(signal.reason);
			program?.end().catch(() => {});
		};
		signal.addEventListener("abort", stop, { once: true });
		try {
			await this.#turn(signal);
			conversation.say(prompt);
			const options = queryOptions(this.#settings, this.#options, {
				agent: this.#name,
				system,
				session,
				streams: call.stream === true,
				abortController,
				start: (request) => {
					program = new Program(request);
					return program;
				},
			});
			for await (const message of this.#sdk.query({ prompt: conversation.prompts(), options })) {
				const result = reader.read(message);
				if (!result) continue;
				last = result;
				spending.add(result);
				if (result.is_error) break;
				text = result.result ?? "";
				isDone = sentinel === "" || maxContinuations === 0 || text.includes(sentinel);
				if (isDone || continuations === maxContinuations) break;
				continuations += 1;
				await this.#turn(signal);
				conversation.say(continuationPrompt);
			}
			if (!last) throw new Error(["Claude Code ended without an answer.", program?.stderr].filter(Boolean).join(" "));
		} catch (error) {
			failure = signal.aborted ? failureOfAbort(signal.reason) : failureOfThrown(withStderr(error, program?.stderr));
		} finally {
			signal.removeEventListener("abort", stop);
			conversation.end();
			reader.tools.endAll();
			await program?.end();
		}
		return {
			reader,
			spending,
			sessionId: last?.session_id || reader.sessionId,
			continuations,
			last,
			text: sentinel === "" ? text : text.replaceAll(sentinel, "").trim(),
			isDone,
			prompt,
			...(failure && { failure }),
		};
	}

	#turn(signal: AbortSignal): Promise<void> {
		const { delay, jitter } = this.#settings;
		const { pace = sharedPace, clock = systemClock } = this.#options;
		signal.throwIfAborted();
		return pace.turn(delay, jitter, clock, signal);
	}
}

function firstSession(given: string | undefined, own: string | undefined): Session {
	if (given !== undefined) return { resume: given };
	return own === undefined ? undefined : { sessionId: own };
}

/** A session id that is the same for a call that is made again; the program takes UUIDs only. */
function sessionIdOf(key: string | undefined): string | undefined {
	if (key === undefined) return undefined;
	const hex = createHash("sha256").update(`claude-code ${key}`).digest("hex");
	return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
		"-",
	);
}

function isInUse({ message = "" }: AgentErrorInfo): boolean {
	return /session id .* is already in use/i.test(message);
}

/** The package knows only of a program that it has started itself what it said. */
function withStderr(error: unknown, stderr: string | undefined): unknown {
	if (!(error instanceof Error) || !stderr || error.message.includes(stderr)) return error;
	return new Error(`${error.message}: ${stderr}`, { cause: error });
}
