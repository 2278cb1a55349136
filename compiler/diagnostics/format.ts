/** Prints a diagnostic for people. */
import pc from "picocolors";
import type { Diagnostic } from "./diagnostic.ts";
import { printable } from "./printable.ts";

export interface FormatOptions {
	readonly color: boolean;
	/** Absolute folder; files inside it are shown relative to it. */
	readonly cwd?: string;
}

/** `file:line:column severity CODE message`, then the frame, related places and the suggestion. */
export function formatDiagnostic(diagnostic: Diagnostic, options: FormatOptions): string {
	const paint = pc.createColors(options.color);
	const { range, severity, code } = diagnostic;
	const message = printable(diagnostic.message);
	const file = shortName(diagnostic.file, options.cwd);
	const place = range ? `${file}:${range.line}:${range.column}` : `${file}${printable(formatPath(diagnostic.path))}`;
	const word = severity === "error" ? paint.red(paint.bold(severity)) : paint.yellow(paint.bold(severity));
	const lines = [`${paint.cyan(place)} ${word} ${paint.dim(code)} ${message}`];
	if (diagnostic.frame) lines.push(diagnostic.frame);
	for (const other of diagnostic.related ?? []) {
		const where = other.range ? `:${other.range.line}:${other.range.column}` : "";
		lines.push(`  ${paint.cyan(shortName(other.file, options.cwd) + where)} ${printable(other.message)}`);
	}
	if (diagnostic.suggestion) lines.push(`  ${paint.green("help:")} ${printable(diagnostic.suggestion)}`);
	return lines.join("\n");
}

/** ` at data.states.start.transitions[0].to`, or nothing for the root. */
export function formatPath(path: Diagnostic["path"]): string {
	if (path.length === 0) return "";
	let text = "";
	for (const key of path) {
		if (typeof key === "number") text += `[${key}]`;
		else if (/^[\w-]+$/.test(key)) text += text === "" ? key : `.${key}`;
		else text += `[${JSON.stringify(key)}]`;
	}
	return ` at ${text}`;
}

function shortName(file: string, cwd: string | undefined): string {
	if (cwd === undefined || cwd === "") return printable(file);
	const prefix = /[\\/]$/.test(cwd) ? cwd : `${cwd}${file.includes("\\") ? "\\" : "/"}`;
	return printable(file.startsWith(prefix) ? file.slice(prefix.length) : file);
}
