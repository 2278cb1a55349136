/** Reads the events of a Codex thread: what a caller sees of them, and what the turn came to. */
import { isRecord, own, ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import type { AgentCall, AgentUsage } from "../../runtime/agents/agent.ts";
import { ToolCalls } from "../frameworks/tool-calls.ts";

type Fields = Readonly<Record<string, unknown>>;

export class EventReader {
	threadId: string | undefined;
	/** The last message of the agent. */
	text = "";
	/** Whether the agent has said or done anything. */
	hasAnswer = false;
	usage: AgentUsage | undefined;
	/** Why the turn failed. */
	failure: string | undefined;
	readonly tools: ToolCalls;
	readonly #call: AgentCall;

	constructor(call: AgentCall) {
		this.#call = call;
		this.tools = new ToolCalls(call);
	}

	read(event: unknown): void {
		if (!isRecord(event)) return;
		switch (event.type) {
			case "thread.started":
				this.threadId = ownString(event, "thread_id");
				this.#call.onStreamEvent?.({ type: "session", session_id: this.threadId });
				return;
			case "item.started":
				this.#begin(ownRecord(event, "item"));
				return;
			case "item.completed":
				this.#complete(ownRecord(event, "item"));
				return;
			case "turn.completed":
				this.usage = usageOf(ownRecord(event, "usage"));
				return;
			case "turn.failed":
				this.failure = ownString(own(event, "error"), "message") ?? "Codex reported a failure without a message.";
				return;
			case "error":
				// It tries again by itself; where it gives up, the turn fails.
				this.#call.onStreamEvent?.({ type: "retry", message: ownString(event, "message") });
		}
	}

	#begin(item: Fields): void {
		const tool = toolOf(item);
		if (!tool) return;
		this.hasAnswer = true;
		this.tools.begin(ownString(item, "id") ?? "", tool.name, tool.arguments);
	}

	#complete(item: Fields): void {
		if (item.type === "agent_message") {
			this.hasAnswer = true;
			this.text = ownString(item, "text") ?? "";
			if (this.#call.stream) this.#call.onStreamEvent?.({ type: "content", text: this.text });
			return;
		}
		// Some items are told of only when they are done.
		this.#begin(item);
		const said = ownString(item, "aggregated_output") ?? ownString(own(item, "error"), "message") ?? "";
		this.tools.end(ownString(item, "id") ?? "", said, item.status === "failed");
	}
}

function toolOf(item: Fields): { readonly name: string; readonly arguments: Fields } | undefined {
	switch (item.type) {
		case "command_execution":
			return { name: "shell", arguments: { command: item.command } };
		case "file_change":
			return { name: "apply_patch", arguments: { changes: item.changes } };
		case "mcp_tool_call":
			return { name: `${item.server}:${item.tool}`, arguments: ownRecord(item, "arguments") };
		case "web_search":
			return { name: "web_search", arguments: { query: item.query } };
	}
	return undefined;
}

/** How often the model was asked is not told; a turn counts as one call. */
function usageOf(usage: Fields): AgentUsage {
	const [input, output] = [ownNumber(usage, "input_tokens") ?? 0, ownNumber(usage, "output_tokens") ?? 0];
	return {
		input_tokens: input,
		output_tokens: output,
		total_tokens: input + output,
		cache_read_tokens: ownNumber(usage, "cached_input_tokens") ?? 0,
		api_calls: 1,
	};
}
