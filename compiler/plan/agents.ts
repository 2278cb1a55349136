/** Entries of `data.agents` -> agents with their files, prompts and profiles in place (spec sections 2.1, 3, 19.1). */

import type { Reporter } from "../diagnostics/report.ts";
import { didYouMean } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownRecord, ownString } from "../document/plain-data.ts";
import { checkCatalogNames } from "../profiles/check-catalog.ts";
import { ProfileError, type ResolvedModel, resolveModel, resolveProfile } from "../profiles/resolve.ts";
import { placeAt } from "./build-scope.ts";
import type { DocumentStore, LoadFailure, LoadResult } from "./document-store.ts";
import { isModule, looksLikeFile, moduleFile } from "./file-reference.ts";
import { checkFrameworkConfig } from "./framework-config.ts";
import type { AgentPlan, ProfilesPlan } from "./plan.ts";
import { checkPromptTemplates } from "./prompt-templates.ts";

/** Where a reference is written, and what stands around it. */
export interface ReferenceSite {
	readonly store: DocumentStore;
	readonly reporter: Reporter;
	/** Of the reference in its document. */
	readonly path: DocumentPath;
	/** The machine's folder. */
	readonly dir: string;
	/** Whether every state that uses it has `on_error`. */
	readonly handled: boolean;
}

export interface AgentSite extends ReferenceSite {
	/** The catalog in force for an agent whose own folder is `agentDir`. */
	readonly profilesFor: (agentDir: string) => ProfilesPlan | undefined;
}

/** An agent document and where it is written: in a file of its own, or inside the machine. */
interface AgentSource {
	readonly value: Readonly<Record<string, unknown>>;
	readonly reporter: Reporter;
	readonly base: DocumentPath;
	readonly dir: string;
	readonly file?: string;
}

const agentKeys = ["model", "system", "user", "prompt", "profile"];

/** What stands directly in an agent without `prompt`. */
const promptKeys = [
	"system",
	"user",
	"instruction_suffix",
	"post_history_instructions",
	"output",
	"tools",
	"mcp",
] as const;

/**
 * Resolves one agent.
 * @returns undefined where the reference cannot be read; that has been reported
 */
export function planAgent(name: string, reference: unknown, site: AgentSite): AgentPlan | undefined {
	if (typeof reference === "string") return agentOfFile(name, reference, site);
	if (!isRecord(reference)) return wrongShape(name, site);
	const type = ownString(reference, "type");
	const ref = ownString(reference, "ref");
	if (ref) return typedAgent(name, type ?? "flatagent", ref, ownRecord(reference, "config"), site);
	if (type !== undefined && !isRecord(own(reference, "data"))) {
		const config = ownRecord(reference, "config");
		const base = [...site.path, "config"];
		if (type !== "flatagent") {
			checkFrameworkConfig(type, config, base, { reporter: site.reporter, isModule: false });
			return { name, type, config, dir: site.dir, ...profilesOf(site, site.dir), ...at(site) };
		}
		return flatagent(name, { value: config, reporter: site.reporter, base, dir: site.dir }, site);
	}
	const isAgent = isRecord(own(reference, "data")) || agentKeys.some((key) => Object.hasOwn(reference, key));
	if (!isAgent) return wrongShape(name, site);
	return flatagent(name, { value: reference, reporter: site.reporter, base: site.path, dir: site.dir }, site);
}

function agentOfFile(name: string, reference: string, site: AgentSite): AgentPlan {
	const loaded = site.store.load(reference, "flatagent", site.dir);
	const source = sourceOf(loaded, reference, site);
	return source ? flatagent(name, source, site) : absent(name, "flatagent", loaded, site);
}

