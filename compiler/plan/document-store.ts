/** Loads each file once, validates it once, and collects what is wrong with all of them. */
import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { createReporter, type Reporter } from "../diagnostics/report.ts";
import type { SourceDocument } from "../document/document.ts";
import { type Loader, LoaderError } from "../document/loader.ts";
import { parseDocument } from "../document/parse.ts";
import { own } from "../document/plain-data.ts";
import { type DocumentKind, guessKind, kindOfDocument } from "./document-kind.ts";
import type { FoundReference } from "./machine-origin.ts";
import { readVersion } from "./version.ts";

/** A document in the set. */
export interface LoadedDocument {
	readonly status: "loaded";
	readonly document: SourceDocument;
	readonly reporter: Reporter;
	readonly kind: DocumentKind | undefined;
	/** False where the text has errors that leave its value in doubt. */
	readonly usable: boolean;
}

/** A file that could not be had. */
export type LoadFailure =
	| { readonly status: "missing"; readonly path: string }
	| { readonly status: "refused"; readonly code: Code; readonly message: string };

export type LoadResult = LoadedDocument | LoadFailure;

/** A file that is there. */
export interface LocatedFile extends FoundReference {
	readonly status: "found";
}

/** Called for each document, once: schema validation. */
export type DocumentCheck = (loaded: LoadedDocument) => void;

const maxFiles = 10_000;

export class DocumentStore {
	readonly loader: Loader;
	readonly diagnostics: Diagnostic[] = [];
	readonly documents = new Map<string, SourceDocument>();
	/** References that led to a file, in the order in which they were followed. */
	readonly found: FoundReference[] = [];
	readonly #folders = new Map<string, string>();
	readonly #loaded = new Map<string, LoadResult>();
	readonly #check: DocumentCheck;

	constructor(loader: Loader, check: DocumentCheck) {
		this.loader = loader;
		this.#check = check;
	}

	/**
	 * The path of a reference.
	 * @param dirs folders to look in; the first that has the file counts, else the first
	 */
	locate(reference: string, ...dirs: readonly string[]): LoadFailure | LocatedFile {
		let first: string | undefined;
		let refusal: LoadFailure | undefined;
		for (const dir of dirs) {
			try {
				const path = this.loader.resolve(dir, reference);
				first ??= path;
				if (this.#loaded.has(path) || this.loader.exists(path)) {
					return { status: "found", folder: this.folderOf(dir), reference, path };
				}
			} catch (error) {
				refusal ??= failureOf(error, reference);
			}
		}
		return refusal ?? { status: "missing", path: first ?? reference };
	}

	/**
	 * Loads the file that a reference names.
	 * @param expected what kind it should be, for files that do not say
	 */
	load(reference: string, expected: DocumentKind | undefined, ...dirs: readonly string[]): LoadResult {
		const located = this.locate(reference, ...dirs);
		if (located.status !== "found") return located;
		const { path } = located;
		// Failures are remembered too: each file is read once.
		const result = this.#loaded.get(path) ?? this.#read(path, expected);
		this.#loaded.set(path, result);
		if (result.status === "loaded") this.noteFound(located);
		return result;
	}

	/** Notes that a reference led to a file, for the origin of the machine that is being planned. */
	noteFound({ folder, reference, path }: FoundReference): void {
		this.found.push({ folder, reference, path });
	}

	/** The folder `dir` as the loader names it in paths. */
	folderOf(dir: string): string {
		let folder = this.#folders.get(dir);
		if (folder === undefined) {
			folder = this.#resolved(dir, ".", dir);
			this.#folders.set(dir, folder);
		}
		return folder;
	}

	#read(path: string, expected: DocumentKind | undefined): LoadResult {
		if (this.documents.size >= maxFiles) {
			return { status: "refused", code: "FS3009", message: `more than ${maxFiles} files are referenced` };
		}
		let text: string;
		try {
			text = this.loader.read(path);
		} catch (error) {
			return failureOf(error, path);
		}
		const { document, diagnostics } = parseDocument(text, { file: path, dir: this.loader.dirOf(path) });
		this.diagnostics.push(...diagnostics);
		if (document) return this.add(document, expected, isUsable(diagnostics));
		// The file's own diagnostics tell what is wrong; whoever references it says nothing more.
		const empty: SourceDocument = { file: path, dir: "", text, value: {}, rangeOf: none, rangeInString: none };
		return this.add(empty, expected, false);
	}

	/** The path that a file is known by; the text itself where the loader refuses it. */
	nameOf(file: string): string {
		return this.#resolved(".", file, file);
	}

	#resolved(dir: string, reference: string, otherwise: string): string {
		try {
			return this.loader.resolve(dir, reference);
		} catch {
			return otherwise;
		}
	}

	/** Adds a document that was not read from a file. Its own diagnostics are the caller's to add. */
	add(document: SourceDocument, expected: DocumentKind | undefined, usable: boolean): LoadedDocument {
		this.documents.set(document.file, document);
		const kind = kindOfDocument(document.value) ?? expected ?? guessKind(document.value);
		const reporter = createReporter(document, this.diagnostics);
		const loaded: LoadedDocument = { status: "loaded", document, reporter, kind, usable };
		this.#loaded.set(document.file, loaded);
		if (!usable) return loaded;
		this.#check(loaded);
		// A machine's version is read with its plan.
		const version = kind === "flatmachine" ? undefined : own(document.value, "spec_version");
		if (version !== undefined) readVersion(version, ["spec_version"], reporter);
		return loaded;
	}
}

/** Whether a document is worth looking at, given what is wrong with its text; of equal keys the last counts. */
export function isUsable(diagnostics: readonly Diagnostic[]): boolean {
	return diagnostics.every(({ severity, code }) => severity !== "error" || code === "FS1002");
}

const none = (): undefined => undefined;

function failureOf(error: unknown, path: string): LoadFailure {
	if (!(error instanceof LoaderError)) {
		const reason = error instanceof Error ? error.message : String(error);
		return { status: "refused", code: "FS3004", message: `\`${path}\` cannot be read: ${reason}` };
	}
	if (error.code === "not_found") return { status: "missing", path: error.path };
	const code = error.code === "outside_root" ? "FS3003" : error.code === "too_large" ? "FS1004" : "FS3004";
	return { status: "refused", code, message: error.message };
}
