/** Renders an agent's prompts and lays out the messages of a call (spec sections 19.3 and 19.4). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { compileTemplate, parseTemplate } from "../../compiler/expression/index.ts";
import type { ServerTool } from "../../runtime/tools/tool-servers.ts";
import type { Mapping, PromptDefinition } from "./definition.ts";

const defaultSystem = "You are a helpful assistant.";

export interface PromptVariables {
	readonly input: Mapping;
	/** The resolved model without its key. */
	readonly model: Mapping;
	/** The machine's context; seen by `post_history_instructions` only. */
	readonly context: Mapping;
	/** The tools of servers that the agent's document names. */
	readonly tools: readonly ServerTool[];
}

export interface RenderedMessages {
	readonly messages: readonly Mapping[];
	/** Null where only given messages were sent. */
	readonly renderedUserPrompt: string | null;
}

/** An agent's compiled prompts. */
export class Prompt {
	readonly #system: Render;
	readonly #user: Render;
	readonly #suffix: Render;
	readonly #postHistory: Render;
	readonly #tools: Render;

	/** @throws ExpressionSyntaxError where a template is wrong */
	constructor(definition: PromptDefinition) {
		this.#system = compilePrompt(definition.system ?? defaultSystem);
		this.#user = compilePrompt(definition.user);
		this.#suffix = compilePrompt(definition.instructionSuffix);
		this.#postHistory = compilePrompt(definition.postHistoryInstructions);
		this.#tools = compilePrompt(definition.toolPrompt);
	}

	/**
	 * The messages of a call: system, the given history, and the user prompt unless there is a history and no input.
	 * @param given the history; none and an empty one are the same but for `renderedUserPrompt`
	 * @throws ExpressionError where a template fails
	 */
	messages(variables: PromptVariables, given?: readonly Mapping[]): RenderedMessages {
		const { context, ...rest } = variables;
		const scope = { ...rest, tools_prompt: this.#tools(rest) };
		const hasInput = Object.keys(variables.input).length > 0;
		const history = given ?? [];
		const user = this.#userPrompt(scope);
		const messages: Mapping[] = [{ role: "system", content: this.#system(scope) }, ...history];
		if (history.length === 0 || hasInput) messages.push({ role: "user", content: user });
		const instructions = this.#postHistory({ ...scope, context }).trim();
		return {
			messages: instructions === "" ? messages : withInstructions(messages, instructions),
			renderedUserPrompt: given === undefined || hasInput ? user : null,
		};
	}

	#userPrompt(scope: Mapping): string {
		const user = this.#user(scope);
		const suffix = this.#suffix(scope);
		return suffix === "" ? user : `${user}\n\n${suffix}`;
	}
}

export type Render = (scope: Mapping) => string;

/** A prompt is always a template: also without braces its comments and its last newline go. */
export function compilePrompt(text: string): Render {
	if (text === "") return () => "";
	const isPlain = !text.includes("{{") && !text.includes("{%");
	const template = isPlain ? `{{ "" }}${text}` : text;
	const node = parseTemplate(template, { engine: "jinja", roots: [] });
	const render = compileTemplate(node, template, { finalize: "prompt" });
	return (scope) => String(render(scope));
}

/** Appended to the last message of a user or a tool, else a message of its own. */
function withInstructions(messages: readonly Mapping[], instructions: string): Mapping[] {
	const text = `System:\n\n${instructions}`;
	const last = messages.at(-1);
	if (last === undefined || (last.role !== "user" && last.role !== "tool")) {
		return [...messages, { role: "user", content: text }];
	}
	const content = Array.isArray(last.content)
		? [...last.content, { type: "text", text }]
		: `${typeof last.content === "string" ? last.content : ""}\n\n${text}`;
	return [...messages.slice(0, -1), { ...last, content }];
}

/** Whether a value is a list of chat messages. */
export function isMessageList(value: unknown): value is readonly Mapping[] {
	return Array.isArray(value) && value.every((item) => isRecord(item) && typeof item.role === "string");
}
