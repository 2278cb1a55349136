/** Tells of the tools that an agent runs itself: to the run's events and traces, and as pieces of its stream. */
import type { AgentCall, ToolEnded } from "../../runtime/agents/agent.ts";

type Arguments = Readonly<Record<string, unknown>>;

export class ToolCalls {
	readonly #call: Pick<AgentCall, "onToolCall" | "onStreamEvent">;
	readonly #open = new Map<string, ToolEnded | undefined>();
	#count = 0;

	constructor(call: Pick<AgentCall, "onToolCall" | "onStreamEvent">) {
		this.#call = call;
	}

	/** A tool begins. One that is told of again is taken as the same. */
	begin(id: string, name: string, args: Arguments): void {
		if (this.#open.has(id)) return;
		this.#open.set(id, this.#call.onToolCall?.({ id, name, arguments: args }));
		const text = JSON.stringify(args);
		this.#call.onStreamEvent?.({ type: "tool_call", index: this.#count, id, name, arguments: text });
		this.#count += 1;
	}

	/** A tool has ended; one that was not begun is passed over. */
	end(id: string, content: string, isError: boolean): void {
		if (!this.#open.has(id)) return;
		this.#open.get(id)?.({ content, is_error: isError });
		this.#open.delete(id);
	}

	/** The agent has ended, and with it the tools that still ran. */
	endAll(): void {
		for (const id of [...this.#open.keys()]) this.end(id, "The agent ended before the tool did.", true);
	}
}
