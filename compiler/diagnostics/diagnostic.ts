/** What a problem in a document looks like: code, severity, place, message, cure. */

/** How bad a diagnostic is: an error stops compilation, a warning does not. */
export type Severity = "error" | "warning";

/** A stretch of one source text. Offsets count UTF-16 units from 0; lines and columns count from 1. */
export interface SourceRange {
	readonly start: number;
	readonly end: number;
	readonly line: number;
	readonly column: number;
	readonly endLine: number;
	readonly endColumn: number;
}

/** A mechanical cure: put `text` in place of `range` of `file`. */
export interface Fix {
	readonly file: string;
	readonly range: SourceRange;
	readonly text: string;
	readonly title: string;
}

/** Another place that belongs to a diagnostic, for example where a value was set. */
export interface RelatedPlace {
	readonly file: string;
	readonly range?: SourceRange;
	readonly message: string;
}

/** One problem of one document. `code` is stable (see `codes.ts` and docs/diagnostics.md). */
export interface Diagnostic {
	readonly code: string;
	readonly severity: Severity;
	readonly message: string;
	/** The file as the loader names it; `<inline>` for objects and strings. */
	readonly file: string;
	/** Path of keys and indexes inside the document, for example `["data", "states", "start", "agent"]`. */
	readonly path: readonly (string | number)[];
	readonly range?: SourceRange;
	/** The source lines around the place with a caret, ready to print. */
	readonly frame?: string;
	/** What to do, for example ``did you mean `writer`?``. */
	readonly suggestion?: string;
	readonly fix?: Fix;
	readonly related?: readonly RelatedPlace[];
}
