/** The port to agents: what an adapter makes and what an executor returns (spec section 18). */

import type { Loader } from "../../compiler/document/loader.ts";
import type { RateLimiter } from "../fleet/rate-limiter.ts";
import type { ToolDefinition, ToolResult } from "../tools/tool-provider.ts";
import type { ServerTool } from "../tools/tool-servers.ts";
import type { AgentResume, Interruption } from "./interruption.ts";
import type { TraceModelCall } from "./model-call.ts";

export type FinishReason = "stop" | "length" | "tool_use" | "error" | "content_filter" | "aborted";

/** Token counts as on the wire; `api_calls` is what the machine counts. */
export interface AgentUsage {
	readonly input_tokens?: number;
	readonly output_tokens?: number;
	readonly total_tokens?: number;
	readonly cache_read_tokens?: number;
	readonly cache_write_tokens?: number;
	readonly api_calls?: number;
	readonly requests?: number;
	readonly calls?: number;
	readonly cost?: AgentCost;
}

/** Money in US dollars. */
export type AgentCost =
	| number
	| {
			readonly input?: number;
			readonly output?: number;
			readonly cache_read?: number;
			readonly cache_write?: number;
			readonly total?: number;
	  };

/** A failed call as data. */
export interface AgentErrorInfo {
	/** `rate_limit`, `auth_error`, `invalid_request`, `server_error`, `timeout`, `content_filter`, `context_length`, … */
	readonly code?: string;
	/** The provider's own class name, for example `RateLimitError`. */
	readonly type?: string;
	readonly message?: string;
	readonly status_code?: number;
	readonly retryable?: boolean;
	/** Of a `schema_error`: the first place of the answer that is wrong. */
	readonly path?: string;
}

export interface RateLimitWindow {
	readonly name: string;
	readonly resource: string;
	readonly remaining?: number;
	readonly limit?: number;
	/** Seconds. */
	readonly resets_in?: number;
	/** Seconds since 1970. */
	readonly reset_at?: number;
}

export interface RateLimitState {
	readonly limited: boolean;
	/** Seconds. */
	readonly retry_after?: number;
	readonly windows?: readonly RateLimitWindow[];
}

export interface AgentToolCall {
	readonly id: string;
	readonly name: string;
	readonly arguments: Readonly<Record<string, unknown>>;
	/** The arguments as the model wrote them, where they are no JSON object; then the tool is not run. */
	readonly malformed?: string;
}

/** What one agent call gave. Everything is optional; success = no `error`. */
export interface AgentResult {
	readonly output?: unknown;
	readonly content?: string | null;
	readonly raw?: unknown;
	readonly usage?: AgentUsage | null;
	readonly cost?: AgentCost | null;
	readonly metadata?: Readonly<Record<string, unknown>> | null;
	readonly finish_reason?: FinishReason | null;
	readonly error?: AgentErrorInfo | null;
	readonly rate_limit?: RateLimitState | null;
	readonly provider_data?: Readonly<Record<string, unknown>> | null;
	readonly tool_calls?: readonly AgentToolCall[] | null;
	readonly rendered_user_prompt?: string | null;
	/**
	 * The agent has stopped for answers. The execution parks on each request, in this process or for days; then the executor
	 * is called again, with the same input and with `resume`, which is a call of its own. What this result says of usage and
	 * cost counts, its answer is not used. With an `error` beside it, it does not count.
	 */
	readonly interruption?: Interruption | null;
}

/** The code of an answer that does not match the agent's schema; `retry` has the model correct it. */
export const schemaErrorCode = "schema_error";

/** An answer that does not match the agent's schema. */
export interface AnswerCorrection {
	readonly answer: string;
	/** What is wrong with it. */
	readonly problem: string;
}

/** The machine's tools, for an agent that runs a loop of its own. */
export interface MachineTools {
	/**
	 * Those of the state's hooks (`getToolProvider`), else of the option `tools`, and of servers under `mcp` in the agent's
	 * document.
	 * @throws what the provider throws; InvalidToolError for a schema that is none
	 */
	definitions(): Promise<readonly ToolDefinition[]>;
	/**
	 * Calls one of them: a step of the state, so that a call with the same id and arguments that had finished before a
	 * crash gives what it gave. What goes wrong in the tool is in its result. The run's events and traces tell of it.
	 */
	call(call: AgentToolCall): Promise<Required<ToolResult>>;
}

/** To be called once, when the tool has ended. */
export type ToolEnded = (result: ToolResult) => void;

/** The prompts that stand in an agent's document. */
export interface RenderedPrompts {
	/** Absent where the document has none. */
	readonly system?: string;
	readonly user: string;
}

