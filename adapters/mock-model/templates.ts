/** Jinja templates in the answers of a script, rendered over the request. */
import { compileTemplate, parseTemplate } from "../../compiler/expression/index.ts";
import type { MockAnswerDetails, MockRequest } from "./script.ts";

/** The answer with its `content` and the strings inside `json` rendered. */
export function renderAnswer(answer: MockAnswerDetails, request: MockRequest): MockAnswerDetails {
	const { messages, last_user, model, agent, n } = request;
	const variables = { messages, last_user, model, agent, n };
	return {
		...answer,
		...(typeof answer.content === "string" && { content: renderText(answer.content, variables) }),
		...(answer.json !== undefined && { json: renderValue(answer.json, variables) }),
	};
}

type Variables = Readonly<Record<string, unknown>>;

function renderText(text: string, variables: Variables): string {
	const template = parseTemplate(text, { engine: "jinja", roots: [] });
	return String(compileTemplate(template, text, { finalize: "machine" })(variables));
}

function renderValue(value: unknown, variables: Variables): unknown {
	if (typeof value === "string") return renderText(value, variables);
	if (Array.isArray(value)) return value.map((item) => renderValue(item, variables));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderValue(item, variables)]));
}
