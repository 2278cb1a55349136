/** What a call of Claude Code gives the machine (spec sections 18.1 and 19.7). */
import type { AgentErrorInfo, AgentResult } from "../../runtime/agents/agent.ts";
import { failureOfStatus } from "../frameworks/failure.ts";
import type { MessageReader } from "./messages.ts";
import type { ResultMessage } from "./sdk.ts";
import type { Spending } from "./spending.ts";

/** One call when it is over. */
export interface CallOutcome {
	readonly reader: MessageReader;
	readonly spending: Spending;
	readonly sessionId: string | undefined;
	/** Times that the agent was told to go on. */
	readonly continuations: number;
	/** The last turn's; absent where the program ended without one. */
	readonly last: ResultMessage | undefined;
	/** The answer's text without the sentinel. */
	readonly text: string;
	/** Whether the agent has said that it is done, or did not have to. */
	readonly isDone: boolean;
	readonly prompt: string;
	/** Why the call failed, where the program has not said so in a result. */
	readonly failure?: AgentErrorInfo;
}

export function claudeCodeResult(outcome: CallOutcome): AgentResult {
	const { reader, spending, last, sessionId, text } = outcome;
	const error = outcome.failure ?? (last && failureOf(last, reader.errorKind));
	const denied = [...new Set(last?.permission_denials.map(({ tool_name }) => tool_name))];
	return {
		...(error ? { error } : { output: { result: text, session_id: sessionId ?? null }, content: text }),
		usage: spending.usage(reader.answers),
		cost: spending.cost,
		finish_reason: error ? "error" : outcome.isDone ? "stop" : "length",
		metadata: {
			session_id: sessionId ?? null,
			turns: last?.num_turns ?? 0,
			continuations: outcome.continuations,
			...(denied.length > 0 && { denied_tools: denied }),
		},
		provider_data: { provider: "claude-code", model: reader.model ?? null, session_id: sessionId ?? null },
		rendered_user_prompt: outcome.prompt,
		...(reader.rateLimit && { rate_limit: reader.rateLimit }),
	};
}

/** The failure that a turn ended with; undefined where it did not fail. */
export function failureOf(last: ResultMessage, kind: string | undefined): AgentErrorInfo | undefined {
	if (last.subtype === "error_max_turns") {
		return {
			code: "max_turns",
			type: "MaxTurnsError",
			message: "The agent has used all its `max_turns`.",
			retryable: false,
		};
	}
	if (last.subtype === "error_max_budget_usd") {
		const message = "The agent has spent its `max_budget_usd`.";
		return { code: "budget_exceeded", type: "BudgetExceededError", message, retryable: false };
	}
	if (!last.is_error) return undefined;
	const message = last.errors?.join("\n") || last.result || "Claude Code reported a failure without a message.";
	if (/No conversation found with session ID/i.test(message)) {
		return { code: "session_not_found", type: "SessionNotFoundError", message, retryable: false };
	}
	const status = last.api_error_status ?? undefined;
	const known = status === undefined ? ofKind(kind) : failureOfStatus(status);
	return { ...known, message, ...(status !== undefined && { status_code: status }) };
}

function ofKind(kind: string | undefined): ReturnType<typeof failureOfStatus> {
	switch (kind) {
		case "authentication_failed":
		case "oauth_org_not_allowed":
		case "billing_error":
		case "account_on_hold":
		case "verification_required":
		case "cloud_credential_error":
			return failureOfStatus(401);
		case "rate_limit":
			return failureOfStatus(429);
		case "invalid_request":
		case "model_not_found":
			return failureOfStatus(400);
	}
	return failureOfStatus(500);
}
