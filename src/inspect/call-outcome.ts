/** What became of an agent's call, for the page. */
import { errorFromAgentResult } from "../../runtime/agents/errors.ts";
import { coerceAgentResult, costOf, payloadOf } from "../../runtime/agents/result.ts";
import type { Redaction } from "./redaction.ts";

/** What an agent's answer shows of a call. */
export function callOutcome(
	output: unknown,
	redaction: Redaction,
): { readonly answer?: unknown; readonly prompt?: string; readonly error?: string; readonly cost?: number } {
	const result = coerceAgentResult(output);
	const { rendered_user_prompt: prompt, error } = result;
	return {
		answer: redaction.value(payloadOf(result)),
		cost: costOf(result),
		...(typeof prompt === "string" && { prompt: redaction.text(prompt) }),
		...(error && { error: redaction.error(errorFromAgentResult(error)) }),
	};
}
