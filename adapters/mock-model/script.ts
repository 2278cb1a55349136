/** The script of a mock model: what it answers, as types that document the YAML and JSON form too. */

/** A call of a tool in an answer. */
export interface MockToolCall {
	/** Default `call_<position>`. */
	readonly id?: string;
	readonly name: string;
	/** A mapping is sent as JSON text; a text is sent as it stands, so that it may be broken on purpose. */
	readonly arguments?: Readonly<Record<string, unknown>> | string;
}

/** Token counts as they go over the wire. */
export interface MockUsage {
	readonly prompt_tokens?: number;
	readonly completion_tokens?: number;
	readonly total_tokens?: number;
	readonly prompt_tokens_details?: { readonly cached_tokens?: number };
	readonly cache_read_input_tokens?: number;
	readonly cache_creation_input_tokens?: number;
}

/** One answer with everything that can be said about it. All keys are optional. */
export interface MockAnswerDetails {
	/** The text. In scripts that are data it may be a Jinja template over `messages`, `last_user`, `model`, `agent`, `n`. */
	readonly content?: string | null;
	/** The text is this value as JSON; its strings may be templates as well. */
	readonly json?: unknown;
	readonly tool_calls?: readonly MockToolCall[];
	/** Default `stop`, with tool calls `tool_calls`. `null` is sent as null. */
	readonly finish_reason?: string | null;
	/** Default: one token for each four characters. `null` leaves usage out. */
	readonly usage?: MockUsage | null;
	/** Milliseconds before the answer begins. */
	readonly latency_ms?: number;
	/** Milliseconds before each further piece of a streamed answer. */
	readonly chunk_ms?: number;
	/** HTTP status, default 200. From 400 on the body is an error object. */
	readonly status?: number;
	/** Further response headers, for example `retry-after`. */
	readonly headers?: Readonly<Record<string, string>>;
	/** What the error object of a failing status says. */
	readonly error?: { readonly type?: string; readonly message?: string; readonly code?: string };
	/** The connection is destroyed in the middle of the body. */
	readonly cut?: boolean;
	/** The connection stays open in the middle of the body, and nothing more comes. */
	readonly hang?: boolean;
	/** The body is no JSON. */
	readonly malformed?: boolean;
	/** The body as it is sent, whatever it is; the header `content-type` says what it claims to be. */
	readonly body?: string;
	/** The pieces in which the text is streamed; the text is all of them joined. Default: word by word. */
	readonly chunks?: readonly string[];
}

/** A text is the content of an answer. */
export type MockAnswer = string | MockAnswerDetails;

/** A list is used up in order, a single answer repeats for ever. */
export type MockAnswers = readonly MockAnswer[] | MockAnswer;

/** Answers for the requests that match; without `match`, for all. A rule that is used up leaves the rest to later rules. */
export interface MockRule {
	readonly match?: {
		readonly model?: string;
		/** Name of the agent that asks, where the client sends it (see `agentHeader`). */
		readonly agent?: string;
		/** Text that the last user message contains. */
		readonly contains?: string;
	};
	readonly answers: MockAnswers;
}

export interface MockMessage {
	readonly role: string;
	/** The text; of a multimodal message its text parts, joined with newlines. */
	readonly content: string;
	readonly tool_call_id?: string;
}

/** A request as templates and functions see it. */
export interface MockRequest {
	readonly model: string;
	readonly agent: string | null;
	readonly messages: readonly MockMessage[];
	/** Text of the last message with role `user`, else "". */
	readonly last_user: string;
	/** How many requests this list, rule, model or function has answered before, from 0. */
	readonly n: number;
	/** The whole request body. */
	readonly body: Readonly<Record<string, unknown>>;
}

/** Makes the answer; what it returns is not rendered as a template. */
export type MockAnswerFunction = (request: MockRequest) => MockAnswer | Promise<MockAnswer>;

/**
 * - a list of answers, used up in order by all requests;
 * - a list of rules and nothing else, of which the first that matches and has answers left gives the answer;
 * - a map from model name or agent name to answers, `*` for all others;
 * - a function.
 */
export type MockScript =
	| readonly (MockAnswer | MockRule)[]
	| { readonly [modelOrAgent: string]: MockAnswers }
	| MockAnswerFunction;

/** Request header in which a client may say which agent asks, URI-encoded. The `mock` provider of flatagents sends it. */
export const agentHeader = "x-flatstate-agent";
