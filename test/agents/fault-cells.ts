/** The faults of the fault table, and what must come out of each: the error, the limits, the HTTP calls, the retry. */
import type { MockAnswerDetails } from "../../adapters/mock-model/index.ts";
import type { AgentErrorInfo, RateLimitState } from "../../runtime/agents/agent.ts";

export interface Fault {
	readonly name: string;
	/** What the server does once. */
	readonly answer: MockAnswerDetails;
	/** What it does in place of that where a stream was asked for. */
	readonly streamed?: MockAnswerDetails;
	readonly error: Partial<AgentErrorInfo> & { readonly retryable: boolean };
	/** The names that `on_error` may route by, among others. */
	readonly names: readonly string[];
	/** Default null: the answer says nothing of limits. */
	readonly limits?: Partial<RateLimitState>;
	/** Seconds that `retry` waits where its own back-off is 1 second. Default 1; of no meaning where it does not retry. */
	readonly delay?: number;
}

/** The moment of the adapter's clock, milliseconds since 1970. */
export const faultTime = Date.parse("2030-01-01T00:00:00Z");

const rateLimit = { code: "rate_limit", type: "RateLimitError", status_code: 429, retryable: true } as const;
const down = { code: "server_error", type: "InternalServerError", retryable: true } as const;
const lost = { code: "server_error", type: "APIConnectionError", retryable: true } as const;
const malformed = { code: "server_error", type: "MalformedResponseError", retryable: true } as const;
const refused = ["RateLimitError", "rate_limit", "RetryableError"];
const broken = ["server_error", "RetryableError"];

/** One piece of a streamed answer, as it goes over the wire. */
function piece(choice: Readonly<Record<string, unknown>>): string {
	return `data: ${JSON.stringify({ choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`;
}

const begun = piece({ delta: { role: "assistant", content: "half an ans" } });
const events = { "content-type": "text/event-stream" };
const overloaded = JSON.stringify({ error: { message: "model is down", code: 502 } });

const reportedTypes = {
	overloaded_error: { code: "server_error", status_code: 529, retryable: true },
	rate_limit_error: { code: "rate_limit", status_code: 429, retryable: true },
	server_error: { code: "server_error", status_code: 500, retryable: true },
	invalid_request_error: { code: "invalid_request", status_code: 400, retryable: false },
} as const;

