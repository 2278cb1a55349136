/** The chat-completions protocol: `POST /v1/chat/completions`. */
import { readChatRequest } from "./read-request.ts";
import type { MockAnswerDetails, MockRequest, MockUsage } from "./script.ts";
import { type Json, textPieces, toolCallsOf, type WireFormat } from "./wire-format.ts";

export const chatCompletions: WireFormat = {
	idPrefix: "chatcmpl-mock",
	readRequest: readChatRequest,
	body: completionBody,
	pieces: (answer, request, id) => [
		...completionChunks(answer, request, id).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`),
		"data: [DONE]\n\n",
	],
	errorBody,
};

/** The text of an answer. */
export function contentOf(answer: MockAnswerDetails): string | null {
	if (answer.json !== undefined) return JSON.stringify(answer.json);
	if (answer.content !== undefined) return answer.content;
	if (answer.chunks !== undefined) return answer.chunks.join("");
	return answer.tool_calls === undefined ? "" : null;
}

/** The body of an answer that is not streamed. */
function completionBody(answer: MockAnswerDetails, request: Omit<MockRequest, "n">, id: string): Json {
	const usage = usageOf(answer, request);
	const toolCalls = functionCallsOf(answer);
	return {
		id,
		object: "chat.completion",
		created: 0,
		model: request.model,
		choices: [
			{
				index: 0,
				message: {
					role: "assistant",
					content: contentOf(answer),
					refusal: null,
					...(toolCalls.length > 0 && { tool_calls: toolCalls }),
				},
				logprobs: null,
				finish_reason: finishReasonOf(answer),
			},
		],
		...(usage !== null && { usage }),
	};
}

/** The chunks of a streamed answer, in order; usage comes last, when the request asks for it. */
function completionChunks(answer: MockAnswerDetails, request: Omit<MockRequest, "n">, id: string): Json[] {
	const chunk = (choices: readonly Json[], rest: Json = {}): Json => ({
		id,
		object: "chat.completion.chunk",
		created: 0,
		model: request.model,
		choices,
		...rest,
	});
	const delta = (fields: Json, finishReason: string | null = null): Json =>
		chunk([{ index: 0, delta: fields, finish_reason: finishReason }]);

	const chunks = [delta({ role: "assistant", content: "" })];
	const text = contentOf(answer) ?? "";
	for (const piece of textPieces(answer, text)) chunks.push(delta({ content: piece }));
	for (const [index, call] of functionCallsOf(answer).entries())
		chunks.push(delta({ tool_calls: [{ index, ...call }] }));
	chunks.push(delta({}, finishReasonOf(answer)));
	const usage = usageOf(answer, request);
	const options = request.body.stream_options;
	const isAsked = typeof options === "object" && options !== null && Reflect.get(options, "include_usage") === true;
	if (isAsked && usage !== null) chunks.push(chunk([], { usage }));
	return chunks;
}

const messageOfStatus: Readonly<Record<number, readonly [type: string, message: string]>> = {
	400: ["invalid_request_error", "The request is invalid."],
	401: ["authentication_error", "The API key is missing or wrong."],
	403: ["permission_error", "The API key may not do this."],
	404: ["not_found_error", "There is nothing here."],
	413: ["invalid_request_error", "The request body is too large."],
	415: ["invalid_request_error", "The request body must be application/json."],
	429: ["rate_limit_error", "Too many requests."],
};

/** The body of a failure. */
export function errorBody(status: number, error: MockAnswerDetails["error"] = {}): Json {
	const [type, message] = messageOfStatus[status] ?? ["server_error", "The server failed."];
	return {
		error: { message: error.message ?? message, type: error.type ?? type, param: null, code: error.code ?? null },
	};
}

function functionCallsOf(answer: MockAnswerDetails): readonly Json[] {
	return toolCallsOf(answer).map(({ id, ...named }) => ({ id, type: "function", function: named }));
}

function finishReasonOf(answer: MockAnswerDetails): string | null {
	if (answer.finish_reason !== undefined) return answer.finish_reason;
	return answer.tool_calls === undefined ? "stop" : "tool_calls";
}

/** Token counts of an answer; null where the script leaves them out. */
export function usageOf(answer: MockAnswerDetails, request: Omit<MockRequest, "n">): MockUsage | null {
	if (answer.usage === null) return null;
	const tokens = (text: string): number => Math.ceil(text.length / 4);
	const prompt_tokens = answer.usage?.prompt_tokens ?? tokens(request.messages.map((m) => m.content).join(""));
	const completion_tokens = answer.usage?.completion_tokens ?? tokens(contentOf(answer) ?? "");
	return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens, ...answer.usage };
}
