/** The front door of the compiler's first half: text, object or file -> plans and every diagnostic of the whole set. */
import { builtinNames, builtinText, isBuiltin } from "../builtin/builtin.ts";
import { runChecks, tidyDiagnostics } from "../checks/index.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { inlineFile, type SourceDocument } from "../document/document.ts";
import { documentFromValue } from "../document/from-value.ts";
import type { Loader } from "../document/loader.ts";
import { type ParseResult, parseDocument } from "../document/parse.ts";
import { isRecord, own } from "../document/plain-data.ts";
import { withConditionFixes } from "../fix/index.ts";
import { normaliseCatalog } from "../profiles/catalog.ts";
import { checkCatalogNames } from "../profiles/check-catalog.ts";
import { reportSchemaProblems } from "../schema/index.ts";
import { planAgent, type ReferenceSite } from "./agents.ts";
import type { DocumentKind } from "./document-kind.ts";
import { DocumentStore, isUsable, type LoadedDocument } from "./document-store.ts";
import { loadCatalog, MachineSet } from "./load-set.ts";
import type { MachineOrigin, StoredSet } from "./machine-origin.ts";
import type { AgentPlan, MachinePlan, ProfilesPlan } from "./plan.ts";
import { checkPromptTemplates } from "./prompt-templates.ts";

/**
 * What to analyze. `dir` is the folder that relative references start from; default the folder of `file`, else the
 * loader's own start. `text` with `file` is the unsaved text of that file.
 */
export type AnalyzeSource =
	| { readonly file: string }
	| { readonly text: string; readonly dir?: string; readonly file?: string; readonly format?: "yaml" | "json" }
	| { readonly config: unknown; readonly dir?: string };

export interface AnalyzeOptions {
	readonly loader: Loader;
	/** A catalog that wins over every other; relative to the entry's folder. */
	readonly profilesFile?: string;
	/** Refuse references that leave the entry's folder (for configs that are not trusted). */
	readonly confine?: boolean;
	/** Names that `hooks` may use; without it they are taken to be registered at run time. */
	readonly knownHooks?: ReadonlySet<string>;
	/** Also warn of what would not run the same on the reference implementation. */
	readonly portable?: boolean;
	/** For an entry out of a stored configuration: what that knows beside the files (compiler/bundle). */
	readonly stored?: StoredSet;
}

export interface Analysis {
	/** Id of the entry's plan; null if the entry is no machine or cannot be planned. */
	readonly entry: string | null;
	/** What the entry is; null if that cannot be told. */
	readonly kind: DocumentKind | null;
	readonly plans: ReadonlyMap<string, MachinePlan>;
	/** Where each plan comes from, by its id. */
	readonly origins: ReadonlyMap<string, MachineOrigin>;
	/** Every document that was read, by its file. */
	readonly documents: ReadonlyMap<string, SourceDocument>;
	/** Of all documents, ordered by file and place. A plan may be run if none is an error. */
	readonly diagnostics: readonly Diagnostic[];
	/** The agent, if the entry is one. */
	readonly agent?: AgentPlan;
	/** The catalog, if the entry is one. */
	readonly profiles?: ProfilesPlan;
}

/**
 * Reads an entry and all that it references.
 * @throws never for what the documents contain; what is wrong with them is in `diagnostics`
 */
export function analyze(source: AnalyzeSource, options: AnalyzeOptions): Analysis {
	const entryDir = dirOfSource(source, options.loader);
	const loader = options.confine ? options.loader.confined(entryDir) : options.loader;
	const store = new DocumentStore(loader, checkDocument);
	const loaded = loadEntry(source, entryDir, store);
	if (!loaded) return finish(store, none, { entry: null, kind: null });

	const { kind } = loaded;
	if (kind === undefined && loaded.usable) {
		const message = "what this document is cannot be told: `spec` is missing or no known word";
		const suggestion = "add `spec: flatmachine` (or flatagent, prompt, flatprofile)";
		loaded.reporter.report("FS2001", { path: ["spec"], message, suggestion });
	}
	if (kind === undefined || !loaded.usable) return finish(store, none, { entry: null, kind: kind ?? null });

	const { document, reporter } = loaded;
	const site = { store, reporter, path: [], dir: document.dir, handled: false };
	const explicit =
		options.profilesFile === undefined ? undefined : loadCatalog(store, options.profilesFile, document.dir, site);
	const stored = options.stored && storedCatalogs(options.stored, store, site);
	const set = new MachineSet(store, (id) => stored?.get(id) ?? explicit);
	switch (kind) {
		case "flatmachine": {
			const start = options.stored?.start ?? { id: document.file, base: [] };
			set.plan(document, reporter, start);
			runChecks(set.planned, {
				...(options.knownHooks && { knownHooks: options.knownHooks }),
				portable: options.portable === true,
			});
			const entry = set.plans.has(start.id) ? start.id : null;
			return finish(store, set, { entry, kind });
		}
		case "flatagent": {
			const agent = planAgent(document.file, document.value, {
				...site,
				profilesFor: (dir) => explicit ?? set.catalogOf(dir),
			});
			return finish(store, set, { entry: null, kind, ...(agent && { agent }) });
		}
		case "flatprofile": {
			const profiles = normaliseCatalog(document.value, document.file);
			return finish(store, set, { entry: null, kind, profiles });
		}
		case "prompt": {
			const data = own(document.value, "data");
			checkPromptTemplates(isRecord(data) ? data : document.value, isRecord(data) ? ["data"] : [], reporter);
			return finish(store, set, { entry: null, kind });
		}
	}
}

