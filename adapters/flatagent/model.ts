/** Which model an agent calls: its profile or inline model, and what the caller overrides (spec sections 3.3, 3.4, 19.2). */
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import { resolveModel, resolveProfile } from "../../compiler/profiles/resolve.ts";
import type { AgentDefinition, Mapping } from "./definition.ts";
import { InvalidAgentConfigError, InvalidModelError } from "./errors.ts";
import { type ModelAddress, splitModelName } from "./providers.ts";

export interface AgentModel {
	/** The resolved model as templates see it; without its key. */
	readonly config: Mapping;
	readonly address: ModelAddress;
	readonly warnings: readonly string[];
}

export interface ModelOptions {
	readonly profiles?: ProfilesPlan;
	/** `provider/name`: replaces provider, name and address, and keeps parameters such as `temperature`. */
	readonly modelOverride?: string;
	/** Keys that replace those of the resolved model. */
	readonly modelParameters?: Mapping;
}

/** Keys that say where a model is, which an override of the model must not inherit. */
const addressKeys: readonly string[] = [
	"provider",
	"name",
	"base_url",
	"api_base",
	"api_key",
	"backend",
	"extra_headers",
];

/**
 * Resolves the model of an agent.
 * @throws ProfileError, InvalidAgentConfigError for a profile that is no language model
 */
export function resolveAgentModel(agent: Pick<AgentDefinition, "name" | "source">, options: ModelOptions): AgentModel {
	const { model, warnings } = resolveSource(agent, options);
	const resolved: Mapping = { ...model, ...options.modelParameters };
	const overridden = options.modelOverride === undefined ? resolved : override(resolved, options.modelOverride);
	const { api_key, ...config } = overridden;
	return {
		config,
		address: {
			provider: text(config.provider),
			name: text(config.name),
			baseUrl: text(config.base_url) ?? text(config.api_base),
			apiKey: text(api_key),
		},
		warnings,
	};
}

/**
 * Says why a model cannot be called over the chat-completions protocol.
 * @throws InvalidModelError
 */
export function checkBackend(config: Mapping): void {
	if (config.backend === "codex" || config.backend === "copilot") {
		throw new InvalidModelError(
			`The backend "${config.backend}" is not available; remove \`backend\` and name a provider with an API key.`,
		);
	}
}

function resolveSource(
	agent: Pick<AgentDefinition, "name" | "source">,
	{ profiles, modelOverride }: ModelOptions,
): { readonly model: Mapping; readonly warnings: readonly string[] } {
	const { kind, value } = agent.source;
	// With a model from the command line an agent needs no catalog.
	if (modelOverride !== undefined && profiles === undefined && typeof value === "string") {
		return { model: {}, warnings: [] };
	}
	if (kind === "model") return resolveModel(profiles, value);
	const resolved = resolveProfile(profiles, value);
	if (resolved.type === "llm") return resolved;
	throw new InvalidAgentConfigError(
		agent.name,
		`its profile is of the type "${resolved.type}", which is no language model; register an adapter for that type.`,
	);
}

function override(model: Mapping, modelOverride: string): Mapping {
	const kept = Object.entries(model).filter(([key]) => !addressKeys.includes(key));
	const { provider, name } = splitModelName(null, modelOverride);
	return { ...Object.fromEntries(kept), ...(provider !== null && { provider }), name };
}

function text(value: unknown): string | null {
	return typeof value === "string" && value !== "" ? value : null;
}
