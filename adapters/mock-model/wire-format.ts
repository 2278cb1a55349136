/** What a protocol of models looks like on the wire: how its requests are read, and how an answer is written in it. */
import type { IncomingHttpHeaders } from "node:http";
import type { MockAnswerDetails, MockRequest } from "./script.ts";

export type Json = Readonly<Record<string, unknown>>;
export type ReadRequest = Omit<MockRequest, "n">;

export interface WireFormat {
	/** What ids of its answers begin with. */
	readonly idPrefix: string;
	/** What scripts see of a body. @throws RefusedRequest where what every request has is missing */
	readRequest(body: Json, headers: IncomingHttpHeaders): ReadRequest;
	/** An answer that is not streamed. */
	body(answer: MockAnswerDetails, request: ReadRequest, id: string): Json;
	/** The pieces of a streamed answer, as they are written. */
	pieces(answer: MockAnswerDetails, request: ReadRequest, id: string): readonly string[];
	errorBody(status: number, error?: MockAnswerDetails["error"]): Json;
}

/** One event of a stream that names its events. */
export function namedEvent(event: Json & { readonly type: string }): string {
	return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The pieces in which a text is streamed. */
export function textPieces(answer: MockAnswerDetails, text: string): readonly string[] {
	return answer.chunks ?? text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

/** Calls of tools with every field; arguments as text. */
export function toolCallsOf(
	answer: MockAnswerDetails,
): readonly { readonly id: string; readonly name: string; readonly arguments: string }[] {
	return (answer.tool_calls ?? []).map((call, index) => {
		const args = call.arguments ?? {};
		return {
			id: call.id ?? `call_${index}`,
			name: call.name,
			arguments: typeof args === "string" ? args : JSON.stringify(args),
		};
	});
}
