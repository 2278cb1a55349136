/** `flatstate validate FILES…`: every problem of every file, in one go. */
import { relative, resolve } from "node:path";
import pc from "picocolors";
import type { Fix } from "../../compiler/diagnostics/diagnostic.ts";
import { analyzeFiles } from "./analyze-files.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { findDocuments } from "./find-documents.ts";
import { fixFiles } from "./fix-files.ts";
import { counted, countsText, diagnosticsText, hasErrors } from "./print-diagnostics.ts";
import { wantsColor, writeTo } from "./streams.ts";

export interface ValidateOptions {
	readonly fix?: boolean;
	readonly portable?: boolean;
	readonly json?: boolean;
	readonly profiles?: string;
}

/**
 * Prints problems on stdout and their number on stderr.
 * @throws UsageError
 */
export async function validateCommand(paths: readonly string[], options: ValidateOptions): Promise<ExitCode> {
	const files = findDocuments(paths);
	const { profiles, portable } = options;
	const analyzeAll = () =>
		analyzeFiles(files, {
			portable: portable === true,
			...(profiles !== undefined && { profilesFile: resolve(profiles) }),
		});
	const { analysis, applied } = options.fix ? fixFiles(analyzeAll) : { analysis: analyzeAll(), applied: [] };
	const { diagnostics, documents } = analysis;
	if (options.json) await writeTo(process.stdout, `${JSON.stringify(diagnostics, null, "\t")}\n`);
	else await writeTo(process.stdout, diagnosticsText(diagnostics, wantsColor(process.stdout)));

	const color = wantsColor(process.stderr);
	const checked = counted(Math.max(documents.size, files.length), "file");
	await writeTo(process.stderr, `${fixesText(applied, color)}${countsText(diagnostics)} in ${checked}\n`);
	if (!options.fix) await writeTo(process.stderr, fixableText(diagnostics));
	return hasErrors(diagnostics) ? exitCodes.usage : exitCodes.done;
}

function fixesText(applied: readonly Fix[], color: boolean): string {
	const paint = pc.createColors(color);
	return applied
		.map(({ file, range, title }) => {
			const place = `${relative(process.cwd(), file)}:${range.line}:${range.column}`;
			return `${paint.green("fixed")} ${paint.cyan(place)} ${title}\n`;
		})
		.join("");
}

function fixableText(diagnostics: readonly { readonly fix?: Fix }[]): string {
	const fixable = diagnostics.filter(({ fix }) => fix !== undefined).length;
	if (fixable === 0) return "";
	return `${fixable} of them can be mended with --fix\n`;
}
