/** Syntax errors of templates and conditions as diagnostics, at the characters that are wrong. */
import type { Reporter } from "../diagnostics/report.ts";
import type { DocumentPath } from "../document/document.ts";
import type { ExpressionSyntaxError } from "../expression/index.ts";

/** Reports an error of the expression parser inside the string at `path`. */
export function reportSyntax(
	code: "FS5001" | "FS5002" | "FS5006" | "FS5201",
	error: ExpressionSyntaxError,
	path: DocumentPath,
	reporter: Reporter,
): void {
	const { hint, start, end } = error;
	// The error's own message ends with its hint, which has a line of its own here.
	const suffix = `: ${hint}`;
	const message = error.message.endsWith(suffix) ? error.message.slice(0, -suffix.length) : error.message;
	reporter.report(code, {
		path,
		at: "value",
		offsets: { start, end: Math.max(end, start + 1) },
		message,
		...(hint !== undefined && { suggestion: hint }),
	});
}
