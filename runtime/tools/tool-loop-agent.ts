/** A tool loop without a machine (spec section 19.8). Nothing of it is stored; errors are in its result. */
import { randomUUID } from "node:crypto";
import type { AgentErrorInfo, AgentExecutor, AgentResult, AgentToolCall } from "../agents/agent.ts";
import { errorInfoOf } from "../agents/error-info.ts";
import { RuntimeError } from "../agents/errors.ts";
import { apiCallsOf, coerceAgentResult, costOf } from "../agents/result.ts";
import { onlyOptions, optionalNames } from "../permission-options.ts";
import { wait } from "../steps/timer.ts";
import { callTool } from "./call-tool.ts";
import { answerText, assistantMessage, Chain, type ChainMessage, callsOf, toolMessage, userMessage } from "./chain.ts";
import { providerOf, type Tools } from "./function-tools.ts";
import { allowedOf, isAllowed, notAllowedText } from "./permission.ts";
import { toolDefinitions } from "./tool-definitions.ts";

export interface ToolLoopAgentOptions {
	/** What is called: a `FlatAgent`, or any executor with `executeWithTools`. */
	readonly agent: AgentExecutor;
	readonly tools: Tools;
	/** Calls of the model; 0 = any number, as with all limits. */
	readonly maxTurns?: number;
	readonly maxToolCalls?: number;
	/** Seconds for one tool. */
	readonly toolTimeout?: number;
	/** Seconds for the whole loop; looked at before each call of the model. */
	readonly totalTimeout?: number;
	/** US dollars. */
	readonly maxCost?: number;
	/** Only these tools; empty = all. */
	readonly allowedTools?: readonly string[];
	/** Never these; wins over `allowedTools`. */
	readonly deniedTools?: readonly string[];
	/** Asked after the tools of each turn: texts for the model, said by the user. */
	readonly steering?: (chain: readonly ChainMessage[]) => readonly string[] | Promise<readonly string[]>;
	/** Milliseconds since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Names a run in its idempotency keys; default: random UUIDs. */
	readonly newId?: () => string;
}

const optionNames: Readonly<Record<keyof ToolLoopAgentOptions, true>> = {
	agent: true,
	tools: true,
	maxTurns: true,
	maxToolCalls: true,
	toolTimeout: true,
	totalTimeout: true,
	maxCost: true,
	allowedTools: true,
	deniedTools: true,
	steering: true,
	now: true,
	newId: true,
};

export interface ToolLoopRun {
	/** The agent's input. */
	readonly input?: Readonly<Record<string, unknown>>;
	/** The `messages` of an earlier result, to go on from. */
	readonly messages?: readonly ChainMessage[];
	readonly sessionId?: string;
	/** Aborts the call that is under way; the result then says `aborted`. */
	readonly signal?: AbortSignal;
	readonly onStreamEvent?: (event: Readonly<Record<string, unknown>>) => void;
}

/** How a run went. Its names are those of the specification, which is data. */
export interface ToolLoopResult {
	/** The last answer's text. */
	readonly content: string;
	/** The chain, without the system prompt. */
	readonly messages: readonly ChainMessage[];
	/** Also those that were not allowed. */
	readonly tool_calls_count: number;
	readonly turns: number;
	readonly stop_reason: "complete" | "max_tool_calls" | "max_turns" | "timeout" | "cost_limit" | "aborted" | "error";
	readonly usage: {
		readonly input_tokens: number;
		readonly output_tokens: number;
		readonly total_tokens: number;
		/** US dollars. */
		readonly total_cost: number;
		readonly api_calls: number;
	};
	/** Null unless `stop_reason` is `error`. */
	readonly error: AgentErrorInfo | null;
}

/** An agent with its tools: calls the model and the tools that it asks for until it answers, or a limit is reached. */
export class ToolLoopAgent {
	readonly #options: ToolLoopAgentOptions;

	/** @throws RuntimeError for an agent that cannot be given tools; InvalidToolError; InvalidOptionError */
	constructor(options: ToolLoopAgentOptions) {
		onlyOptions("ToolLoopAgent", options, optionNames);
		optionalNames("ToolLoopAgent", options, ["allowedTools", "deniedTools"]);
		if (!options.agent.executeWithTools) {
			throw new RuntimeError("This agent does not support tool loops: it has no executeWithTools.");
		}
		this.#options = { ...options, tools: providerOf(options.tools) };
	}

	/** Runs the loop. @throws InvalidToolError where a tool's schema is none; never what happens in the loop */
	async run(run: ToolLoopRun = {}): Promise<ToolLoopResult> {
		return new LoopRun(this.#options, run).run();
	}
}

type Stop = Pick<ToolLoopResult, "stop_reason"> & { readonly error?: AgentErrorInfo };

class LoopRun {
	readonly #options: ToolLoopAgentOptions;
	readonly #run: ToolLoopRun;
	readonly #chain = new Chain();
	readonly #provider: ReturnType<typeof providerOf>;
	readonly #id: string;
	readonly #start: number;
	#turns = 0;
	#toolCalls = 0;
	#content = "";
	#usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0, total_cost: 0, api_calls: 0 };

