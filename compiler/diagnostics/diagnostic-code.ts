/** One entry of the registry of diagnostics, and the few words to write it with. */
import type { Severity } from "./diagnostic.ts";

/** What is known about a code before any document has been seen. */
export interface DiagnosticCode {
	readonly severity: Severity;
	/** A short name of the problem. */
	readonly title: string;
	/** YAML that has the problem: part of a machine's `data`, or a whole document; in brackets where words say more. */
	readonly example: string;
	/** What to do about it. */
	readonly cure: string;
}

/** An error: it keeps a machine from being compiled. */
export const error = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "error", title, example, cure });

/** A warning. */
export const warning = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "warning", title, example, cure });

/** The lines of an example. */
export const yaml = (...lines: readonly string[]): string => lines.join("\n");
