/** What a bundle is: one JSON text that holds a machine document and every file that it was compiled from. */
import type { DocumentPath } from "../document/document.ts";
import { defaultDocumentLimits } from "../document/limits.ts";

/** The key under a machine document's `metadata`; programs that do not know it leave it alone. */
export const bundleKey = "flatstate";

/** Of the record under `bundleKey`. */
export const bundleFormat = 1;

/** Bounds on bundles, which come from stores and are not trusted. */
export const bundleLimits = Object.freeze({
	/** UTF-16 units of the whole text. */
	maxLength: 128 * 1024 * 1024,
	maxFiles: 10_000,
	/** UTF-16 units of a file. */
	maxFileLength: defaultDocumentLimits.maxLength,
	/** Levels from a document to a machine inside of it. */
	maxDepth: defaultDocumentLimits.maxDepth,
});

/** Catalogs of machines whose own files do not say which: of `profilesFile`, or of the machine above. */
export interface BundledCatalog {
	/** Portable ids of the machines. */
	readonly machines: readonly string[];
	/** The catalog: a file of the bundle, or a document that stood inside of another. */
	readonly source: { readonly file: string } | { readonly value: Readonly<Record<string, unknown>> };
}

/** A bundle as it is read. All paths are portable: POSIX, relative to the entry's folder. */
export interface Bundle {
	/** The file that the machine is written in. */
	readonly entry: string;
	/** The machine: `entry`, or `<entry>#machines.name` for one that is written inside another. */
	readonly planId: string;
	/** Where the machine stands in its file; `[]` for the whole of it. */
	readonly base: DocumentPath;
	/** Texts by path. */
	readonly files: ReadonlyMap<string, string>;
	/** Modules of code that typed agents name. They were there; their content is not in the bundle. */
	readonly modules: ReadonlySet<string>;
	/** By folder and reference: where a reference leads that does not lead there by itself, such as an absolute one. */
	readonly links: ReadonlyMap<string, ReadonlyMap<string, string>>;
	readonly catalogs: readonly BundledCatalog[];
	/** Whether keys stood in the files, which are empty texts here. */
	readonly leavesOutKeys: boolean;
	/** The machine's document with its agents in place, for programs that know nothing of bundles. */
	readonly document: Readonly<Record<string, unknown>>;
}

/**
 * - `invalid_bundle`: the record is damaged, too large, or not made by this program
 * - `bundle_format`: it was made by a newer release
 * - `bundle_code`: it names code outside of its folder
 */
export type BundleErrorCode = "invalid_bundle" | "bundle_format" | "bundle_code";

/** A stored configuration that is not used. */
export class BundleError extends Error {
	override readonly name = "BundleError";
	readonly code: BundleErrorCode;

	constructor(code: BundleErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