/** `{type, ref, config}`: a document's content goes under `config`, code and names of other systems stay references. */
function typedAgent(
	name: string,
	type: string,
	ref: string,
	config: Readonly<Record<string, unknown>>,
	site: AgentSite,
): AgentPlan {
	const asReference = { name, type, ref, config, dir: site.dir, ...profilesOf(site, site.dir), ...at(site) };
	if (isModule(ref)) {
		checkFrameworkConfig(type, config, [...site.path, "config"], { reporter: site.reporter, isModule: true });
		if (!looksLikeFile(ref)) return asReference;
		const located = site.store.locate(moduleFile(ref), site.dir);
		if (located.status === "found") {
			site.store.noteFound(located);
			return asReference;
		}
		reportFailure(located, ref, "agent", site);
		return located.status === "missing" ? { ...asReference, missingFile: located.path } : asReference;
	}
	if (!looksLikeFile(ref) && type !== "flatagent") return asReference;
	const loaded = site.store.load(ref, type === "flatagent" ? "flatagent" : undefined, site.dir);
	// No path by its looks: a name that the adapter knows, unless there is such a file (spec section 2.1).
	if (!looksLikeFile(ref) && loaded.status !== "loaded") return asReference;
	const source = sourceOf(loaded, ref, site, type === "flatagent");
	if (!source) return absent(name, type, loaded, site);
	const merged = { ...source, value: { ...source.value, ...config } };
	if (type === "flatagent") return flatagent(name, merged, site);
	const { dir, file } = source;
	checkFrameworkConfig(type, source.value, source.base, { reporter: source.reporter, isModule: false });
	checkFrameworkConfig(type, config, [...site.path, "config"], { reporter: site.reporter, isModule: false });
	return { name, type, config: merged.value, dir, ...(file && { file }), ...profilesOf(site, dir), ...at(site) };
}

function sourceOf(loaded: LoadResult, reference: string, site: AgentSite, mustBeAgent = true): AgentSource | undefined {
	if (loaded.status !== "loaded") {
		reportFailure(loaded, reference, "agent", site);
		return undefined;
	}
	const { document, reporter, kind } = loaded;
	if (mustBeAgent && kind !== "flatagent") {
		const message = `\`${reference}\` is a ${kind ?? "file of no known kind"}, an agent is expected`;
		site.reporter.report("FS3005", { path: site.path, message });
		return undefined;
	}
	const value = isRecord(document.value) ? document.value : {};
	return { value, reporter, base: [], dir: document.dir, file: document.file };
}

/** Reports a file that could not be loaded. */
export function reportFailure(failure: LoadFailure, reference: string, what: string, site: ReferenceSite): void {
	if (failure.status === "refused") {
		site.reporter.report(failure.code, { path: site.path, at: "value", message: failure.message });
		return;
	}
	const message = `the ${what} file \`${reference}\` does not exist`;
	const looked = `looked for ${failure.path}`;
	site.reporter.report(site.handled ? "FS3002" : "FS3001", {
		path: site.path,
		at: "value",
		message: site.handled ? `${message}: its states will fail and take their \`on_error\`` : message,
		suggestion: looked,
	});
}

function absent(name: string, type: string, loaded: LoadResult, site: AgentSite): AgentPlan {
	const missing = loaded.status === "missing" ? { missingFile: loaded.path } : {};
	return { name, type, config: {}, dir: site.dir, ...missing, ...at(site) };
}

function wrongShape(name: string, site: AgentSite): undefined {
	const message = `the agent \`${name}\` is not a path, an agent document or \`{type, ref, config}\``;
	site.reporter.report("FS3006", { path: site.path, message });
	return undefined;
}

function flatagent(name: string, source: AgentSource, site: AgentSite): AgentPlan {
	const { value, reporter, dir, file } = source;
	const data = own(value, "data");
	const isWrapped = isRecord(data);
	const dataBase = isWrapped ? [...source.base, "data"] : source.base;
	const body = isWrapped ? data : value;
	const prompt = promptOf(own(body, "prompt"), [...dataBase, "prompt"], source, site);
	if (prompt === undefined) checkPromptTemplates(body, dataBase, reporter);
	else reportIdleKeys(body, dataBase, reporter);
	const profiles = site.profilesFor(dir);
	checkModel(body, dataBase, profiles, reporter);
	const wholeBody = prompt === undefined ? body : { ...body, prompt };
	const config = isWrapped ? { ...value, data: wholeBody } : { spec: "flatagent", data: wholeBody };
	return {
		name,
		type: "flatagent",
		config,
		dir,
		...(file !== undefined && { file }),
		...(profiles && { profiles }),
		...at(site),
	};
}

