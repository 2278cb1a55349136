/** Runs `examples/run.mjs` of the built package in a child process, as `npm run example` does. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "../build-package.ts";

export interface Finished {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** @param env variables that are set in addition; no key of a provider is passed on from this process */
export function runExample(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
	return run(process.execPath, ["examples/run.mjs", ...args], { OPENAI_API_KEY: "", ...env });
}

async function run(
	command: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	const options = { cwd: root, env: { ...process.env, ...env } };
	try {
		return { code: 0, ...(await promisify(execFile)(command, args, options)) };
	} catch (error) {
		if (!isFinished(error)) throw error;
		return error;
	}
}

function isFinished(error: unknown): error is Finished {
	return error instanceof Error && "code" in error && typeof error.code === "number" && "stdout" in error;
}
