/** `flatstate compile FILE`: the XState machine config as JSON, or as a TypeScript module. */
import { extname, resolve } from "node:path";
import { compileFile } from "../compile.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { diagnosticsText } from "./print-diagnostics.ts";
import { wantsColor, writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";
import { writeFileAtomically } from "./write-file.ts";

export interface CompileCommandOptions {
	readonly format?: string;
	readonly output?: string;
	readonly profiles?: string;
}

/**
 * Prints or writes the compiled machine; warnings go to stderr.
 * @throws CompileError, UsageError where the output cannot be written
 */
export async function compileCommand(file: string, options: CompileCommandOptions): Promise<ExitCode> {
	const { output, profiles } = options;
	const { config, diagnostics } = compileFile(file, {
		...(profiles !== undefined && { profilesFile: resolve(profiles) }),
	});
	const format = options.format ?? (output !== undefined && [".ts", ".mts"].includes(extname(output)) ? "ts" : "json");
	const text = format === "ts" ? await typeScriptOf(config) : `${JSON.stringify(config, null, "\t")}\n`;
	await writeTo(process.stderr, diagnosticsText(diagnostics, wantsColor(process.stderr)));
	if (output === undefined) {
		await writeTo(process.stdout, text);
		return exitCodes.done;
	}
	try {
		writeFileAtomically(output, text);
	} catch (cause) {
		throw new UsageError(`Cannot write ${output}: ${cause instanceof Error ? cause.message : String(cause)}`, {
			cause,
		});
	}
	await writeTo(process.stderr, `Wrote ${output}\n`);
	return exitCodes.done;
}

async function typeScriptOf(config: ReturnType<typeof compileFile>["config"]): Promise<string> {
	const { toTypeScript } = await import("../typescript-module.ts");
	return toTypeScript(config);
}
