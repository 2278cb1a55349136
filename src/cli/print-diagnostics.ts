/** Diagnostics as people read them on a terminal, and the line that counts them. */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { formatDiagnostic } from "../../compiler/diagnostics/format.ts";

/** All diagnostics, an empty line after each; "" for none. Files are shown relative to the working directory. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], color: boolean): string {
	const cwd = process.cwd();
	return diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, { color, cwd })}\n\n`).join("");
}

/** For example `2 errors, 1 warning`, or `no problems`. */
export function countsText(diagnostics: readonly Diagnostic[]): string {
	const errors = diagnostics.filter(({ severity }) => severity === "error").length;
	const warnings = diagnostics.length - errors;
	const parts = [errors > 0 && counted(errors, "error"), warnings > 0 && counted(warnings, "warning")];
	return parts.filter((part) => part !== false).join(", ") || "no problems";
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
	return diagnostics.some(({ severity }) => severity === "error");
}
