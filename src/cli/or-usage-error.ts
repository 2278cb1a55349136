/** Failures of what a command line names (files, modules, ports) as errors of its user, not of the run. */
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
