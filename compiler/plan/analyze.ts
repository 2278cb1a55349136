/** The front door of the compiler's first half: text, object or file -> plans and every diagnostic of the whole set. */
import { runChecks, tidyDiagnostics } from "../checks/index.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceDocument } from "../document/document.ts";
import { documentFromValue } from "../document/from-value.ts";
import type { Loader } from "../document/loader.ts";
import { type ParseResult, parseDocument } from "../document/parse.ts";
import { isRecord, own } from "../document/plain-data.ts";
import { withConditionFixes } from "../fix/index.ts";
import { normaliseCatalog } from "../profiles/catalog.ts";
import { checkCatalogNames } from "../profiles/check-catalog.ts";
import { reportSchemaProblems } from "../schema/index.ts";
import { planAgent } from "./agents.ts";
import type { DocumentKind } from "./document-kind.ts";
import { DocumentStore, isUsable, type LoadedDocument } from "./document-store.ts";
import { loadCatalog, MachineSet } from "./load-set.ts";
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
}

export interface Analysis {
	/** Id of the entry's plan; null if the entry is no machine or cannot be planned. */
	readonly entry: string | null;
	/** What the entry is; null if that cannot be told. */
	readonly kind: DocumentKind | null;
	readonly plans: ReadonlyMap<string, MachinePlan>;
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
	if (!loaded) return finish(store, new Map(), { entry: null, kind: null });

	const { kind } = loaded;
	if (kind === undefined && loaded.usable) {
		const message = "what this document is cannot be told: `spec` is missing or no known word";
		const suggestion = "add `spec: flatmachine` (or flatagent, prompt, flatprofile)";
		loaded.reporter.report("FS2001", { path: ["spec"], message, suggestion });
	}
	if (kind === undefined || !loaded.usable) return finish(store, new Map(), { entry: null, kind: kind ?? null });

	const { document, reporter } = loaded;
	const site = { store, reporter, path: [], dir: document.dir, handled: false };
	const explicit =
		options.profilesFile === undefined ? undefined : loadCatalog(store, options.profilesFile, document.dir, site);
	const set = new MachineSet(store, explicit);
	switch (kind) {
		case "flatmachine": {
			set.plan(document, reporter);
			runChecks(set.planned, {
				...(options.knownHooks && { knownHooks: options.knownHooks }),
				portable: options.portable === true,
			});
			const entry = set.plans.has(document.file) ? document.file : null;
			return finish(store, set.plans, { entry, kind });
		}
		case "flatagent": {
			const agent = planAgent(document.file, document.value, { ...site, profilesFor: (dir) => set.catalogOf(dir) });
			return finish(store, set.plans, { entry: null, kind, ...(agent && { agent }) });
		}
		case "flatprofile": {
			const profiles = normaliseCatalog(document.value, document.file);
			return finish(store, set.plans, { entry: null, kind, profiles });
		}
		case "prompt": {
			const data = own(document.value, "data");
			checkPromptTemplates(isRecord(data) ? data : document.value, isRecord(data) ? ["data"] : [], reporter);
			return finish(store, set.plans, { entry: null, kind });
		}
	}
}

function loadEntry(source: AnalyzeSource, dir: string, store: DocumentStore): LoadedDocument | undefined {
	if ("text" in source) {
		const { text, format } = source;
		const file = source.file === undefined ? "<inline>" : store.nameOf(source.file);
		return addParsed(parseDocument(text, { file, dir, ...(format && { format }) }), store);
	}
	if ("config" in source) return addParsed(documentFromValue(source.config, { dir }), store);
	const loaded = store.load(source.file, undefined, ".");
	if (loaded.status === "loaded") return loaded;
	const isMissing = loaded.status === "missing";
	store.diagnostics.push({
		code: isMissing ? "FS3001" : loaded.code,
		severity: "error",
		message: isMissing ? `the file \`${loaded.path}\` does not exist` : loaded.message,
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

function finish(
	store: DocumentStore,
	plans: ReadonlyMap<string, MachinePlan>,
	rest: Omit<Analysis, "plans" | "documents" | "diagnostics">,
): Analysis {
	const order = new Map([...store.documents.keys()].map((file, index) => [file, index] as const));
	const diagnostics = withConditionFixes(tidyDiagnostics(store.diagnostics), store.documents, plans).toSorted(
		(a, b) => (order.get(a.file) ?? -1) - (order.get(b.file) ?? -1) || (a.range?.start ?? -1) - (b.range?.start ?? -1),
	);
	return { ...rest, plans, documents: store.documents, diagnostics };
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
