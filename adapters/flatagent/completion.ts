/** Reads a chat completion off the wire, whole or streamed; nothing about its form is trusted (spec section 19.5). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { FinishReason } from "../../runtime/agents/agent.ts";
import type { Mapping } from "./definition.ts";
import { MalformedResponseError, ProviderReportedError } from "./errors.ts";

/** A tool call as a response has it; `server` names the tool server, "" for tools of the configuration. */
export interface ResponseToolCall {
	readonly id: string;
	readonly server: string;
	readonly tool: string;
	readonly arguments: Mapping;
	/** The arguments as they came, where they are no JSON object. */
	readonly malformed?: string;
}

/** Token counts. */
export interface TokenUsage {
	readonly input_tokens: number;
	readonly output_tokens: number;
	readonly total_tokens: number;
	readonly cache_read_tokens: number;
	readonly cache_write_tokens: number;
}

export interface Completion {
	readonly content: string | null;
	/** What a model says in place of an answer that it will not give. */
	readonly refusal: string | null;
	readonly toolCalls: readonly ResponseToolCall[];
	readonly finishReason: FinishReason | null;
	readonly usage: TokenUsage | null;
}

/**
 * Reads a completion.
 * @throws MalformedResponseError where there is no message, ProviderReportedError where the body is an error
 */
export function readCompletion(data: unknown): Completion {
	if (!isRecord(data)) throw new MalformedResponseError(data === "" ? "it is empty." : `it is a ${kindOf(data)}.`);
	throwIfError(data);
	const choice: unknown = Array.isArray(data.choices) ? data.choices[0] : undefined;
	if (!isRecord(choice) || !isRecord(choice.message)) throw new MalformedResponseError("it has no message.");
	const { message } = choice;
	return {
		content: textOf(message.content),
		refusal: textOf(message.refusal) || null,
		toolCalls: Array.isArray(message.tool_calls) ? message.tool_calls.filter(isRecord).map(readToolCall) : [],
		finishReason: readFinishReason(choice.finish_reason),
		usage: readUsage(data.usage),
	};
}

/** What a stream tells while it runs. */
export type StreamEvent =
	| { readonly type: "content"; readonly text: string }
	| {
			readonly type: "tool_call";
			readonly index: number;
			readonly id?: string;
			readonly name?: string;
			/** A piece of the JSON text. */
			readonly arguments?: string;
	  };

interface PartialToolCall {
	id: string;
	name: string;
	arguments: string;
}

/**
 * Puts the chunks of a stream together to the body that the provider would have sent at once.
 * @param onEvent gets each piece when it comes
 */
export async function collectStream(
	chunks: AsyncIterable<unknown>,
	onEvent: (event: StreamEvent) => void,
): Promise<Mapping> {
	let content: string | null = null;
	let refusal: string | null = null;
	let finishReason: unknown = null;
	let usage: unknown = null;
	let hasChoice = false;
	let isOver = false;
	const calls = new Map<number, PartialToolCall>();
	for await (const chunk of chunks) {
		if (!isRecord(chunk)) throw new MalformedResponseError("a chunk is no object.");
		throwIfError(chunk);
		usage = chunk.usage ?? usage;
		// Servers that give no reason for the end at least count behind it.
		isOver ||= hasChoice && isRecord(chunk.usage);
		const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
		if (!isRecord(choice)) continue;
		hasChoice = true;
		finishReason = choice.finish_reason ?? finishReason;
		isOver ||= typeof finishReason === "string";
		if (!isRecord(choice.delta)) continue;
		const { delta } = choice;
		if (typeof delta.content === "string" && delta.content !== "") {
			content = (content ?? "") + delta.content;
			onEvent({ type: "content", text: delta.content });
		}
		if (typeof delta.refusal === "string") refusal = (refusal ?? "") + delta.refusal;
		for (const piece of Array.isArray(delta.tool_calls) ? delta.tool_calls.filter(isRecord) : []) {
			onEvent(addToolCallPiece(calls, piece));
		}
	}
	if (!hasChoice) throw new MalformedResponseError("the stream has no message.");
	// A proxy that loses its provider may end the stream as if it were whole.
	if (!isOver) throw new MalformedResponseError("the stream ended in the middle.");
	const toolCalls = [...calls.values()].map(({ id, name, arguments: args }) => {
		return { id, type: "function", function: { name, arguments: args } };
	});
	const message = { role: "assistant", content, refusal, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) };
	return { choices: [{ index: 0, message, finish_reason: finishReason }], usage };
}

