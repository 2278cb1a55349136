/** The task of one call, out of a state's input or the prompts of a document (spec sections 2.2 and 19.7). */
import type { AgentCall } from "../../runtime/agents/agent.ts";
import { MissingTaskError } from "./errors.ts";

export interface Task {
	readonly text: string;
	/** The system prompt of the document, for agents that take one apart from the task. */
	readonly system: string | undefined;
}

/**
 * @param joins whether the document's system prompt is to stand in front of the task
 * @throws MissingTaskError where neither `task` nor `prompt` has a text and the document has no prompts
 */
export function taskOf(type: string, { input, prompts }: AgentCall, joins: boolean): Task {
	const given = textOf(input.task) ?? textOf(input.prompt);
	const system = prompts?.system ?? undefined;
	if (given !== undefined) return { text: given, system };
	const user = textOf(prompts?.user);
	const text = joins ? [system, user].filter((part) => part !== undefined).join("\n\n") : (user ?? "");
	if (text === "") throw new MissingTaskError(type);
	return { text, system };
}

/** The session that the call goes on with: `resume_session` of the input, else the state's `session_id`. */
export function sessionOf({ input, sessionId }: AgentCall): string | undefined {
	return textOf(input.resume_session) ?? textOf(sessionId);
}

function textOf(value: unknown): string | undefined {
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
