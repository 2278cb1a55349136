/** The chain: the messages of a tool loop without the system prompt, in the form of chat completions (spec section 12.3). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentResult, AgentToolCall } from "../agents/agent.ts";
import { coerceAgentResult } from "../agents/result.ts";
import { notRunText } from "./permission.ts";

export type ChainMessage = Readonly<Record<string, unknown>>;

/** The messages of one loop, as they become more. */
export class Chain {
	readonly #messages: ChainMessage[] = [];
	#size = 0;

	get messages(): readonly ChainMessage[] {
		return this.#messages;
	}

	/** Characters, about. */
	get size(): number {
		return this.#size;
	}

	get isEmpty(): boolean {
		return this.#messages.length === 0;
	}

	add(...messages: readonly ChainMessage[]): void {
		for (const message of messages) {
			this.#messages.push(message);
			this.#size += sizeOf(message);
		}
	}

	/** Answers the calls that were not made: providers refuse a chain in which a call has no answer. */
	close(): void {
		for (const { call } of openCalls(this.#messages)) this.add(toolMessage(call.id, notRunText(call.name)));
	}
}

function sizeOf({ content, tool_calls }: ChainMessage): number {
	const text = typeof content === "string" ? content : JSON.stringify(content ?? "");
	return 50 + text.length + (tool_calls === undefined ? 0 : JSON.stringify(tool_calls).length);
}

/** A call with its position in the answer that asked for it. */
export interface PlacedCall {
	readonly position: number;
	readonly call: AgentToolCall;
}

export function userMessage(content: string): ChainMessage {
	return { role: "user", content };
}

export function assistantMessage(content: string, calls: readonly AgentToolCall[]): ChainMessage {
	if (calls.length === 0) return { role: "assistant", content };
	const tool_calls = calls.map(({ id, name, arguments: args, malformed }) => ({
		id,
		type: "function",
		function: { name, arguments: malformed ?? JSON.stringify(args) },
	}));
	return { role: "assistant", content, tool_calls };
}

export function toolMessage(tool_call_id: string, content: string): ChainMessage {
	return { role: "tool", tool_call_id, content };
}

/** What an answer says: its text, or its output as JSON where an agent of the user's gives no text. */
export function answerText({ content, output }: AgentResult): string {
	if (content !== null && content !== undefined) return content;
	return output === null || output === undefined ? "" : (JSON.stringify(output) ?? "");
}

/** The calls of an answer, each with an id: some providers leave it out. */
export function callsOf(result: AgentResult, turn: number): AgentToolCall[] {
	return (result.tool_calls ?? []).map((call, index) =>
		call.id === "" ? { ...call, id: `call_${turn}_${index + 1}` } : call,
	);
}

/** Calls of the last answer that no message answers. */
export function openCalls(chain: readonly ChainMessage[]): PlacedCall[] {
	const last = chain.findLastIndex(({ role }) => role === "assistant");
	const tool_calls = chain[last]?.tool_calls;
	if (!Array.isArray(tool_calls)) return [];
	// Ids need not be unique within an answer: each message answers one call.
	const answered = chain.slice(last + 1).map(({ tool_call_id }) => tool_call_id);
	return readCalls(tool_calls).flatMap((call, position) => {
		const at = answered.indexOf(call.id);
		if (at === -1) return [{ position, call }];
		answered.splice(at, 1);
		return [];
	});
}

function readCalls(calls: readonly unknown[]): readonly AgentToolCall[] {
	const flat = calls.filter(isRecord).map(({ id, function: named }) => ({ id, ...(isRecord(named) ? named : {}) }));
	return coerceAgentResult({ tool_calls: flat }).tool_calls ?? [];
}

/** Messages that were JSON; what is no message is left out. */
export function readChain(value: unknown): ChainMessage[] {
	if (!Array.isArray(value)) return [];
	return value.filter(isRecord).filter(({ role }) => typeof role === "string");
}