	constructor(options: ToolLoopAgentOptions, run: ToolLoopRun) {
		this.#options = options;
		this.#run = run;
		this.#chain.add(...(run.messages ?? []));
		this.#provider = providerOf(options.tools);
		this.#id = (options.newId ?? randomUUID)();
		this.#start = this.#now();
	}

	async run(): Promise<ToolLoopResult> {
		await this.#provider.prepare?.();
		const { error = null, stop_reason } = await this.#cycle();
		this.#chain.close();
		return {
			content: this.#content,
			messages: this.#chain.messages,
			tool_calls_count: this.#toolCalls,
			turns: this.#turns,
			stop_reason,
			usage: this.#usage,
			error,
		};
	}

	#now(): number {
		return (this.#options.now ?? Date.now)();
	}

	async #cycle(): Promise<Stop> {
		for (;;) {
			try {
				const stop = this.#limitReached() ?? (await this.#turn());
				if (stop) return stop;
			} catch (error) {
				if (this.#run.signal?.aborted) return { stop_reason: "aborted" };
				return { stop_reason: "error", error: errorInfoOf(error) };
			}
		}
	}

	#limitReached(): Stop | undefined {
		const { totalTimeout = 0, maxTurns = 0 } = this.#options;
		if (this.#run.signal?.aborted) return { stop_reason: "aborted" };
		if (totalTimeout > 0 && this.#now() - this.#start >= totalTimeout * 1000) return { stop_reason: "timeout" };
		if (maxTurns > 0 && this.#turns >= maxTurns) return { stop_reason: "max_turns" };
		return this.#costReached();
	}

	#costReached(): Stop | undefined {
		const { maxCost = 0 } = this.#options;
		return maxCost > 0 && this.#usage.total_cost >= maxCost ? { stop_reason: "cost_limit" } : undefined;
	}

	async #turn(): Promise<Stop | undefined> {
		const { maxToolCalls = 0, steering } = this.#options;
		const result = await this.#call();
		if (result.error) return { stop_reason: "error", error: result.error };
		const calls = callsOf(result, this.#turns);
		this.#content = answerText(result);
		this.#chain.add(assistantMessage(this.#content, calls));
		const { finish_reason = null } = result;
		if (finish_reason === "aborted") return { stop_reason: "aborted" };
		if (finish_reason === "stop" || finish_reason === null) return { stop_reason: "complete" };
		if (finish_reason !== "tool_use") {
			const message = `The model ended its answer with ${finish_reason}.`;
			return { stop_reason: "error", error: { code: finish_reason, type: "FinishReasonError", message } };
		}
		const limit = this.#costReached();
		if (limit) return limit;
		if (maxToolCalls > 0 && this.#toolCalls + calls.length > maxToolCalls) return { stop_reason: "max_tool_calls" };
		for (const [position, call] of calls.entries()) await this.#runTool(call, position);
		for (const text of (await steering?.(this.#chain.messages)) ?? []) this.#chain.add(userMessage(text));
		return undefined;
	}

	async #call(): Promise<AgentResult> {
		const { agent } = this.#options;
		const { input = {}, messages = [], sessionId, signal, onStreamEvent } = this.#run;
		const isFirst = this.#turns === 0;
		const call = {
			input: isFirst ? input : {},
			context: {},
			tools: toolDefinitions(this.#provider, agent.toolDefinitions ?? []),
			messages: isFirst && messages.length === 0 ? null : [...this.#chain.messages],
			idempotencyKey: `${this.#id}/turn.${this.#turns + 1}`,
			...(sessionId !== undefined && { sessionId }),
			...(signal && { signal }),
			...(onStreamEvent && { onStreamEvent }),
		};
		const result = coerceAgentResult(await agent.executeWithTools?.(call));
		this.#turns += 1;
		this.#count(result);
		if (isFirst && result.rendered_user_prompt) this.#chain.add(userMessage(result.rendered_user_prompt));
		return result;
	}

	#count(result: AgentResult): void {
		const { input_tokens = 0, output_tokens = 0, total_tokens = input_tokens + output_tokens } = result.usage ?? {};
		this.#usage = {
			input_tokens: this.#usage.input_tokens + input_tokens,
			output_tokens: this.#usage.output_tokens + output_tokens,
			total_tokens: this.#usage.total_tokens + total_tokens,
			total_cost: this.#usage.total_cost + costOf(result),
			api_calls: this.#usage.api_calls + apiCallsOf(result),
		};
	}

	async #runTool(call: AgentToolCall, position: number): Promise<void> {
		const { allowedTools, deniedTools = [], toolTimeout = 0 } = this.#options;
		const { signal = neverAborts } = this.#run;
		signal.throwIfAborted();
		this.#toolCalls += 1;
		if (!isAllowed({ allowed: allowedOf(allowedTools), denied: deniedTools }, call.name)) {
			this.#chain.add(toolMessage(call.id, notAllowedText(call.name)));
			return;
		}
		const { content } = await callTool({
			provider: this.#provider,
			call,
			timeout: toolTimeout,
			signal,
			idempotencyKey: `${this.#id}/tool.${this.#turns}.${position}`,
			sleep: (seconds, ended) => wait(seconds * 1000, ended),
		});
		signal.throwIfAborted();
		this.#chain.add(toolMessage(call.id, content));
	}
}

const neverAborts = new AbortController().signal;