/** An agent with a `prompt` has nothing of a prompt beside it: what stands there would be left out in silence. */
function reportIdleKeys(body: Readonly<Record<string, unknown>>, base: DocumentPath, reporter: Reporter): void {
	const where = typeof own(body, "prompt") === "string" ? "the file of `prompt`" : "`prompt`";
	for (const key of promptKeys) {
		const value = own(body, key);
		if (value === undefined || value === null) continue;
		const message = `\`${key}\` does nothing: the agent has a \`prompt\`; move it into ${where}`;
		reporter.report("FS4110", { path: [...base, key], at: "key", message });
	}
}

/** The fields of a prompt, whether it is a path, a document or an inline map. */
function promptOf(
	prompt: unknown,
	path: DocumentPath,
	source: AgentSource,
	site: AgentSite,
): Readonly<Record<string, unknown>> | undefined {
	if (typeof prompt === "string") {
		// The reference looks in the machine's folder only; an agent that works on its own looks in its own.
		const loaded = site.store.load(prompt, "prompt", source.dir, site.dir);
		if (loaded.status !== "loaded") {
			reportFailure(loaded, prompt, "prompt", { ...site, reporter: source.reporter, path, handled: false });
			return undefined;
		}
		if (loaded.kind !== "prompt") {
			const message = `\`${prompt}\` is a ${loaded.kind}, a prompt is expected`;
			source.reporter.report("FS3005", { path, message });
		}
		return promptFields(loaded.document.value, [], loaded.reporter);
	}
	return isRecord(prompt) ? promptFields(prompt, path, source.reporter) : undefined;
}

function promptFields(value: unknown, base: DocumentPath, reporter: Reporter): Readonly<Record<string, unknown>> {
	const data = own(value, "data");
	const fields = isRecord(data) ? data : isRecord(value) ? value : {};
	checkPromptTemplates(fields, isRecord(data) ? [...base, "data"] : base, reporter);
	return fields;
}

/** Tries the model now, so that a misspelt profile is known before anything runs. */
function checkModel(
	body: Readonly<Record<string, unknown>>,
	base: DocumentPath,
	profiles: ProfilesPlan | undefined,
	reporter: Reporter,
): void {
	const key = Object.hasOwn(body, "profile") ? "profile" : "model";
	const value = own(body, key);
	if (value === undefined || value === null) return;
	const path =
		isRecord(value) && key === "model" && Object.hasOwn(value, "profile") ? [...base, key, "profile"] : [...base, key];
	const isInline = key === "profile" && isRecord(value);
	if (isInline) checkCatalogNames(value, path, reporter);
	const sound = profiles && withoutUnknownNames(profiles);
	try {
		const resolved: ResolvedModel = key === "profile" ? resolveProfile(sound, value) : resolveModel(sound, value);
		if (!isInline) for (const message of resolved.warnings) reporter.report("FS3008", { path, at: "value", message });
	} catch (error) {
		if (!(error instanceof ProfileError)) throw error;
		if (error.code === "override_not_found") return;
		const suggestion = didYouMean(error.profile ?? "", Object.keys(profiles?.profiles ?? {}));
		reporter.report(error.code === "no_catalog" ? "FS3008" : "FS3007", {
			path,
			at: "value",
			message: error.message,
			...(suggestion !== undefined && { suggestion }),
		});
	}
}

/** What a catalog names wrongly is said at the catalog, once, and not at each agent. */
function withoutUnknownNames(profiles: ProfilesPlan): ProfilesPlan {
	const known = (name: string | null): string | null =>
		name !== null && Object.hasOwn(profiles.profiles, name) ? name : null;
	return { ...profiles, default: known(profiles.default), override: known(profiles.override) };
}

function profilesOf(site: AgentSite, dir: string): { readonly profiles?: ProfilesPlan } {
	const profiles = site.profilesFor(dir);
	return profiles ? { profiles } : {};
}

function at(site: ReferenceSite): Pick<AgentPlan, "at"> {
	return placeAt(site.reporter, site.path);
}
