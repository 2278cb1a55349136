/** Reads what came over the WebSocket. The server is ours, but another version of it may still be running. */
import type { ServerMessage } from "../inspect/protocol.ts";

/** Members without which the page could not show a message of a type. */
const members: Readonly<
	Record<ServerMessage["type"], Readonly<Record<string, "string" | "number" | "boolean" | "object">>>
> = {
	hello: { mode: "string", machine: "string", name: "string", executionId: "string" },
	diagram: { machine: "string", diagram: "object" },
	undrawn: { machine: "string", reason: "string" },
	actors: { actors: "object" },
	frame: { seq: "number", at: "number", actor: "string", state: "string", context: "object", changed: "object" },
	call: { id: "string", actor: "string", agent: "string", at: "number" },
	events: { events: "object" },
	totals: { steps: "number", calls: "number", cost: "number" },
	forget: {},
	paused: { isPaused: "boolean" },
	notice: { level: "string", text: "string" },
	end: { status: "string" },
};

/**
 * Reads one message, or a list of them: a long history comes in few texts, since each costs the browser more than its size.
 * @returns none of what this page does not know
 */
export function readServerMessages(text: unknown): readonly ServerMessage[] {
	if (typeof text !== "string") return [];
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return [];
	}
	const messages: readonly unknown[] = Array.isArray(value) ? value : [value];
	return messages.filter(isServerMessage);
}

function isServerMessage(value: unknown): value is ServerMessage {
	if (!isRecord(value) || typeof value.type !== "string" || !Object.hasOwn(members, value.type)) return false;
	const wanted = Object.entries(members).find(([type]) => type === value.type)?.[1] ?? {};
	return Object.entries(wanted).every(([name, type]) => typeof value[name] === type && value[name] !== null);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
