/** Reads the messages of Claude Code's stream: what a caller sees of them, and what a turn came to. */
import { isRecord, own, ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import type { AgentCall, RateLimitState } from "../../runtime/agents/agent.ts";
import { ToolCalls } from "../frameworks/tool-calls.ts";
import type { ResultMessage, TurnUsage } from "./sdk.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What has been read of one call so far. */
export class MessageReader {
	sessionId: string | undefined;
	model: string | undefined;
	rateLimit: RateLimitState | undefined;
	/** The kind of failure that the program has given the last message of the model, for example `rate_limit`. */
	errorKind: string | undefined;
	readonly tools: ToolCalls;
	readonly #emit: (event: Fields) => void;
	readonly #answers = new Set<string>();

	constructor(call: Pick<AgentCall, "onStreamEvent" | "onToolCall">) {
		this.tools = new ToolCalls(call);
		this.#emit = (event) => call.onStreamEvent?.(event);
	}

	/** Answers that models have given. */
	get answers(): number {
		return this.#answers.size;
	}

	/** Reads one message. @returns it where it is a turn's last */
	read(message: unknown): ResultMessage | undefined {
		if (!isRecord(message)) return undefined;
		switch (message.type) {
			case "system":
				this.#system(message);
				return undefined;
			case "stream_event":
				this.#piece(message);
				return undefined;
			case "assistant":
				this.#assistant(message);
				return undefined;
			case "user":
				this.#toolResults(message);
				return undefined;
			case "rate_limit_event":
				this.rateLimit = rateLimitOf(ownRecord(message, "rate_limit_info"));
				return undefined;
			case "result":
				return readResult(message);
		}
		return undefined;
	}

	#system(message: Fields): void {
		if (message.subtype === "init") {
			this.sessionId = ownString(message, "session_id");
			this.model = ownString(message, "model");
			this.#emit({ type: "session", session_id: this.sessionId, model: this.model });
		}
		if (message.subtype === "api_retry") {
			const { attempt, error_status } = message;
			const delay = ownNumber(message, "retry_delay_ms") ?? 0;
			this.#emit({ type: "retry", attempt, status_code: error_status, delay_seconds: delay / 1000 });
		}
	}

	/** Pieces of what sub-agents write are not part of the answer. */
	#piece(message: Fields): void {
		const delta = ownRecord(own(message, "event"), "delta");
		if (message.parent_tool_use_id !== null || delta.type !== "text_delta") return;
		const text = ownString(delta, "text");
		if (text) this.#emit({ type: "content", text });
	}

	#assistant(message: Fields): void {
		const answer = ownRecord(message, "message");
		this.errorKind = ownString(message, "error");
		const id = ownString(answer, "id");
		// The program's own words about a failure are no answer of a model.
		if (id !== undefined && answer.model !== "<synthetic>") this.#answers.add(id);
		for (const block of blocksOf(answer)) {
			if (block.type !== "tool_use") continue;
			this.tools.begin(ownString(block, "id") ?? "", ownString(block, "name") ?? "", ownRecord(block, "input"));
		}
	}

	#toolResults(message: Fields): void {
		for (const block of blocksOf(ownRecord(message, "message"))) {
			if (block.type !== "tool_result") continue;
			const content = textOf(block.content);
			this.tools.end(ownString(block, "tool_use_id") ?? "", content, block.is_error === true);
		}
	}
}

/** A tool's result is a text, or parts of which some are texts. */
function textOf(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content.flatMap((part) => ownString(part, "text") ?? []).join("\n");
}

function blocksOf(message: Fields): readonly Fields[] {
	const { content } = message;
	return Array.isArray(content) ? content.filter(isRecord) : [];
}

/** A turn's last message with every field that is counted on. */
function readResult(message: Fields): ResultMessage {
	const usage = ownRecord(message, "usage");
	const count = (key: keyof TurnUsage) => ownNumber(usage, key) ?? 0;
	const { errors, permission_denials: denials } = message;
	const result = ownString(message, "result");
	const status = ownNumber(message, "api_error_status");
	return {
		type: "result",
		subtype: ownString(message, "subtype") ?? "",
		is_error: message.is_error === true,
		num_turns: ownNumber(message, "num_turns") ?? 0,
		duration_ms: ownNumber(message, "duration_ms") ?? 0,
		session_id: ownString(message, "session_id") ?? "",
		total_cost_usd: ownNumber(message, "total_cost_usd") ?? 0,
		usage: {
			input_tokens: count("input_tokens"),
			output_tokens: count("output_tokens"),
			cache_read_input_tokens: count("cache_read_input_tokens"),
			cache_creation_input_tokens: count("cache_creation_input_tokens"),
		},
		modelUsage: Object.fromEntries(
			Object.entries(ownRecord(message, "modelUsage")).map(([model, totals]) => [
				model,
				{
					inputTokens: ownNumber(totals, "inputTokens") ?? 0,
					outputTokens: ownNumber(totals, "outputTokens") ?? 0,
					cacheReadInputTokens: ownNumber(totals, "cacheReadInputTokens") ?? 0,
					cacheCreationInputTokens: ownNumber(totals, "cacheCreationInputTokens") ?? 0,
				},
			]),
		),
		permission_denials: (Array.isArray(denials) ? denials : []).map((denial) => ({
			tool_name: ownString(denial, "tool_name") ?? "",
		})),
		...(result !== undefined && { result }),
		...(Array.isArray(errors) && { errors: errors.filter((text) => typeof text === "string") }),
		...(status !== undefined && { api_error_status: status }),
	};
}

function rateLimitOf(info: Fields): RateLimitState {
	const resetsAt = ownNumber(info, "resetsAt");
	const name = ownString(info, "rateLimitType") ?? "requests";
	return {
		limited: info.status === "rejected",
		...(resetsAt !== undefined && { windows: [{ name, resource: "requests", reset_at: resetsAt }] }),
	};
}
