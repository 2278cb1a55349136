/** Failures of what a command line names (files, modules, ports) as errors of its user, not of the run. */
import { statSync } from "node:fs";
import { builtinNames, builtinText, isBuiltin } from "../../compiler/builtin/builtin.ts";
import { UsageError } from "./usage-error.ts";

/**
 * @param what begins the message, for example `Cannot read hooks.js`
 * @throws UsageError in place of whatever `load` throws
 */
export async function orUsageError<T>(what: string, load: () => T | Promise<T>): Promise<T> {
	try {
		return await load();
	} catch (cause) {
		throw new UsageError(`${what}: ${reasonOf(cause)}`, { cause });
	}
}

/** @throws UsageError where there is no such file */
export function requireFile(file: string): void {
	if (builtinText(file) !== undefined) return;
	const stat = statSync(file, { throwIfNoEntry: false });
	if (stat === undefined && isBuiltin(file)) {
		throw new UsageError(`There is no packaged machine ${file}; known: ${builtinNames.join(", ")}.`);
	}
	if (stat === undefined) throw new UsageError(`There is no file ${file}.`);
	if (stat.isDirectory()) throw new UsageError(`${file} is a folder; name a file in it.`);
}

function reasonOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	switch ("code" in cause ? cause.code : undefined) {
		case "ENOENT":
			return "there is no such file.";
		case "EISDIR":
			return "it is a folder.";
		case "EACCES":
			return "permission is denied.";
		case "EADDRINUSE":
			return "another program uses it. Give another --port, or none for any free one.";
		default:
			return cause.message;
	}
}
