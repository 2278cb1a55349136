/** A loaded YAML or JSON document: its plain value, and where each path of it stands in the text. */
import type { SourceRange } from "../diagnostics/diagnostic.ts";

/** Keys and indexes from the root of a document. */
export type DocumentPath = readonly (string | number)[];

/** The file of documents that were given as text or as an object. */
export const inlineFile = "<inline>";

export interface SourceDocument {
	/** As the loader names it; `<inline>` for objects and strings. */
	readonly file: string;
	/** Folder that relative references start from. */
	readonly dir: string;
	/** The source text; for an object that was given, its YAML rendering is not made and this is `""`. */
	readonly text: string;
	/** Plain JSON value, own properties only. */
	readonly value: unknown;
	/**
	 * Where a path stands.
	 * @param path from the root
	 * @param part the key, the value, or (default) the value if there is one, else the key
	 * @returns undefined for documents without text, or where the path does not exist (then try its parent)
	 */
	rangeOf(path: DocumentPath, part?: "key" | "value"): SourceRange | undefined;
	/**
	 * Where characters `start` to `end` of the string at `path` stand, through quotes, escapes, folding and block
	 * indentation, so that a position inside a template becomes a line and a column of the file.
	 */
	rangeInString(path: DocumentPath, start: number, end: number): SourceRange | undefined;
}
