/** What a run of the SDK gave, as an agent's result. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentResult, FinishReason } from "../../runtime/agents/agent.ts";
import { errorInfoOf, headersOf, RateLimitError } from "../flatagent/errors.ts";
import { limitHeaders } from "../flatagent/rate-limits.ts";
import type { StructuredAnswer } from "../flatagent/structured-output.ts";
import type { BuiltAgent } from "./build-agents.ts";
import { failureOf } from "./failure.ts";
import type { Meter, SdkUsage } from "./meter.ts";
import type { HandedOver } from "./observe-run.ts";
import type { AgentsSdk } from "./sdk.ts";

/** What is read of a finished run. */
export interface RunOutcome {
	readonly finalOutput?: unknown;
	readonly lastAgent: { readonly name: string } | undefined;
	/** The whole conversation, for a run that goes on with it. */
	readonly history: readonly unknown[];
	readonly state: { readonly usage: SdkUsage & { readonly requests: number } };
}

interface CallParts {
	readonly meter: Meter;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** The last message of the user. */
	readonly prompt?: string;
}

export interface AnswerParts extends CallParts {
	/** Whether the output is to have the conversation, as `_session`. */
	readonly keepsSession: boolean;
	readonly handoffs: readonly HandedOver[];
	/** What was made of YAML; undefined for an agent of a module. */
	readonly builtOf: (agent: unknown) => BuiltAgent | undefined;
}

/** The result of a run that came to its end. An answer that does not match the agent's `output` is an error in it. */
export async function answerOf(outcome: RunOutcome, parts: AnswerParts): Promise<AgentResult> {
	const { meter, now, prompt, keepsSession, handoffs } = parts;
	const { lastAgent, finalOutput, history } = outcome;
	const { usage } = outcome.state;
	// Models that a module brings itself are not metered.
	if (meter.usage.api_calls === 0 && usage.requests > 0) meter.answeredElsewhere(usage.requests, usage);
	const content = typeof finalOutput === "string" ? finalOutput : null;
	const structured = await structuredOf(content, parts.builtOf(lastAgent), meter.finishReason);
	const output = structured ? structured.output : content === null ? finalOutput : { content };
	const more = {
		...(lastAgent && { _agent: lastAgent.name }),
		...(keepsSession && { _session: plain(history) }),
	};
	const isBlank = content !== null && content.trim() === "" && !structured;
	return {
		content,
		...(!isBlank && { output: isRecord(output) ? { ...output, ...more } : output }),
		...spentOf(meter),
		error: structured?.error ? errorInfoOf(structured.error) : null,
		rate_limit: meter.rateLimit(now),
		finish_reason: finishReasonOf(meter.finishReason),
		metadata: { agent: lastAgent?.name ?? null, handoffs },
		rendered_user_prompt: prompt ?? null,
	};
}

/**
 * The result of a call that failed; what its requests have used is in it.
 * @param parts.sdk absent: the run has not begun
 */
export function failedResult(
	error: unknown,
	{ meter, now, sdk, prompt }: CallParts & { readonly sdk?: AgentsSdk },
): AgentResult {
	const headers = headersOf(error);
	if (headers) meter.saw(limitHeaders(headers));
	const { message, ...info } = sdk ? failureOf(sdk, error) : errorInfoOf(error);
	return {
		...spentOf(meter),
		error: { ...info, ...(message !== undefined && { message: meter.hide(message) }) },
		rate_limit: meter.rateLimit(now, error instanceof RateLimitError ? error.retryAfter : undefined),
		finish_reason: "error",
		rendered_user_prompt: prompt ?? null,
	};
}

async function structuredOf(
	content: string | null,
	built: BuiltAgent | undefined,
	finishReason: string | undefined,
): Promise<StructuredAnswer | undefined> {
	const by = built?.model.askedBy;
	if (by === undefined) return undefined;
	return built?.settings.output?.read({ content, finishReason: finishReasonOf(finishReason), refusal: null }, by);
}

/** What a call has used, whatever became of it. */
export function spentOf(meter: Meter): Pick<AgentResult, "usage" | "cost" | "provider_data"> {
	const { model = null, headers } = meter;
	return {
		usage: meter.usage,
		cost: meter.cost,
		provider_data: { model, ...(Object.keys(headers).length > 0 && { raw_headers: headers }) },
	};
}

function finishReasonOf(reason: string | undefined): FinishReason {
	return reason === "length" || reason === "content_filter" ? reason : "stop";
}

/** Items of the SDK are JSON by their nature; what is none in them would not outlive a restart anyway. */
function plain(history: readonly unknown[]): unknown {
	return JSON.parse(JSON.stringify(history));
}