/** What the machine hands to one call. */
export interface AgentCall {
	/** Rendered `input` of the state. */
	readonly input: Readonly<Record<string, unknown>>;
	/** The machine's context, read-only. */
	readonly context: Readonly<Record<string, unknown>>;
	readonly sessionId?: string;
	/** Aborts the HTTP call itself. */
	readonly signal?: AbortSignal;
	/** `<execution id>/<step>/<state>/<attempt>`: the same for a call that is made again after a crash. */
	readonly idempotencyKey?: string;
	/** The state that calls, for logs. */
	readonly state?: string;
	/** The rendered prompts of the agent's document, for adapters that are a profile's `type` (spec section 19.7). */
	readonly prompts?: RenderedPrompts;
	/** The answer before this one, which was refused: to be told to the model, that it may correct it. */
	readonly correction?: AnswerCorrection;
	/** Set where the call goes on after an interruption: with the decisions on what the agent had asked. */
	readonly resume?: AgentResume;
	/**
	 * Fields that the answer is to have, in the form of an agent's `output`; they stand in place of the agent's own. Whoever
	 * cannot ask a model for them may leave them: the answer is looked at by whoever asks.
	 */
	readonly outputFields?: Readonly<Record<string, unknown>>;
	/** Whether the answer is to be streamed where the agent's own settings do not say. */
	readonly stream?: boolean;
	/** Called with streamed pieces when set. */
	readonly onStreamEvent?: (event: Readonly<Record<string, unknown>>) => void;
	/**
	 * Called when the agent runs a tool that is not the machine's, so that the run's events, traces and the inspector tell
	 * of it.
	 */
	readonly onToolCall?: (call: AgentToolCall) => ToolEnded;
	/** Makes a request to a model visible in traces; absent where nobody traces. */
	readonly traceModelCall?: TraceModelCall;
	/** Absent where the state has no tools to offer: in tests of an executor, for example. */
	readonly machineTools?: MachineTools;
	/**
	 * Connects to the servers of tools that the agent's document names, and gives their tools; absent where it names none.
	 * @throws ToolServersNotAllowedError
	 */
	readonly serverTools?: () => Promise<readonly ServerTool[]>;
}

/** One call within a tool loop. */
export interface ToolAgentCall extends AgentCall {
	/** Function definitions; empty = the model is to answer without tools. */
	readonly tools: readonly Readonly<Record<string, unknown>>[];
	/**
	 * The messages so far, without the system prompt. Null on the first call of a loop, whose user prompt is made of
	 * `input`; later calls have no input.
	 */
	readonly messages: readonly Readonly<Record<string, unknown>>[] | null;
}

/** A language model. */
export interface AgentModelName {
	readonly provider: string | null;
	readonly name: string | null;
}

/** A callable agent. Return an `AgentResult`, or any value: see `coerceAgentResult`. */
export interface AgentExecutor {
	execute(call: AgentCall): Promise<unknown> | unknown;
	/** The same call with tools. An agent without it cannot be used in a tool loop. */
	executeWithTools?(call: ToolAgentCall): Promise<unknown> | unknown;
	/** Function definitions of the agent's own; default: those of its document. */
	readonly toolDefinitions?: readonly Readonly<Record<string, unknown>>[];
	/** What it asks, for traces and metrics; absent where that is not known before the call. */
	readonly model?: AgentModelName;
	/** The agent's own metadata (`metadata.mdap`, `metadata.parsing`, `metadata.validation`). */
	readonly metadata?: Readonly<Record<string, unknown>>;
	cancel?(): void;
}

/** What an adapter is told about the machine that uses the agent. */
export interface AgentAdapterContext {
	readonly configDir: string;
	/**
	 * Reads files of the agent: a stored configuration holds only what its machine was compiled from. Missing = the file
	 * system.
	 */
	readonly loader?: Loader;
	readonly machineName: string;
	/** The machine's agents by name, this one among them, for those that hand over to each other. */
	readonly agents?: Readonly<Record<string, AgentReference>>;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly profiles?: {
		readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
		readonly default: string | null;
		readonly override: string | null;
	};
	/** `--model provider/name`: replaces every agent's model. */
	readonly modelOverride?: string;
	/** Limits on calls that all processes share. */
	readonly rateLimiter?: RateLimiter;
}

export interface AgentReference {
	readonly type: string;
	readonly ref?: string;
	readonly config: Readonly<Record<string, unknown>>;
}

/** Makes executors for one kind of agent. */
export interface AgentAdapter {
	readonly typeName: string;
	createExecutor(
		agentName: string,
		reference: AgentReference,
		context: AgentAdapterContext,
	): AgentExecutor | Promise<AgentExecutor>;
}
