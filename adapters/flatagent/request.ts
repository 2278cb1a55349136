/** The body of a chat-completions request out of a resolved model (spec section 19.4). */
import { withoutAddressSecrets } from "../../compiler/bundle/address-secrets.ts";
import { isSecretHeader } from "../../compiler/bundle/keys.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { httpAddress } from "../../runtime/http-address.ts";
import { KnownSecrets } from "../../runtime/logging/known-secrets.ts";
import type { Mapping } from "./definition.ts";
import type { Endpoint } from "./providers.ts";

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
	const isStream = model.stream === true;
	const body = {
		model: modelName,
		messages,
		...(isStream && { stream_options: { include_usage: true } }),
		...(responseFormat && { response_format: responseFormat }),
		...requestParameters(model),
		...(tools.length > 0 && { tools }),
	};
	return { body, isStream };
}

/** What of a resolved model goes into the body of a request. */
export function requestParameters(model: Mapping): Mapping {
	return Object.fromEntries(Object.entries(model).filter(([key, value]) => !ownKeys.has(key) && !isAbsent(value)));
}

/** Further headers from the model's `extra_headers`. */
export function extraHeaders(model: Mapping): Record<string, string> {
	if (!isRecord(model.extra_headers)) return {};
	const given = Object.entries(model.extra_headers).map(([name, value]) => [name, String(value)] as const);
	// A stored configuration has an empty text where a key was.
	return Object.fromEntries(given.filter(([, value]) => value !== ""));
}

/** What a provider is sent that it must not have repeated anywhere: keys in headers and in its address. */
export function sentSecrets({ apiKey, baseUrl }: Pick<Endpoint, "apiKey" | "baseUrl">, model: Mapping): KnownSecrets {
	const headers = Object.entries(extraHeaders(model)).filter(([name]) => isSecretHeader(name));
	const inHeaders = headers.flatMap(([, value]) => [value, value.split(/\s+/).at(-1) ?? ""]);
	const inAddress = withoutAddressSecrets(baseUrl)?.secrets ?? [];
	const { authorization } = URL.canParse(baseUrl) ? httpAddress(new URL(baseUrl)) : {};
	const made = authorization === undefined ? [] : [authorization.slice(authorization.indexOf(" ") + 1)];
	const named = [...(apiKey ? [apiKey] : []), ...inHeaders, ...inAddress, ...made];
	return new KnownSecrets({ named, environment: {} });
}

/** State and agent names may hold any character; header values may not, and half a surrogate pair is no URI. */
export function headerText(text: string): string {
	return encodeURI(Buffer.from(text).toString());
}

const defaultTimeoutSeconds = 600;

/** Seconds that a whole call may take: `timeout` of the model, default 600. */
export function timeoutSeconds(model: Mapping): number {
	return typeof model.timeout === "number" && model.timeout > 0 ? model.timeout : defaultTimeoutSeconds;
}

function isAbsent(value: unknown): boolean {
	return value === null || value === undefined;
}
