/** Where a model is called and with which key: the table of providers, all of them OpenAI-compatible. */
import { InvalidModelError, MissingApiKeyError, UnknownProviderError } from "./errors.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Provider {
	/** Absent: has to be given by `base_url` or the environment. */
	readonly baseUrl?: string;
	/** Environment variable of the key; absent where none is needed. */
	readonly keyVariable?: string;
	/** Whether requests may ask for a strict JSON Schema (`response_format: {type: json_schema}`). */
	readonly takesSchemas?: boolean;
	/** Names of models that need no provider in front. */
	readonly modelPrefix?: string;
}

/** `<PROVIDER>_BASE_URL` in the environment replaces the base URL of any of them. */
const providers: Readonly<Record<string, Provider>> = {
	openai: { baseUrl: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY", takesSchemas: true },
	anthropic: { baseUrl: "https://api.anthropic.com/v1", keyVariable: "ANTHROPIC_API_KEY", modelPrefix: "claude-" },
	cerebras: { baseUrl: "https://api.cerebras.ai/v1", keyVariable: "CEREBRAS_API_KEY", takesSchemas: true },
	groq: { baseUrl: "https://api.groq.com/openai/v1", keyVariable: "GROQ_API_KEY", takesSchemas: true },
	openrouter: { baseUrl: "https://openrouter.ai/api/v1", keyVariable: "OPENROUTER_API_KEY" },
	together: { baseUrl: "https://api.together.xyz/v1", keyVariable: "TOGETHER_API_KEY" },
	mistral: { baseUrl: "https://api.mistral.ai/v1", keyVariable: "MISTRAL_API_KEY", takesSchemas: true },
	deepseek: { baseUrl: "https://api.deepseek.com/v1", keyVariable: "DEEPSEEK_API_KEY" },
	ollama: { baseUrl: "http://127.0.0.1:11434/v1", takesSchemas: true },
	lmstudio: { baseUrl: "http://127.0.0.1:1234/v1", takesSchemas: true },
	mock: { takesSchemas: true },
};

const otherNames: Readonly<Record<string, string>> = { together_ai: "together", lm_studio: "lmstudio" };

/** What a call needs to know of a provider. */
export interface Endpoint {
	/** Name of the provider, `custom` where only a base URL was given. */
	readonly provider: string;
	readonly baseUrl: string;
	/** Null where the provider needs none. */
	readonly apiKey: string | null;
	/** The model's name as the provider knows it. */
	readonly model: string;
	/** Whether requests may ask for a strict JSON Schema; a model that refuses it is asked again without. */
	readonly takesSchemas: boolean;
}

/** The parts of a resolved model that say where it is. */
export interface ModelAddress {
	readonly provider: string | null;
	readonly name: string | null;
	readonly baseUrl: string | null;
	/** A key from the configuration, in place of the environment's. */
	readonly apiKey: string | null;
}

/** The providers that need no `base_url`. */
export function knownProviders(): string[] {
	return Object.keys(providers);
}

/**
 * Splits `provider/name` or a name alone. The provider in front of a name is taken for one when it is known.
 * @returns the provider, or null where it is neither given nor known
 */
export function splitModelName(provider: string | null, name: string): { provider: string | null; name: string } {
	if (provider !== null) {
		const prefix = [`${provider}/`, `${provider}:`].find((start) => name.startsWith(start));
		return { provider: canonical(provider), name: prefix === undefined ? name : name.slice(prefix.length) };
	}
	const slash = name.indexOf("/");
	const front = slash > 0 ? canonical(name.slice(0, slash)) : null;
	if (front !== null && Object.hasOwn(providers, front)) return { provider: front, name: name.slice(slash + 1) };
	const owner = Object.entries(providers).find(
		([, { modelPrefix }]) => modelPrefix !== undefined && name.startsWith(modelPrefix),
	);
	return { provider: owner?.[0] ?? null, name };
}

/** Whether a provider's requests may ask for a strict JSON Schema. */
export function takesSchemas(provider: string | null): boolean {
	return provider !== null && Object.hasOwn(providers, provider) && providers[provider]?.takesSchemas === true;
}

/**
 * Where to call a model (spec section 19.2).
 * @throws InvalidModelError, UnknownProviderError, MissingApiKeyError
 */
export function resolveEndpoint(address: ModelAddress, environment: Environment): Endpoint {
	if (address.name === null || address.name === "") {
		throw new InvalidModelError("The model has no name: set `model.name`, or name a profile that has one.");
	}
	const { provider, name: model } = splitModelName(address.provider, address.name);
	if (provider === null && address.baseUrl !== null) {
		return { provider: "custom", baseUrl: address.baseUrl, apiKey: address.apiKey, model, takesSchemas: false };
	}
	if (provider === null && model.includes("/")) {
		throw new UnknownProviderError(model.slice(0, model.indexOf("/")), knownProviders());
	}
	const providerName = provider ?? "openai";
	const known = Object.hasOwn(providers, providerName) ? providers[providerName] : undefined;
	const given = address.baseUrl ?? baseUrlOf(providerName, environment);
	const baseUrl = given ?? known?.baseUrl;
	if (baseUrl === undefined) throw noBaseUrl(providerName, known);
	const keyVariable = known === undefined ? `${variablePrefix(providerName)}_API_KEY` : known.keyVariable;
	const apiKey = address.apiKey ?? (keyVariable === undefined ? null : environment[keyVariable]);
	// A server of one's own may need no key; the provider's own always does.
	if (!apiKey && keyVariable !== undefined && given === null) throw new MissingApiKeyError(providerName, keyVariable);
	return { provider: providerName, baseUrl, apiKey: apiKey || null, model, takesSchemas: takesSchemas(providerName) };
}

function noBaseUrl(provider: string, known: Provider | undefined): Error {
	if (known === undefined) return new UnknownProviderError(provider, knownProviders());
	const variable = `${variablePrefix(provider)}_BASE_URL`;
	return new InvalidModelError(
		`The provider "${provider}" has no address: set the environment variable ${variable}, or \`base_url\` of the model.`,
	);
}

function baseUrlOf(provider: string, environment: Environment): string | null {
	return environment[`${variablePrefix(provider)}_BASE_URL`] || null;
}

function variablePrefix(provider: string): string {
	return provider.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}

function canonical(provider: string): string {
	return Object.hasOwn(otherNames, provider) ? (otherNames[provider] ?? provider) : provider;
}