export const faults: readonly Fault[] = [
	{
		name: "429 with Retry-After in seconds",
		answer: { status: 429, headers: { "retry-after": "7" } },
		error: rateLimit,
		names: refused,
		limits: { limited: false, retry_after: 7 },
		delay: 7,
	},
	{
		name: "429 with retry-after-ms",
		answer: { status: 429, headers: { "retry-after-ms": "2500", "retry-after": "3" } },
		error: rateLimit,
		names: refused,
		limits: { retry_after: 2.5 },
		delay: 2.5,
	},
	{
		name: "429 with Retry-After as a date",
		answer: { status: 429, headers: { "retry-after": new Date(faultTime + 9000).toUTCString() } },
		error: rateLimit,
		names: refused,
		limits: { retry_after: 9 },
		delay: 9,
	},
	{
		name: "429 with Retry-After that is over",
		answer: { status: 429, headers: { "retry-after": new Date(faultTime - 9000).toUTCString() } },
		error: rateLimit,
		names: refused,
		limits: { retry_after: 0 },
	},
	{
		name: "429 with a Retry-After that nobody can read",
		answer: { status: 429, headers: { "retry-after": "soon" } },
		error: rateLimit,
		names: refused,
	},
	{
		name: "429 without a word",
		answer: { status: 429 },
		error: rateLimit,
		names: refused,
	},
	{
		name: "429 with OpenAI's headers",
		answer: {
			status: 429,
			headers: {
				"x-ratelimit-limit-requests": "60",
				"x-ratelimit-remaining-requests": "0",
				"x-ratelimit-reset-requests": "1m0.5s",
				"x-ratelimit-remaining-tokens": "150000",
				"x-ratelimit-reset-tokens": "500ms",
			},
		},
		error: rateLimit,
		names: refused,
		limits: {
			limited: true,
			windows: [
				{ name: "requests", resource: "requests", remaining: 0, limit: 60, resets_in: 61 },
				{ name: "tokens", resource: "tokens", remaining: 150_000, resets_in: 1 },
			],
		},
	},
	{
		name: "429 with Cerebras' headers",
		answer: {
			status: 429,
			headers: {
				"x-ratelimit-limit-requests-minute": "30",
				"x-ratelimit-remaining-requests-minute": "0",
				"x-ratelimit-remaining-tokens-day": "1000",
			},
		},
		error: rateLimit,
		names: refused,
		limits: {
			limited: true,
			windows: [
				{ name: "requests_per_minute", resource: "requests", remaining: 0, limit: 30, resets_in: 60 },
				{ name: "tokens_per_day", resource: "tokens", remaining: 1000, resets_in: 86_400 },
			],
		},
	},
	{
		name: "429 with Anthropic's headers",
		answer: {
			status: 429,
			headers: {
				"retry-after": "4",
				"anthropic-ratelimit-requests-limit": "50",
				"anthropic-ratelimit-requests-remaining": "0",
				"anthropic-ratelimit-requests-reset": new Date(faultTime + 4000).toISOString(),
			},
		},
		error: rateLimit,
		names: refused,
		limits: {
			limited: true,
			retry_after: 4,
			windows: [{ name: "requests", resource: "requests", remaining: 0, limit: 50, reset_at: faultTime / 1000 + 4 }],
		},
		delay: 4,
	},
	{ name: "500", answer: { status: 500 }, error: { ...down, status_code: 500 }, names: broken },
	{
		name: "502 with a web page",
		answer: { status: 502, body: "<html>Bad gateway</html>", headers: { "content-type": "text/html" } },
		error: { ...down, status_code: 502 },
		names: broken,
	},
	{
		name: "503 with Retry-After",
		answer: { status: 503, headers: { "retry-after": "3" } },
		error: { ...down, status_code: 503 },
		names: broken,
		limits: { limited: false, retry_after: 3 },
		delay: 3,
	},
	{ name: "529", answer: { status: 529 }, error: { ...down, status_code: 529 }, names: broken },
	{ name: "500 that is empty", answer: { status: 500, body: "" }, error: { ...down, status_code: 500 }, names: broken },
	{
		name: "400",
		answer: { status: 400, error: { message: "no such parameter" } },
		error: { code: "invalid_request", type: "BadRequestError", status_code: 400, retryable: false },
		names: ["BadRequestError", "invalid_request"],
	},
	{
		name: "400 for a prompt that is too long",
		answer: { status: 400, error: { message: "too long", code: "context_length_exceeded" } },
		error: { code: "context_length", type: "BadRequestError", status_code: 400, retryable: false },
		names: ["BadRequestError", "context_length"],
	},
	{
		name: "401",
		answer: { status: 401 },
		error: { code: "auth_error", type: "AuthenticationError", status_code: 401, retryable: false },
		names: ["AuthenticationError", "auth_error"],
	},
	{
		name: "404",
		answer: { status: 404 },
		error: { code: "invalid_request", type: "NotFoundError", status_code: 404, retryable: false },
		names: ["NotFoundError", "invalid_request"],
	},
	{ name: "a cut answer", answer: { content: "cut off here", cut: true }, error: lost, names: broken },
	{ name: "a cut failure", answer: { status: 500, cut: true }, error: { ...down, status_code: 500 }, names: broken },
	{ name: "truncated JSON", answer: { content: "malformed", malformed: true }, error: malformed, names: broken },
	{ name: "JSON that is none", answer: { body: "{oh no}" }, error: malformed, names: broken },
	{
		name: "an answer that ends early",
		answer: { body: "" },
		// The connection ends as it should, and nothing else says that the rest is missing.
		streamed: { body: begun, headers: events },
		error: malformed,
		names: broken,
	},
	{
		name: "an answer that ends before its tool calls are whole",
		answer: { body: "" },
		streamed: {
			body: piece({ delta: { tool_calls: [{ index: 0, id: "c", function: { name: "weather", arguments: '{"ci' } }] } }),
			headers: events,
		},
		error: malformed,
		names: broken,
	},
	{ name: "an empty body", answer: { body: "" }, error: malformed, names: broken },
	{
		name: "a stream of nothing",
		answer: { body: "" },
		streamed: { body: "data: [DONE]\n\n", headers: events },
		error: malformed,
		names: broken,
	},
	{ name: "null", answer: { body: "null" }, error: malformed, names: broken },
	{ name: "a list", answer: { body: "[]" }, error: malformed, names: broken },
	{ name: "no choices", answer: { body: '{"choices": []}' }, error: malformed, names: broken },
	{
		name: "a web page in place of an answer",
		answer: { body: "<html>Please log in</html>", headers: { "content-type": "text/html" } },
		error: malformed,
		names: broken,
	},
	{
		name: "a failure with a good status",
		answer: { body: overloaded },
		streamed: { body: `${begun}data: ${overloaded}\n\n`, headers: events },
		error: {
			code: "server_error",
			type: "ProviderReportedError",
			status_code: 502,
			message: "model is down",
			retryable: true,
		},
		names: broken,
	},
	...Object.entries(reportedTypes).map(([type, error]): Fault => {
		const body = JSON.stringify({ error: { message: "no", type, code: null } });
		return {
			name: `${type} with a good status`,
			answer: { body },
			streamed: { body: `${begun}data: ${body}\n\n`, headers: events },
			error: { type: "ProviderReportedError", message: "no", ...error },
			names: [error.code],
		};
	}),
];

/** Faults that only time ends. */
export const silences: readonly Pick<Fault, "name" | "answer">[] = [
	{ name: "no answer", answer: { content: "late", latency_ms: 60_000 } },
	{ name: "an answer that stops in the middle", answer: { content: "half an answer", hang: true } },
];
