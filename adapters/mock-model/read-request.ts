/** Reads one request off the wire, bounded in size, and what scripts see of a chat-completions request. */
import type { IncomingMessage } from "node:http";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { agentHeader, type MockMessage, type MockRequest } from "./script.ts";

/** A request that the server refuses with `status`. */
export class RefusedRequest extends Error {
	readonly status: number;

	constructor(status: number, message?: string) {
		super(message);
		this.status = status;
	}
}

/**
 * The body as JSON.
 * @param maxBytes a longer body is refused with 413
 * @throws RefusedRequest
 */
export async function readJsonBody(
	request: IncomingMessage,
	maxBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
	// A web page may send text without asking first, and must not use up answers.
	if (!(request.headers["content-type"] ?? "").startsWith("application/json")) throw new RefusedRequest(415);
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		const buffer = Buffer.from(chunk);
		bytes += buffer.length;
		if (bytes > maxBytes) throw new RefusedRequest(413);
		chunks.push(buffer);
	}
	let body: unknown;
	try {
		body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
	} catch {
		throw new RefusedRequest(400, "The request body is not JSON.");
	}
	if (!isRecord(body)) throw new RefusedRequest(400, "The request body is not a JSON object.");
	return body;
}

/**
 * What scripts see of a body.
 * @throws RefusedRequest where model or messages are missing
 */
export function readChatRequest(
	body: Readonly<Record<string, unknown>>,
	headers: IncomingMessage["headers"],
): Omit<MockRequest, "n"> {
	if (typeof body.model !== "string") throw new RefusedRequest(400, "`model` is missing.");
	if (!Array.isArray(body.messages) || body.messages.length === 0) {
		throw new RefusedRequest(400, "`messages` is missing or empty.");
	}
	const messages = body.messages.map(readMessage);
	return {
		model: body.model,
		agent: readAgentName(headers[agentHeader]),
		messages,
		last_user: messages.findLast((message) => message.role === "user")?.content ?? "",
		body,
	};
}

/** Names come as URI components, because headers hold ASCII only. @throws RefusedRequest */
export function readAgentName(header: string | readonly string[] | undefined): string | null {
	if (typeof header !== "string") return null;
	try {
		return decodeURI(header);
	} catch {
		throw new RefusedRequest(400, `The header ${agentHeader} is not URI-encoded.`);
	}
}

function readMessage(value: unknown): MockMessage {
	if (!isRecord(value) || typeof value.role !== "string") throw new RefusedRequest(400, "A message has no role.");
	const toolCallId = value.tool_call_id;
	return {
		role: value.role,
		content: textOf(value.content),
		...(typeof toolCallId === "string" && { tool_call_id: toolCallId }),
	};
}

function textOf(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content
		.flatMap((part: unknown) => (isRecord(part) && typeof part.text === "string" ? [part.text] : []))
		.join("\n");
}
