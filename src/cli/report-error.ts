/** The last resort of every command: says on stderr why it could not do what it was asked. */
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { CompileError } from "../compile.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { firstError } from "./first-error.ts";
import { countsText, diagnosticsText } from "./print-diagnostics.ts";
import { wantsColor, writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Prints an error.
 * @returns the exit code that it means
 */
export async function reportError(thrown: unknown): Promise<ExitCode> {
	const error = firstError(thrown);
	const color = wantsColor(process.stderr);
	if (error instanceof CompileError) {
		const { diagnostics } = error;
		await writeTo(process.stderr, `${diagnosticsText(diagnostics, color)}${countsText(diagnostics)}\n`);
		const hasUnknownHooks = diagnostics.some(({ code }) => code === "FS3103");
		if (hasUnknownHooks) await writeTo(process.stderr, "Name the module that has the hooks with --hooks MODULE.\n");
		return exitCodes.usage;
	}
	const isUsage = error instanceof UsageError;
	await writeTo(process.stderr, `${errorLabel(color)} ${printable(isUsage ? error.message : describe(error))}\n`);
	if (showsStacks()) await writeTo(process.stderr, `${printable(stackOf(error))}\n`);
	return isUsage ? exitCodes.usage : exitCodes.failed;
}

export function errorLabel(color: boolean): string {
	const paint = pc.createColors(color);
	return paint.red(paint.bold("error:"));
}

/** Stack traces are for those who ask for them. */
export function showsStacks(): boolean {
	return process.env.FLATAGENTS_LOG_LEVEL?.trim().toUpperCase() === "DEBUG";
}

/** The stack with those of its causes. */
export function stackOf(error: unknown): string {
	const stacks: string[] = [];
	const seen = new Set<unknown>();
	for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
		seen.add(each);
		stacks.push(each.stack ?? String(each));
	}
	return stacks.join("\ncaused by: ") || String(error);
}

function describe(error: unknown): string {
	return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