function loadEntry(source: AnalyzeSource, dir: string, store: DocumentStore): LoadedDocument | undefined {
	if ("text" in source) {
		const { text, format } = source;
		const file = source.file === undefined ? inlineFile : store.nameOf(source.file);
		return addParsed(parseDocument(text, { file, dir, ...(format && { format }) }), store);
	}
	if ("config" in source) return addParsed(documentFromValue(source.config, { dir }), store);
	const builtin = builtinText(source.file);
	if (builtin !== undefined) return addParsed(parseDocument(builtin, { file: inlineFile, dir: "." }), store);
	const loaded = store.load(source.file, undefined, ".");
	if (loaded.status === "loaded") return loaded;
	const isMissing = loaded.status === "missing";
	store.diagnostics.push({
		code: isMissing ? "FS3001" : loaded.code,
		severity: "error",
		message: isBuiltin(source.file)
			? `there is no packaged machine \`${source.file}\`; known: ${builtinNames.map((name) => `\`${name}\``).join(", ")}`
			: isMissing
				? `the file \`${loaded.path}\` does not exist`
				: loaded.message,
		file: source.file,
		path: [],
	});
	return undefined;
}

function addParsed({ document, diagnostics }: ParseResult, store: DocumentStore): LoadedDocument | undefined {
	store.diagnostics.push(...diagnostics);
	if (!document) return undefined;
	return store.add(document, undefined, isUsable(diagnostics));
}

/** What looks at one document alone. */
function checkDocument({ document, reporter, kind }: LoadedDocument): void {
	if (kind !== undefined) reportSchemaProblems(document, reporter, kind);
	if (kind === "flatprofile") checkCatalogNames(document.value, [], reporter);
}

/** The catalogs that a stored configuration names or holds. */
function storedCatalogs({ catalogs }: StoredSet, store: DocumentStore, site: ReferenceSite): Map<string, ProfilesPlan> {
	const found = new Map<string, ProfilesPlan>();
	for (const [id, source] of catalogs) {
		const catalog = "file" in source ? loadCatalog(store, source.file, ".", site) : normaliseCatalog(source.value);
		if (catalog) found.set(id, catalog);
	}
	return found;
}

const none: Planned = { plans: new Map(), origins: new Map() };

type Planned = Pick<Analysis, "plans" | "origins">;

function finish(
	store: DocumentStore,
	{ plans, origins }: Planned,
	rest: Omit<Analysis, "plans" | "origins" | "documents" | "diagnostics">,
): Analysis {
	const order = new Map([...store.documents.keys()].map((file, index) => [file, index] as const));
	const diagnostics = withConditionFixes(tidyDiagnostics(store.diagnostics), store.documents, plans).toSorted(
		(a, b) => (order.get(a.file) ?? -1) - (order.get(b.file) ?? -1) || (a.range?.start ?? -1) - (b.range?.start ?? -1),
	);
	return { ...rest, plans, origins, documents: store.documents, diagnostics };
}

function dirOfSource(source: AnalyzeSource, loader: Loader): string {
	if ("dir" in source && source.dir !== undefined) return source.dir;
	if (!("file" in source) || source.file === undefined) return ".";
	try {
		return loader.dirOf(loader.resolve(".", source.file));
	} catch {
		// The loader refuses the file itself; loading it says so.
		return ".";
	}
}
