/** `flatstate compile FILE`: the XState machine config as JSON, or as a module. */
import { dirname, extname, isAbsolute, relative, resolve } from "node:path";
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { compileFile } from "../compile.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
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
	const profilesFile = profiles === undefined ? {} : { profilesFile: resolve(profiles) };
	const { config: compiled, diagnostics } = compileOrExplain(file, () => compileFile(file, profilesFile));
	const config = withRelativeFiles(compiled, output === undefined ? process.cwd() : dirname(resolve(output)));
	const format = options.format ?? (output !== undefined && [".ts", ".mts"].includes(extname(output)) ? "ts" : "json");
	const text = await textOf(config, format);
	await writeTo(process.stderr, diagnosticsText(diagnostics, wantsColor(process.stderr)));
	if (output === undefined) {
		await writeTo(process.stdout, printable(text));
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

/** The config with paths that mean the same on another machine: relative to the folder that it is written to. */
function withRelativeFiles(config: JsonMachineConfig, folder: string): JsonMachineConfig {
	const relate = <Value>(meta: Record<string, Value>): Record<string, Value | string> =>
		typeof meta.file === "string" && isAbsolute(meta.file)
			? { ...meta, file: relative(folder, meta.file).replaceAll("\\", "/") }
			: meta;
	const states = Object.entries(config.states).map(
		([name, state]) => [name, state.meta ? { ...state, meta: relate(state.meta) } : state] as const,
	);
	return { ...config, meta: relate(config.meta), states: Object.fromEntries(states) };
}

async function textOf(config: JsonMachineConfig, format: string): Promise<string> {
	switch (format) {
		case "ts": {
			const { toTypeScript } = await import("../typescript-module.ts");
			return toTypeScript(config);
		}
		case "stately": {
			const { toStatelyModule } = await import("../stately-module.ts");
			return toStatelyModule(config);
		}
		default:
			return `${JSON.stringify(config, null, "\t")}\n`;
	}
}