function addToolCallPiece(calls: Map<number, PartialToolCall>, piece: Mapping): StreamEvent {
	const index = typeof piece.index === "number" ? piece.index : calls.size;
	const call = calls.get(index) ?? { id: "", name: "", arguments: "" };
	calls.set(index, call);
	const named = isRecord(piece.function) ? piece.function : {};
	if (typeof piece.id === "string") call.id = piece.id;
	if (typeof named.name === "string") call.name += named.name;
	if (typeof named.arguments === "string") call.arguments += named.arguments;
	return {
		type: "tool_call",
		index,
		...(typeof piece.id === "string" && { id: piece.id }),
		...(typeof named.name === "string" && { name: named.name }),
		...(typeof named.arguments === "string" && { arguments: named.arguments }),
	};
}

/** Some providers report a failure with status 200, as all do that fail within a stream. */
function throwIfError(data: Mapping): void {
	if (isRecord(data.error)) throw reportedError(data.error);
}

/** The statuses that OpenAI and Anthropic send with their types of errors. */
const statusOfType: Readonly<Record<string, number>> = {
	api_error: 500,
	authentication_error: 401,
	insufficient_quota: 429,
	internal_server_error: 500,
	invalid_request_error: 400,
	not_found_error: 404,
	overloaded_error: 529,
	permission_error: 403,
	rate_limit_error: 429,
	rate_limit_exceeded: 429,
	server_error: 500,
	timeout_error: 504,
};

/** The `error` object of a body that came with a good status. */
export function reportedError({ message, code, type }: Mapping): ProviderReportedError {
	const given = [code, type].map((name) =>
		Object.hasOwn(statusOfType, String(name)) ? statusOfType[String(name)] : Number(name),
	);
	return new ProviderReportedError(
		typeof message === "string" && message !== "" ? message : "The provider reported an error without a message.",
		given.find((status) => Number.isInteger(status) && status !== undefined && status >= 400 && status <= 599),
	);
}

function readToolCall(call: Mapping): ResponseToolCall {
	const named = isRecord(call.function) ? call.function : {};
	return {
		id: typeof call.id === "string" ? call.id : "",
		server: "",
		tool: typeof named.name === "string" ? named.name : "",
		...readArguments(named.arguments),
	};
}

/** Spec section 19.5: arguments that are no JSON are empty; a tool loop tells the model so. */
function readArguments(args: unknown): Pick<ResponseToolCall, "arguments" | "malformed"> {
	if (isRecord(args)) return { arguments: args };
	if (typeof args !== "string" || args === "") return { arguments: {} };
	try {
		const value: unknown = JSON.parse(args);
		return isRecord(value) ? { arguments: value } : { arguments: {}, malformed: args };
	} catch {
		return { arguments: {}, malformed: args };
	}
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
	stop: "stop",
	end_turn: "stop",
	length: "length",
	max_tokens: "length",
	tool_calls: "tool_use",
	tool_use: "tool_use",
	function_call: "tool_use",
	content_filter: "content_filter",
};

function readFinishReason(reason: unknown): FinishReason | null {
	if (typeof reason !== "string") return null;
	return (Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined) ?? "stop";
}

function readUsage(usage: unknown): TokenUsage | null {
	if (!isRecord(usage)) return null;
	const details = isRecord(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
	const input_tokens = count(usage.prompt_tokens);
	const output_tokens = count(usage.completion_tokens);
	return {
		input_tokens,
		output_tokens,
		total_tokens: input_tokens + output_tokens,
		cache_read_tokens: count(usage.cache_read_input_tokens) || count(details.cached_tokens),
		cache_write_tokens: count(usage.cache_creation_input_tokens),
	};
}

function count(value: unknown): number {
	return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function textOf(content: unknown): string | null {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return null;
	return content
		.flatMap((part: unknown) => (isRecord(part) && typeof part.text === "string" ? [part.text] : []))
		.join("");
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return "nothing";
	if (Array.isArray(value)) return "list";
	return typeof value === "string" ? "text" : typeof value;
}
