/** Reads the events of a pi agent: its text, what was used, and how it ended. */
import { isRecord, own, ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import type { AgentCall, AgentUsage } from "../../runtime/agents/agent.ts";

type Fields = Readonly<Record<string, unknown>>;

export class PiAnswers {
	/** Text of the last answer. */
	text = "";
	stopReason: string | undefined;
	errorMessage: string | undefined;
	cost = 0;
	#input = 0;
	#output = 0;
	#cacheRead = 0;
	#cacheWrite = 0;
	#calls = 0;
	readonly #call: AgentCall;

	constructor(call: AgentCall) {
		this.#call = call;
	}

	get usage(): AgentUsage {
		return {
			input_tokens: this.#input,
			output_tokens: this.#output,
			cache_read_tokens: this.#cacheRead,
			cache_write_tokens: this.#cacheWrite,
			total_tokens: this.#input + this.#output + this.#cacheRead + this.#cacheWrite,
			api_calls: this.#calls,
		};
	}

	read(event: unknown): void {
		if (own(event, "type") === "message_update" && this.#call.stream) {
			const piece = ownRecord(event, "assistantMessageEvent");
			const text = piece.type === "text_delta" ? ownString(piece, "delta") : undefined;
			if (text) this.#call.onStreamEvent?.({ type: "content", text });
		}
		const message = ownRecord(event, "message");
		if (own(event, "type") === "message_end" && message.role === "assistant") this.#answer(message);
	}

	#answer(message: Fields): void {
		const usage = ownRecord(message, "usage");
		const count = (key: string) => ownNumber(usage, key) ?? 0;
		this.stopReason = ownString(message, "stopReason");
		// A request that failed comes as a message, too, and is no answer of a model.
		if (this.stopReason !== "error" && this.stopReason !== "aborted") this.#calls += 1;
		this.#input += count("input");
		this.#output += count("output");
		this.#cacheRead += count("cacheRead");
		this.#cacheWrite += count("cacheWrite");
		this.cost += ownNumber(usage.cost, "total") ?? 0;
		this.errorMessage = ownString(message, "errorMessage");
		const parts = Array.isArray(message.content) ? message.content.filter(isRecord) : [];
		this.text = parts.flatMap((part) => (part.type === "text" ? (ownString(part, "text") ?? []) : [])).join("");
	}
}
