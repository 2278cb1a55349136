/** Anthropic's messages protocol, as Claude Code speaks it: `POST /v1/messages`. */
import { isRecord, own, ownString } from "../../compiler/document/plain-data.ts";
import { contentOf, usageOf } from "./completion.ts";
import { RefusedRequest, readAgentName } from "./read-request.ts";
import { agentHeader, type MockAnswerDetails, type MockMessage } from "./script.ts";
import { type Json, namedEvent, type ReadRequest, textPieces, toolCallsOf, type WireFormat } from "./wire-format.ts";

export const anthropicMessages: WireFormat = {
	idPrefix: "msg-mock",
	readRequest(body, headers) {
		if (typeof body.model !== "string") throw new RefusedRequest(400, "`model` is missing.");
		if (!Array.isArray(body.messages) || body.messages.length === 0) {
			throw new RefusedRequest(400, "`messages` is missing or empty.");
		}
		const system = textOf(body.system);
		const messages = [
			...(system === "" ? [] : [{ role: "system", content: system }]),
			...body.messages.flatMap(readMessage),
		];
		return {
			model: body.model,
			agent: readAgentName(headers[agentHeader]),
			messages,
			last_user: messages.findLast(({ role }) => role === "user")?.content ?? "",
			body,
		};
	},
	body: (answer, request, id) => ({
		...messageHead(request, id),
		content: blocksOf(answer).map((block) =>
			block.type === "tool_use" ? { ...block, input: parsed(block.input) } : block,
		),
		stop_reason: stopReasonOf(answer),
		stop_sequence: null,
		usage: usage(answer, request),
	}),
	pieces(answer, request, id) {
		const total = usage(answer, request);
		const blocks = blocksOf(answer);
		return [
			namedEvent({
				type: "message_start",
				message: {
					...messageHead(request, id),
					content: [],
					stop_reason: null,
					stop_sequence: null,
					usage: { ...total, output_tokens: 0 },
				},
			}),
			...blocks.flatMap((block, index) => blockEvents(answer, block, index)),
			namedEvent({
				type: "message_delta",
				delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
				usage: { output_tokens: total.output_tokens },
			}),
			namedEvent({ type: "message_stop" }),
		];
	},
	errorBody(status, error = {}) {
		const type = error.type ?? errorTypes[status] ?? (status === 529 ? "overloaded_error" : "api_error");
		return { type: "error", error: { type, message: error.message ?? `The request failed with status ${status}.` } };
	},
};

const errorTypes: Readonly<Record<number, string>> = {
	400: "invalid_request_error",
	401: "authentication_error",
	403: "permission_error",
	404: "not_found_error",
	413: "request_too_large",
	429: "rate_limit_error",
};

type Block =
	| { readonly type: "text"; readonly text: string }
	| { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: string };

function blocksOf(answer: MockAnswerDetails): readonly Block[] {
	const text = contentOf(answer) ?? "";
	return [
		...(text === "" ? [] : [{ type: "text" as const, text }]),
		...toolCallsOf(answer).map(({ id, name, arguments: input }) => ({ type: "tool_use" as const, id, name, input })),
	];
}

function blockEvents(answer: MockAnswerDetails, block: Block, index: number): readonly string[] {
	const [start, deltas] =
		block.type === "text"
			? [{ type: "text", text: "" }, textPieces(answer, block.text).map((text) => ({ type: "text_delta", text }))]
			: [{ ...block, input: {} }, [{ type: "input_json_delta", partial_json: block.input }]];
	return [
		namedEvent({ type: "content_block_start", index, content_block: start }),
		...deltas.map((delta) => namedEvent({ type: "content_block_delta", index, delta })),
		namedEvent({ type: "content_block_stop", index }),
	];
}

function messageHead(request: ReadRequest, id: string): Json {
	return { id, type: "message", role: "assistant", model: request.model };
}

/** The reasons of a script are those of chat completions; others are sent as they are. */
function stopReasonOf(answer: MockAnswerDetails): string {
	const reason = answer.finish_reason ?? (answer.tool_calls === undefined ? "stop" : "tool_calls");
	return { stop: "end_turn", tool_calls: "tool_use", length: "max_tokens" }[reason] ?? reason;
}

/** What was read from the cache is not among `input_tokens` here, as it is among OpenAI's `prompt_tokens`. */
function usage(answer: MockAnswerDetails, request: ReadRequest): { readonly output_tokens: number } & Json {
	const counted = usageOf(answer, request);
	const read = counted?.cache_read_input_tokens ?? counted?.prompt_tokens_details?.cached_tokens ?? 0;
	return {
		input_tokens: Math.max(0, (counted?.prompt_tokens ?? 0) - read),
		output_tokens: counted?.completion_tokens ?? 0,
		cache_read_input_tokens: read,
		cache_creation_input_tokens: counted?.cache_creation_input_tokens ?? 0,
	};
}

/** A user's message with nothing but results of tools is a message of the role `tool` for each. */
function readMessage(value: unknown): readonly MockMessage[] {
	if (!isRecord(value) || typeof value.role !== "string") throw new RefusedRequest(400, "A message has no role.");
	const { role, content } = value;
	const results = (Array.isArray(content) ? content : []).filter((part) => own(part, "type") === "tool_result");
	const text = textOf(content);
	return [
		...results.map((part) => ({
			role: "tool",
			content: textOf(own(part, "content")),
			tool_call_id: ownString(part, "tool_use_id") ?? "",
		})),
		...(results.length > 0 && text === "" ? [] : [{ role, content: text }]),
	];
}

function textOf(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content.flatMap((part) => (own(part, "type") === "text" ? (ownString(part, "text") ?? []) : [])).join("\n");
}

/** Arguments that a script has broken on purpose go as text, as no JSON can hold them. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
