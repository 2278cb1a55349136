/** What can go wrong with a flatagent, and failures of a provider as data (spec sections 18.3 and 19.5). */

import { type AgentErrorInfo, schemaErrorCode } from "../../runtime/agents/agent.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import { redactText } from "../../runtime/logging/redact.ts";

/** The agent's configuration is not of a form that section 19.1 describes. */
export class InvalidAgentConfigError extends FlatstateError {
	constructor(agentName: string, problem: string, options?: ErrorOptions) {
		super("invalid_agent_config", `Agent "${agentName}": ${problem}`, options);
	}
}

/** A file or table of prices is not of the form that docs/agents.md describes. */
export class InvalidPricesError extends FlatstateError {
	constructor(source: string, problem: string, options?: ErrorOptions) {
		super(
			"invalid_prices",
			`The prices of ${source} cannot be used: ${problem}. ` +
				"Write {provider/model: {input, output, cache_read, cache_write}}, in US dollars per million tokens.",
			options,
		);
	}
}

/** The model names a provider that is not known, and has no `base_url`. */
export class UnknownProviderError extends FlatstateError {
	constructor(provider: string, known: readonly string[]) {
		super(
			"invalid_request",
			`The provider "${provider}" is not known, and the model has no \`base_url\`. ` +
				`Known providers: ${known.join(", ")}. For any other OpenAI-compatible server set \`base_url\`.`,
		);
	}
}

/** The model cannot be called as it is configured. */
export class InvalidModelError extends FlatstateError {
	constructor(problem: string) {
		super("invalid_request", problem);
	}
}

/** The environment has no key for the provider. */
export class MissingApiKeyError extends FlatstateError {
	constructor(provider: string, variable: string) {
		super(
			"auth_error",
			`No API key for the provider "${provider}": set the environment variable ${variable}, ` +
				"or `--model provider/name` to use another provider.",
		);
	}
}

/** The provider answered with something that is no chat completion. */
export class MalformedResponseError extends FlatstateError {
	constructor(problem: string, options?: ErrorOptions) {
		super("server_error", `The provider's answer is no chat completion: ${problem}`, options);
	}
}

/** The provider did not finish its answer in time. */
export class ModelTimeoutError extends FlatstateError {
	constructor(seconds: number, options?: ErrorOptions) {
		super(
			"timeout",
			`The model did not answer within ${seconds} s; set \`timeout\` (seconds) of the model to wait longer.`,
			options,
		);
	}
}

/** The answer does not match the agent's `output`. The call was made and paid for. */
export class SchemaError extends FlatstateError {
	/** The first place that is wrong, e.g. `lines[1].city`; "" = the whole answer. */
	readonly path: string;

	constructor(path: string, problem: string) {
		super(schemaErrorCode, `The answer does not match the agent's \`output\`: ${problem}.`);
		this.path = path;
	}
}

/** The provider's rate limit will not let a call through within the time that the call may wait for its turn. */
export class RateLimitError extends FlatstateError {
	/** Seconds until the provider takes calls again. */
	readonly retryAfter: number;

	/** @param milliseconds until the provider takes calls again */
	constructor(milliseconds: number) {
		const seconds = Math.ceil(milliseconds / 1000);
		super(
			"rate_limit",
			`The provider's rate limit is used up for ${seconds} s more, which is longer than a call waits; ` +
				"set `timeout` (seconds) of the model to wait longer, or make fewer calls at once.",
		);
		this.retryAfter = seconds;
	}
}

/** Whether a shared rate limit lets a call through cannot be found out. Then it is not made. */
export class RateLimiterError extends FlatstateError {
	constructor(cause: unknown) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		super("server_error", `The call was not made, since the shared rate limit cannot be asked: ${reason}`, { cause });
	}
}

/** The provider reported a failure in the body of an answer with a good status. */
export class ProviderReportedError extends FlatstateError {
	readonly status: number | undefined;

	constructor(message: string, status: number | undefined) {
		super("server_error", message);
		this.status = status;
	}
}

const noSecrets = new KnownSecrets({ named: [], environment: {} });

/**
 * A failure of a call as data.
 * @param error whatever was thrown
 * @param secrets what was sent to the provider and is struck from the message
 */
