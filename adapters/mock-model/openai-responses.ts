/** OpenAI's responses protocol, as Codex and `@openai/agents` speak it: `POST /v1/responses`. */
import { isRecord, own, ownString } from "../../compiler/document/plain-data.ts";
import { contentOf, errorBody, usageOf } from "./completion.ts";
import { RefusedRequest, readAgentName } from "./read-request.ts";
import { agentHeader, type MockAnswerDetails, type MockMessage } from "./script.ts";
import { type Json, namedEvent, type ReadRequest, textPieces, toolCallsOf, type WireFormat } from "./wire-format.ts";

export const openaiResponses: WireFormat = {
	idPrefix: "resp-mock",
	readRequest(body, headers) {
		if (typeof body.model !== "string") throw new RefusedRequest(400, "`model` is missing.");
		const { input, instructions } = body;
		if (typeof input !== "string" && !Array.isArray(input)) throw new RefusedRequest(400, "`input` is missing.");
		const items = typeof input === "string" ? [{ role: "user", content: input }] : input.flatMap(readItem);
		const messages = [
			...(typeof instructions === "string" ? [{ role: "system", content: instructions }] : []),
			...items,
		];
		return {
			model: body.model,
			agent: readAgentName(headers[agentHeader]),
			messages,
			last_user: messages.findLast(({ role }) => role === "user")?.content ?? "",
			body,
		};
	},
	body: (answer, request, id) => response(answer, request, id, "completed"),
	pieces(answer, request, id) {
		const items = itemsOf(answer, id);
		const events: (Json & { readonly type: string })[] = [
			{
				type: "response.created",
				response: { ...response(answer, request, id, "in_progress"), output: [], usage: null },
			},
			...items.flatMap((item, index) => itemEvents(answer, item, index)),
			{ type: "response.completed", response: response(answer, request, id, "completed") },
		];
		return events.map((event, position) => namedEvent({ ...event, sequence_number: position }));
	},
	errorBody,
};

function response(answer: MockAnswerDetails, request: ReadRequest, id: string, status: string): Json {
	const counted = usageOf(answer, request);
	return {
		id,
		object: "response",
		created_at: 0,
		model: request.model,
		status,
		error: null,
		incomplete_details: null,
		output: itemsOf(answer, id),
		parallel_tool_calls: true,
		tool_choice: "auto",
		tools: [],
		usage: counted && {
			input_tokens: counted.prompt_tokens ?? 0,
			input_tokens_details: { cached_tokens: counted.prompt_tokens_details?.cached_tokens ?? 0 },
			output_tokens: counted.completion_tokens ?? 0,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: counted.total_tokens ?? 0,
		},
	};
}

type Item = Json & { readonly type: "message" | "function_call"; readonly id: string };

function itemsOf(answer: MockAnswerDetails, id: string): readonly Item[] {
	const text = contentOf(answer) ?? "";
	const message: Item = {
		type: "message",
		id: `${id}-message`,
		role: "assistant",
		status: "completed",
		content: [{ type: "output_text", text, annotations: [] }],
	};
	return [
		...(text === "" ? [] : [message]),
		...toolCallsOf(answer).map(
			(call, index): Item => ({
				type: "function_call",
				id: `${id}-call-${index}`,
				call_id: call.id,
				name: call.name,
				arguments: call.arguments,
				status: "completed",
			}),
		),
	];
}

function itemEvents(
	answer: MockAnswerDetails,
	item: Item,
	index: number,
): readonly (Json & { readonly type: string })[] {
	const place = { output_index: index, item_id: item.id };
	const done = { type: "response.output_item.done", output_index: index, item };
	if (item.type === "function_call") {
		const started = { ...item, status: "in_progress", arguments: "" };
		return [
			{ type: "response.output_item.added", output_index: index, item: started },
			{ type: "response.function_call_arguments.done", ...place, arguments: item.arguments },
			done,
		];
	}
	const text = contentOf(answer) ?? "";
	const part = { content_index: 0, ...place };
	const content = { type: "output_text", text: "", annotations: [] };
	return [
		{ type: "response.output_item.added", output_index: index, item: { ...item, status: "in_progress", content: [] } },
		{ type: "response.content_part.added", ...part, part: content },
		...textPieces(answer, text).map((delta) => ({ type: "response.output_text.delta", ...part, delta })),
		{ type: "response.output_text.done", ...part, text },
		{ type: "response.content_part.done", ...part, part: { ...content, text } },
		done,
	];
}

/** Results of tools are messages of the role `tool`; items that hold no text for people are left out. */
function readItem(value: unknown): readonly MockMessage[] {
	if (!isRecord(value)) throw new RefusedRequest(400, "An item of `input` is no object.");
	if (value.type === "function_call_output") {
		return [{ role: "tool", content: textOf(value.output), tool_call_id: ownString(value, "call_id") ?? "" }];
	}
	const role = ownString(value, "role");
	return role === undefined ? [] : [{ role, content: textOf(value.content) }];
}

function textOf(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content
		.flatMap((part) => (typeof own(part, "text") === "string" ? (ownString(part, "text") ?? []) : []))
		.join("\n");
}
