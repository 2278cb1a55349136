/** Failures of a run of the SDK as data, with codes that `on_error` can route. */
import type { AgentErrorInfo } from "../../runtime/agents/agent.ts";
import { errorInfoOf } from "../flatagent/errors.ts";
import type { AgentsSdk } from "./sdk.ts";

interface Kind {
	readonly code: string;
	readonly retryable: boolean;
}

/** By the names of the SDK's error classes. */
const kinds: Readonly<Record<string, Kind>> = {
	MaxTurnsExceededError: { code: "max_turns", retryable: false },
	InputGuardrailTripwireTriggered: { code: "input_guardrail", retryable: false },
	OutputGuardrailTripwireTriggered: { code: "output_guardrail", retryable: false },
	ToolInputGuardrailTripwireTriggered: { code: "tool_guardrail", retryable: false },
	ToolOutputGuardrailTripwireTriggered: { code: "tool_guardrail", retryable: false },
	GuardrailExecutionError: { code: "guardrail_failed", retryable: false },
	ModelRefusalError: { code: "refusal", retryable: false },
	ModelBehaviorError: { code: "model_behavior", retryable: true },
	InvalidToolInputError: { code: "model_behavior", retryable: true },
	ModelTimeoutError: { code: "timeout", retryable: true },
	ToolCallError: { code: "tool_failed", retryable: false },
	ToolTimeoutError: { code: "tool_failed", retryable: false },
	InvalidToolOutputError: { code: "tool_failed", retryable: false },
	UserError: { code: "invalid_request", retryable: false },
	SystemError: { code: "server_error", retryable: true },
};

/**
 * What was thrown, as data.
 * @returns undefined for what is no failure of the agent: a mistake in its configuration, which is to be thrown
 */
export function failureOf(sdk: AgentsSdk, error: unknown): AgentErrorInfo {
	const info = errorInfoOf(error);
	if (!(error instanceof sdk.AgentsError)) return info;
	const name = error.constructor.name;
	const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
	const { message } = info;
	return {
		type: name,
		...(message !== undefined && { message }),
		...(kind ?? { code: "agents_sdk", retryable: false }),
	};
}
