/** Failures of frameworks and their programs as data, with the names that `on_error` knows (spec section 18.3). */
import type { AgentErrorInfo } from "../../runtime/agents/agent.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { redactText } from "../../runtime/logging/redact.ts";

/** A failure by the HTTP status that a provider gave. */
export function failureOfStatus(status: number): Required<Pick<AgentErrorInfo, "code" | "type" | "retryable">> {
	if (status === 429) return { code: "rate_limit", type: "RateLimitError", retryable: true };
	if (status === 401 || status === 403) return { code: "auth_error", type: "AuthenticationError", retryable: false };
	if (status === 408) return { code: "timeout", type: "APITimeoutError", retryable: true };
	if (status >= 500) return { code: "server_error", type: "InternalServerError", retryable: true };
	return { code: "invalid_request", type: "BadRequestError", retryable: false };
}

/** The HTTP status that a program's message names; undefined where it names none. */
export function statusIn(message: string): number | undefined {
	const found = /\b(?:status(?: code)?|error|HTTP)\D{0,12}([45]\d\d)\b|\b([45]\d\d) [A-Z]/i.exec(message);
	const digits = found?.[1] ?? found?.[2];
	return digits === undefined ? undefined : Number(digits);
}

/** Errors of ours are thrown as they are; everything else is said as a failure of the program. */
export function failureOfThrown(error: unknown): AgentErrorInfo {
	if (error instanceof FlatstateError) throw error;
	const message = error instanceof Error ? error.message : String(error);
	const status = statusIn(message);
	if (status !== undefined) return { ...failureOfStatus(status), message, status_code: status };
	const isLost = /signal|exited|exit code|EPIPE|ECONNRE|fetch failed|connection/i.test(message);
	return { code: "program_failed", type: "ProgramError", message, retryable: isLost };
}

/** Takes what the environment holds as secrets out of a failure's message. */
export function withoutSecrets(info: AgentErrorInfo, environment: NodeJS.ProcessEnv): AgentErrorInfo {
	if (info.message === undefined) return info;
	const secrets = new KnownSecrets({ named: [], environment });
	return { ...info, message: secrets.hide(redactText(info.message)) };
}
