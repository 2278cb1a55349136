/** Regular expressions of JavaScript can take exponential time; only the engine itself can stop them. */
import type { Script } from "node:vm";

/** Milliseconds that an expression with macros or regular expressions may take. */
export const TIME_LIMIT = 500;

let watched: { readonly script: Script; readonly sandbox: { run: () => unknown } } | null = null;

/**
 * Runs what may take long. It is not to be nested.
 * @throws what `run` throws; an error that `isTimeOver` knows after `TIME_LIMIT`
 */
export function withTimeLimit(run: () => unknown): unknown {
	if (watched === null) {
		const { createContext, Script } = process.getBuiltinModule("node:vm");
		const sandbox = { run };
		createContext(sandbox);
		watched = { script: new Script("run()"), sandbox };
	}
	watched.sandbox.run = run;
	return watched.script.runInContext(watched.sandbox, { timeout: TIME_LIMIT });
}

/** Whether an error says that the time was over; it is of another realm. */
export function isTimeOver(error: unknown): boolean {
	return typeof error === "object" && error !== null && "code" in error && error.code === timeOver;
}

const timeOver = "ERR_SCRIPT_EXECUTION_TIMEOUT";