export function errorInfoOf(error: unknown, secrets: KnownSecrets = noSecrets): AgentErrorInfo {
	const own = error instanceof FlatstateError ? error.code : undefined;
	const type = typeOf(error);
	const message = redactText(secrets.hide(messageOf(error)));
	const isOurs = own !== undefined && !(error instanceof ProviderReportedError);
	const status = isOurs ? undefined : statusOf(error, message);
	return {
		code: codeOf(error, status, type, own),
		type,
		message,
		...(status !== undefined && { status_code: status }),
		...(error instanceof SchemaError && { path: error.path }),
		retryable: isOurs ? passes(error) : isRetryable(status, type, message),
	};
}

/** Reads headers off an error of the openai client. */
export function headersOf(error: unknown): Headers | undefined {
	const headers = property(error, "headers");
	return headers instanceof Headers ? headers : undefined;
}

function typeOf(error: unknown): string {
	if (error instanceof SyntaxError) return MalformedResponseError.name;
	if (isLostConnection(error)) return "APIConnectionError";
	return error instanceof Error ? error.constructor.name || error.name : "Error";
}

/** `fetch` says so when the connection ends within the body. */
function isLostConnection(error: unknown): boolean {
	return error instanceof TypeError && error.message === "terminated";
}

function messageOf(error: unknown): string {
	// The engine's message quotes the text, of which a piece of a key could not be known for one.
	if (error instanceof SyntaxError) return `The provider's answer is no JSON: ${error.message.replace(/, .*$/s, "")}`;
	if (isLostConnection(error)) return "The connection was lost while the answer was read.";
	if (!(error instanceof Error)) return String(error);
	const reason = error.cause instanceof Error ? deepestMessage(error.cause) : undefined;
	return reason === undefined || error.message.includes(reason) ? error.message : `${error.message} (${reason})`;
}

/** The client says "Connection error." and keeps the reason, for example `connect ECONNREFUSED`, some causes below. */
function deepestMessage(error: Error): string {
	let deepest = error;
	for (let depth = 0; depth < 8 && deepest.cause instanceof Error; depth += 1) deepest = deepest.cause;
	return deepest.message;
}

function statusOf(error: unknown, message: string): number | undefined {
	for (const holder of [error, property(error, "response")]) {
		for (const key of ["status_code", "status", "http_status", "statusCode"]) {
			const status = property(holder, key);
			if (typeof status === "number") return status;
		}
	}
	// A port number or a piece of a body is no status.
	if (error instanceof SyntaxError || error instanceof TypeError || /Connection/.test(typeOf(error))) return undefined;
	const found = /\b[45]\d\d\b/.exec(message)?.[0];
	return found === undefined ? undefined : Number(found);
}

function codeOf(error: unknown, status: number | undefined, type: string, own: string | undefined): string {
	const reported = property(error, "code");
	if (reported === "context_length_exceeded") return "context_length";
	if (reported === "content_filter" || reported === "content_policy_violation") return "content_filter";
	if (status === 429) return "rate_limit";
	if (status === 401 || status === 403) return "auth_error";
	if (status === 400 || status === 404 || status === 422) return "invalid_request";
	if (status === 408) return "timeout";
	if (status !== undefined && status >= 500) return "server_error";
	if (own !== undefined) return own;
	const name = type.toLowerCase();
	if (name.includes("ratelimit")) return "rate_limit";
	if (name.includes("timeout")) return "timeout";
	if (name.includes("content") && name.includes("filter")) return "content_filter";
	if (name.includes("context") && name.includes("length")) return "context_length";
	return "server_error";
}

/** Of our own errors those that another attempt may mend; the others are mistakes of the configuration. */
function passes(error: unknown): boolean {
	return [MalformedResponseError, ModelTimeoutError, RateLimitError, RateLimiterError, SchemaError].some(
		(type) => error instanceof type,
	);
}

function isRetryable(status: number | undefined, type: string, message: string): boolean {
	if (status === 429 || status === 408 || (status !== undefined && status >= 500)) return true;
	// A refused or lost connection has no status; the libraries under the reference count it as one of 500.
	if (/RateLimit|Timeout|APIConnection|MalformedResponse/.test(type)) return true;
	return /rate limit|too many requests|timeout|temporarily/i.test(message);
}

function property(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
