/** The body of a chat-completions request out of a resolved model (spec section 19.4). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { Mapping } from "./definition.ts";

/** Keys of a model that say where and how it is called, and are not sent. */
const ownKeys: ReadonlySet<string> = new Set([
	"name",
	"provider",
	"profile",
	"type",
	"base_url",
	"api_base",
	"api_key",
	"backend",
	"api",
	"oauth",
	"auth",
	"codex_auth_file",
	"copilot_auth_file",
	"timeout",
	"num_retries",
	"max_retries",
	"extra_headers",
]);

export interface RequestParts {
	/** The model as the provider knows it. */
	readonly modelName: string;
	/** Every key that is not null and not one of our own is sent. */
	readonly model: Mapping;
	readonly messages: readonly Mapping[];
	/** None are sent when it is empty. */
	readonly tools: readonly Mapping[];
	/** How the provider is asked for JSON; a `response_format` of the model wins. */
	readonly responseFormat: Mapping | undefined;
}

export interface ChatRequest {
	readonly body: Mapping;
	readonly isStream: boolean;
}

/** Builds the body. */
export function buildRequest({ modelName, model, messages, tools, responseFormat }: RequestParts): ChatRequest {
	const params = Object.entries(model).filter(([key, value]) => !ownKeys.has(key) && !isAbsent(value));
	const isStream = model.stream === true;
	const body = {
		model: modelName,
		messages,
		...(isStream && { stream_options: { include_usage: true } }),
		...(responseFormat && { response_format: responseFormat }),
		...Object.fromEntries(params),
		...(tools.length > 0 && { tools }),
	};
	return { body, isStream };
}

/** Further headers from the model's `extra_headers`. */
export function extraHeaders(model: Mapping): Record<string, string> {
	if (!isRecord(model.extra_headers)) return {};
	const given = Object.entries(model.extra_headers).map(([name, value]) => [name, String(value)] as const);
	// A stored configuration has an empty text where a key was.
	return Object.fromEntries(given.filter(([, value]) => value !== ""));
}

const defaultTimeoutSeconds = 600;

/** Seconds that a whole call may take: `timeout` of the model, default 600. */
export function timeoutSeconds(model: Mapping): number {
	return typeof model.timeout === "number" && model.timeout > 0 ? model.timeout : defaultTimeoutSeconds;
}

function isAbsent(value: unknown): boolean {
	return value === null || value === undefined;
}
