/** Makes what happens within a run of the SDK visible: its tools, its hand-offs, and what its models write. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentCall, AgentToolCall, ToolEnded } from "../../runtime/agents/agent.ts";
import type { Runner } from "./sdk.ts";

type StreamEvent = Readonly<Record<string, unknown>>;

/** From which agent a run went to which. */
export interface HandedOver {
	readonly from: string;
	readonly to: string;
}

export interface Observation {
	readonly handoffs: readonly HandedOver[];
	/** Tells of one event of a streamed run. */
	streamed(event: { readonly type: string }): void;
	/** Ends what the run has left open: a tool that threw. */
	close(error?: unknown): void;
}

/**
 * Listens to a run.
 * @param isMachineTool whether the machine tells of this tool's calls itself
 */
export function observeRun(
	runner: Runner,
	{ onToolCall, onStreamEvent }: Pick<AgentCall, "onToolCall" | "onStreamEvent">,
	isMachineTool: (agent: unknown, tool: string) => boolean,
): Observation {
	const handoffs: HandedOver[] = [];
	const open = new Map<string, ToolEnded>();
	runner.on("agent_handoff", (_context, from, to) => {
		const handoff = { from: from.name, to: to.name };
		handoffs.push(handoff);
		onStreamEvent?.({ type: "handoff", ...handoff });
	});
	runner.on("agent_tool_start", (_context, agent, tool, { toolCall }) => {
		const call = readToolCall(tool.name, toolCall);
		if (isMachineTool(agent, tool.name)) return;
		const ended = onToolCall?.(call);
		if (ended) open.set(call.id, ended);
	});
	runner.on("agent_tool_end", (_context, _agent, tool, result, { toolCall }) => {
		const { id } = readToolCall(tool.name, toolCall);
		open.get(id)?.({ content: textOf(result) });
		open.delete(id);
	});
	return {
		handoffs,
		streamed(event) {
			const piece = pieceOf(event);
			if (piece) onStreamEvent?.(piece);
		},
		close(error) {
			const content = error instanceof Error ? error.message : "The run ended before the tool did.";
			for (const ended of open.values()) ended({ content, is_error: true });
			open.clear();
		},
	};
}

/** A call as the SDK's items have it: of a function, or of a tool that has no arguments of its own. */
export function readToolCall(tool: string, item: unknown): AgentToolCall {
	const { callId, id, name, arguments: text } = isRecord(item) ? item : {};
	const args = parsed(text);
	return {
		id: String(callId ?? id ?? tool),
		name: typeof name === "string" && name !== "" ? name : tool,
		arguments: isRecord(args) ? args : {},
		...(!isRecord(args) && typeof text === "string" && text !== "" && { malformed: text }),
	};
}

function parsed(text: unknown): unknown {
	if (typeof text !== "string") return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function textOf(result: unknown): string {
	return typeof result === "string" ? result : (JSON.stringify(result) ?? "");
}

/** A piece in the form that flatagents stream. */
function pieceOf(event: object): StreamEvent | undefined {
	const data: unknown = "data" in event ? event.data : undefined;
	if (isRecord(data) && data.type === "output_text_delta") return { type: "content", text: data.delta };
	const item: unknown = "item" in event ? event.item : undefined;
	if (!("name" in event) || event.name !== "tool_called" || !isRecord(item)) return undefined;
	const raw = item.rawItem;
	const { id, name } = readToolCall("", raw);
	return { type: "tool_call", id, name, arguments: isRecord(raw) ? raw.arguments : "" };
}
