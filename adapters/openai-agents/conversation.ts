/** What a call says to the agent: what was said before, and the message of the user. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AnswerCorrection } from "../../runtime/agents/agent.ts";
import { InvalidModelError } from "../flatagent/errors.ts";
import type { Render } from "../flatagent/prompt.ts";
import type { InputItem } from "./sdk.ts";

type Mapping = Readonly<Record<string, unknown>>;

export interface ConversationRequest {
	/** The state's rendered `input`. */
	readonly input: Mapping;
	/** `user` of the config. */
	readonly user: Render | undefined;
	/** What prompts see. */
	readonly scope: Mapping;
	readonly correction: AnswerCorrection | undefined;
}

export interface Conversation {
	readonly items: InputItem[];
	/** The last message of the user. */
	readonly prompt: string;
}

/** Keys of the input that say what was said before. */
const historyKeys: readonly string[] = ["session", "messages", "session_id"];

/**
 * The conversation of a call: `session` or `messages` of the input, then the user's message: the config's `user`, else
 * `task` or `prompt` of the input, else all that the input holds, as JSON.
 * @throws InvalidModelError where there is nothing to say; ExpressionError where `user` cannot be rendered
 */
export function conversationOf({ input, user, scope, correction }: ConversationRequest): Conversation {
	const items = historyOf(input.session ?? input.messages);
	const prompt = user?.(scope) ?? promptOf(input);
	if (prompt === "" && items.length === 0) {
		throw new InvalidModelError(
			"The agent is told nothing: give the state an `input`, for example `prompt`, or the agent a `user` prompt.",
		);
	}
	if (prompt !== "") items.push({ type: "message", role: "user", content: prompt });
	if (correction !== undefined) {
		items.push(spoken(correction.answer), {
			type: "message",
			role: "user",
			content: `${correction.problem} Answer again, with the whole JSON and nothing else.`,
		});
	}
	return { items, prompt };
}

function promptOf(input: Mapping): string {
	for (const key of ["task", "prompt"]) {
		const text = input[key];
		if (typeof text === "string") return text;
	}
	const rest = Object.entries(input).filter(([key]) => !historyKeys.includes(key));
	return rest.length === 0 ? "" : JSON.stringify(Object.fromEntries(rest));
}

/** Items as the SDK gave them in an earlier call, or chat messages; what is neither is left out. */
function historyOf(given: unknown): InputItem[] {
	if (!Array.isArray(given)) return [];
	return given.filter(isRecord).flatMap((item) => {
		const { role, content, type } = item;
		if (role === "assistant" && typeof content === "string") return [spoken(content)];
		if ((role === "user" || role === "system") && typeof content === "string") {
			return [{ type: "message" as const, role, content }];
		}
		return isSdkItem(item) && (typeof role === "string" || typeof type === "string") ? [item] : [];
	});
}

/** The SDK itself says what is wrong with an item that has not the form that its type asks for. */
function isSdkItem(item: object): item is InputItem {
	return "type" in item || "role" in item;
}

function spoken(text: string): InputItem {
	return { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] };
}
