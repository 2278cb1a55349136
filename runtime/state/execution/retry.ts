/** `execution: {type: retry}`: back-offs with jitter, retry-after, empty answers (spec section 9, decisions: Running). */
import type { AgentPlan, ExecutionPlan } from "../../../compiler/plan/plan.ts";
import { type AgentErrorInfo, type AgentResult, type AnswerCorrection, schemaErrorCode } from "../../agents/agent.ts";
import { retryDelaySeconds } from "../../agents/backoff.ts";
import { errorInfoOf } from "../../agents/error-info.ts";
import { payloadOf } from "../../agents/result.ts";
import { type CallAdditions, type CallOutcome, callAgent } from "../agent-call.ts";
import { sleepUntil } from "../sleep.ts";
import { stepKey } from "../step-keys.ts";
import type { Visit } from "../visit.ts";
import { sumOf } from "./aggregate.ts";

type Retry = Extract<ExecutionPlan, { type: "retry" }>;

/** Attempts until one succeeds, a structured error says that no retry helps, or the back-offs are used up. */
export async function runRetry(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
	retry: Retry,
	more: CallAdditions = {},
): Promise<AgentResult> {
	const results: AgentResult[] = [];
	let lastStructured: AgentResult | undefined;
	let correction: AnswerCorrection | undefined;
	for (let attempt = 1; ; attempt++) {
		const outcome = await callAgent(visit, agent, input, String(attempt), {
			...more,
			...(correction && { correction }),
		});
		visit.throwIfGivenUp();
		if ("result" in outcome) results.push(outcome.result);
		const failure = failureOf(outcome, retry);
		if (!failure && "result" in outcome) {
			const { tool_calls: _, rendered_user_prompt: __, ...result } = outcome.result;
			return { ...result, ...sumOf(results) };
		}
		if (!failure) continue;
		if (failure.structured) lastStructured = failure.structured;
		const isLast = attempt > retry.backoffs.length;
		if (isLast || failure.isFinal) {
			return { ...(lastStructured ?? { error: { ...failure.info, retryable: false } }), ...sumOf(results) };
		}
		correction = correctionOf(outcome);
		await backOff(visit, retry, attempt, outcome, failure.info);
	}
}

/** An answer of the wrong form goes back to the model with what is wrong; other failures say nothing to it. */
function correctionOf(outcome: CallOutcome): AnswerCorrection | undefined {
	if (!("result" in outcome) || outcome.result.error?.code !== schemaErrorCode) return undefined;
	const { content, error } = outcome.result;
	return content ? { answer: content, problem: error.message ?? "The answer does not match the schema." } : undefined;
}

interface Failure {
	readonly info: AgentErrorInfo;
	readonly structured?: AgentResult;
	/** No retry helps. */
	readonly isFinal: boolean;
}

function failureOf(outcome: CallOutcome, { retryOnEmpty }: Retry): Failure | undefined {
	if ("thrown" in outcome) return { info: errorInfoOf(outcome.thrown), isFinal: false };
	const { result } = outcome;
	if (result.error) {
		return { info: result.error, structured: result, isFinal: result.error.retryable !== true };
	}
	if (!retryOnEmpty || !isEmptyAnswer(payloadOf(result))) return undefined;
	const message = "The agent gave an empty answer.";
	return { info: { code: "server_error", type: "ValueError", message }, isFinal: false };
}

/** Nothing, or empty text. A blank is an answer: hello-world waits for the one between its words. */
export function isEmptyAnswer(payload: unknown): boolean {
	if (payload === null || payload === undefined) return true;
	if (typeof payload === "string") return payload === "";
	if (Array.isArray(payload)) return payload.length === 0;
	if (typeof payload !== "object") return false;
	const entries = Object.entries(payload);
	if (entries.length === 0) return true;
	const [[key, value] = ["", undefined]] = entries;
	return entries.length === 1 && key === "content" && value === "";
}

async function backOff(
	visit: Visit,
	{ backoffs, jitter }: Retry,
	attempt: number,
	outcome: CallOutcome,
	info: AgentErrorInfo,
): Promise<void> {
	const { steps, services } = visit;
	const retryAfter = "result" in outcome ? outcome.result.rate_limit?.retry_after : undefined;
	const random = () => services.random();
	const error = `${info.type ?? "error"}: ${info.message ?? ""}`;
	const key = stepKey.backoff(attempt);
	const isBegun = steps.has(key);
	const drawn = retryDelaySeconds({ backoffs, attempt: attempt - 1, jitter, retryAfter, random }) ?? 0;
	// The deadline is kept, not the delay: a restart in the middle of a back-off waits for the rest only.
	const deadline = steps.value(key, () => services.now() + drawn * 1000);
	if (typeof deadline !== "number") return;
	const delaySeconds = isBegun ? (deadline - services.now()) / 1000 : drawn;
	if (!isBegun) visit.span?.tell({ kind: "retry", attempt, delaySeconds, errorType: info.type ?? "error" });
	if (!isBegun || delaySeconds > 0) tellRetry(visit, attempt, delaySeconds, error);
	await sleepUntil(visit, deadline);
}

function tellRetry(
	{ environment, meta, state, services }: Visit,
	attempt: number,
	delaySeconds: number,
	error: string,
): void {
	environment.emit?.({
		type: "retry",
		executionId: meta.execution_id,
		state: state.name,
		attempt,
		delaySeconds,
		error,
	});
	services.logger.info(`Attempt ${attempt} failed, next in ${delaySeconds.toFixed(1)} s`, { state: state.name, error });
}
