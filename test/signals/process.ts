/** Runs TypeScript of this repository in a process of its own. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");

/** A module, as the text of a file in the repository's folder. */
export interface Program {
	readonly folder: string;
	readonly code: string;
	readonly args?: readonly string[];
}

/** Starts a module; what it prints comes from `stdout`. */
export async function startProgram({
	folder,
	code,
	args = [],
}: Program): Promise<ChildProcessByStdio<null, Readable, null>> {
	const file = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
	await build({
		stdin: { contents: code, resolveDir: root, loader: "ts" },
		outfile: file,
		bundle: true,
		platform: "node",
		format: "esm",
		logLevel: "error",
	});
	return spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs a module to its end. @returns its exit code */
export async function runProgram(program: Program): Promise<number | null> {
	const child = await startProgram(program);
	const [code] = await once(child, "exit");
	return code;
}
