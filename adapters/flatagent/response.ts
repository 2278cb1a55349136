/** What a flatagent's call gives, and how it becomes the machine's `AgentResult` (spec sections 18.3 and 19.5). */
import {
	type AgentErrorInfo,
	type AgentResult,
	type AgentToolCall,
	type FinishReason,
	type RateLimitState,
	schemaErrorCode,
} from "../../runtime/agents/agent.ts";
import type { Completion, ResponseToolCall, TokenUsage } from "./completion.ts";
import { type CostBreakdown, costOfCall } from "./cost.ts";
import type { Mapping } from "./definition.ts";
import { errorInfoOf } from "./errors.ts";
import type { ModelPrice } from "./prices.ts";
import { type HeaderMap, rateLimitFromHeaders } from "./rate-limits.ts";
import type { StructuredAnswer } from "./structured-output.ts";

/** The answer of one call; a failure is in `error`. */
export interface AgentResponse {
	readonly content: string | null;
	/** The content as JSON, where the agent has an `output` and no tools were sent; else null. */
	readonly output: unknown;
	readonly tool_calls: readonly ResponseToolCall[] | null;
	readonly finish_reason: FinishReason | null;
	readonly usage: TokenUsage | null;
	/** US dollars; an estimate where the model's price is not known. */
	readonly cost: CostBreakdown | null;
	readonly error: AgentErrorInfo | null;
	readonly rate_limit: RateLimitState | null;
	/** The last user prompt, without post-history instructions. */
	readonly rendered_user_prompt: string | null;
	/** The model as the provider knows it. */
	readonly model: string | null;
	/** Response headers about limits and request ids, by lower-case name. */
	readonly raw_headers: HeaderMap;
	/** The response body. */
	readonly raw: unknown;
}

export interface ResponseParts {
	readonly completion: Completion;
	/** The answer as JSON, where the model was asked for it. */
	readonly structured: StructuredAnswer | undefined;
	readonly renderedUserPrompt: string | null;
	readonly model: string;
	/** Absent where it is not known; then the cost is an estimate. */
	readonly price: ModelPrice | undefined;
	readonly headers: HeaderMap;
	readonly raw: unknown;
	readonly now: () => number;
}

/** The answer of a call that the provider answered. */
export function answeredResponse(parts: ResponseParts): AgentResponse {
	const { completion, headers } = parts;
	const { content, toolCalls, usage } = completion;
	return {
		content,
		output: parts.structured?.output ?? null,
		tool_calls: toolCalls.length > 0 ? toolCalls : null,
		finish_reason: completion.finishReason,
		usage,
		cost: usage === null ? null : costOfCall(usage, parts.price),
		error: parts.structured?.error ? errorInfoOf(parts.structured.error) : null,
		rate_limit: rateLimitFromHeaders(headers, { now: parts.now }),
		rendered_user_prompt: parts.renderedUserPrompt,
		model: parts.model,
		raw_headers: headers,
		raw: parts.raw,
	};
}

/** The answer of a call that failed. */
export function errorResponse(
	error: AgentErrorInfo,
	parts: Pick<ResponseParts, "renderedUserPrompt" | "headers" | "now"> & {
		readonly model: string | null;
		/** Seconds, where the failure itself says so and not the headers. */
		readonly retryAfter?: number;
	},
): AgentResponse {
	return {
		content: null,
		output: null,
		tool_calls: null,
		finish_reason: "error",
		usage: null,
		cost: null,
		error,
		rate_limit: rateLimitFromHeaders(parts.headers, {
			now: parts.now,
			...(parts.retryAfter !== undefined && { retryAfter: parts.retryAfter }),
		}),
		rendered_user_prompt: parts.renderedUserPrompt,
		model: parts.model,
		raw_headers: parts.headers,
		raw: null,
	};
}

/** The machine's view of an answer; a call that the provider did not answer counts as no call. */
export function agentResultOf(response: AgentResponse, metadata: Mapping): AgentResult {
	const { usage, cost, tool_calls, model, raw_headers, error } = response;
	const isAnswered = error === null || error.code === schemaErrorCode;
	return {
		output: response.output,
		content: response.content,
		raw: response.raw,
		usage: { ...usage, api_calls: isAnswered ? 1 : 0 },
		cost: cost ?? { total: 0 },
		metadata,
		finish_reason: response.finish_reason,
		error,
		rate_limit: response.rate_limit,
		provider_data: { model, ...(Object.keys(raw_headers).length > 0 && { raw_headers }) },
		tool_calls: tool_calls?.map(toolCallOf) ?? null,
		rendered_user_prompt: response.rendered_user_prompt,
	};
}

function toolCallOf({ id, tool: name, arguments: args, malformed }: ResponseToolCall): AgentToolCall {
	return { id, name, arguments: args, ...(malformed !== undefined && { malformed }) };
}
