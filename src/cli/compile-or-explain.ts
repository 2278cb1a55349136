/** Compiles for a command, and says what a file is that cannot be compiled because it is no machine. */
import { analyzeSource, CompileError } from "../compile.ts";
import { requireFile } from "./or-usage-error.ts";
import { UsageError } from "./usage-error.ts";

const kinds = {
	flatmachine: "a machine",
	flatagent: "an agent",
	flatprofile: "a profiles catalog",
	prompt: "a prompt",
} as const;

/**
 * @param compile what to do with the machine in `file`
 * @throws CompileError with problems to show, or UsageError
 */
export function compileOrExplain<T>(file: string, compile: () => T): T {
	requireFile(file);
	try {
		return compile();
	} catch (error) {
		if (!(error instanceof CompileError)) throw error;
		if (error.diagnostics.some(({ severity }) => severity === "error")) throw error;
		const { kind } = analyzeSource({ file }, {});
		throw new UsageError(
			`${file} is ${kind === null ? "no machine" : kinds[kind]}; a machine is needed (\`spec: flatmachine\`).`,
		);
	}
}
