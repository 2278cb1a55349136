/** What every part of the plan builder shares: the document, its engines, and how to name a place. */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";
import type { SourcePlace } from "./plan.ts";

export interface BuildScope {
	readonly reporter: Reporter;
	readonly expressionEngine: "simple" | "cel";
	readonly templateEngine: "jinja" | "liquid";
}

/** First words of bare paths everywhere (spec section 4.1). */
export const bareRoots: readonly string[] = ["context", "input", "output"];

/** The line and column of a path, as `at` of a plan entry; nothing for documents without text. */
export function placeAt(reporter: Reporter, path: DocumentPath, part?: "key" | "value"): { readonly at?: SourcePlace } {
	const range = reporter.document.rangeOf(path, part);
	return range ? { at: { file: reporter.document.file, line: range.line, column: range.column } } : {};
}
