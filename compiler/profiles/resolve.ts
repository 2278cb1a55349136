/** From a `model` or `profile` value and a catalog to the model that is called (spec sections 3.3 and 3.4). */
import { isRecord, own } from "../document/plain-data.ts";
import type { ProfilesPlan } from "../plan/plan.ts";
import { normaliseCatalog } from "./catalog.ts";

export type ProfileErrorCode = "profile_not_found" | "no_catalog" | "override_not_found" | "invalid_profile";

/** A model that cannot be resolved. */
export class ProfileError extends Error {
	readonly code: ProfileErrorCode;
	/** The name that was looked for. */
	readonly profile?: string;

	constructor(code: ProfileErrorCode, message: string, profile?: string) {
		super(message);
		this.name = "ProfileError";
		this.code = code;
		if (profile !== undefined) this.profile = profile;
	}
}

export interface ResolvedModel {
	/** `provider`, `name`, `temperature`, … */
	readonly model: Readonly<Record<string, unknown>>;
	/** Things that are odd but do not stop the agent. */
	readonly warnings: readonly string[];
}

export interface ResolvedProfile extends ResolvedModel {
	/** `llm`, `claude-code`, `codex-cli`, `smolagents`, `pi-agent`, or what the user registered. */
	readonly type: string;
}

/**
 * Resolves the `model` of a legacy agent: default profile, named profile, inline keys, override profile, each a
 * shallow update of what came before.
 * @param model profile name, `{profile, …overrides}`, inline model, or null
 * @throws ProfileError
 */
export function resolveModel(profiles: ProfilesPlan | undefined, model: unknown): ResolvedModel {
	const { config, warnings } = layer(profiles, model);
	return { model: unwrapLlm(config), warnings };
}

/**
 * Resolves `data.profile` of a 4.x agent.
 * @param profile profile name, or a whole `spec: flatprofile` document
 * @throws ProfileError
 */
export function resolveProfile(profiles: ProfilesPlan | undefined, profile: unknown): ResolvedProfile {
	if (typeof profile === "string") return typed(layer(profiles, profile));
	if (!isRecord(profile)) {
		throw new ProfileError("invalid_profile", "`profile` must be a profile's name or a flatprofile document");
	}
	const spec = own(profile, "spec");
	if (spec !== "flatprofile" && spec !== "flatprofiles") {
		throw new ProfileError("invalid_profile", "an inline `profile` must be a document with `spec: flatprofile`");
	}
	const catalog = normaliseCatalog(profile);
	const found = layer(catalog, null);
	if (Object.keys(found.config).length > 0) return typed(found);
	const [only, ...others] = Object.values(catalog.profiles);
	if (only && others.length === 0) return typed({ config: only, warnings: found.warnings });
	throw new ProfileError(
		"invalid_profile",
		"the inline flatprofile names no `default` and holds not exactly one profile",
	);
}

interface Layered {
	readonly config: Readonly<Record<string, unknown>>;
	readonly warnings: readonly string[];
}

function layer(profiles: ProfilesPlan | undefined, model: unknown): Layered {
	const warnings: string[] = [];
	let config: Record<string, unknown> = {};

	if (profiles?.default) {
		const found = profileOf(profiles, profiles.default);
		if (found) config = { ...found };
		else warnings.push(`the default profile \`${profiles.default}\` is not in the catalog`);
	}

	const name = typeof model === "string" ? model : own(model, "profile");
	if (typeof name === "string" && name !== "") {
		const found = profiles && profileOf(profiles, name);
		if (found) config = { ...config, ...found };
		else if (!profiles) {
			throw new ProfileError("no_catalog", `the profile \`${name}\` needs a profiles.yml, there is none`, name);
		} else if (Object.keys(config).length > 0) {
			warnings.push(`the profile \`${name}\` is not in the catalog, the default is used`);
		} else {
			const message = `the profile \`${name}\` was not found and no default is configured; ${listed(profiles)}`;
			throw new ProfileError("profile_not_found", message, name);
		}
	}

	if (isRecord(model)) {
		for (const [key, value] of Object.entries(model)) {
			if (key !== "profile" && value !== null && value !== undefined) config[key] = value;
		}
	}

	if (profiles?.override) {
		const found = profileOf(profiles, profiles.override);
		if (!found) {
			const message = `the override profile \`${profiles.override}\` is not in the catalog; ${listed(profiles)}`;
			throw new ProfileError("override_not_found", message, profiles.override);
		}
		config = { ...config, ...found };
	}
	return { config, warnings };
}

function profileOf(profiles: ProfilesPlan, name: string): Readonly<Record<string, unknown>> | undefined {
	return Object.hasOwn(profiles.profiles, name) ? profiles.profiles[name] : undefined;
}

function listed(profiles: ProfilesPlan): string {
	const names = Object.keys(profiles.profiles);
	return names.length === 0 ? "the catalog is empty" : `available: ${names.join(", ")}`;
}

/** `{type: llm, model: {…}}` -> the model; keys beside it (overrides of a legacy agent) win. */
function unwrapLlm(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const { type, ...untyped } = config;
	if (type !== undefined && type !== "llm") return config;
	const { model, ...rest } = untyped;
	return isRecord(model) ? { ...model, ...rest } : untyped;
}

function typed({ config, warnings }: Layered): ResolvedProfile {
	const { type, ...rest } = config;
	const kind = typeof type === "string" && type !== "" ? type : "llm";
	return { type: kind, model: kind === "llm" ? unwrapLlm(rest) : rest, warnings };
}
