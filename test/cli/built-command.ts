/** Runs the built `flatstate` command in real processes. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { main } from "../build-package.ts";

/** How a command ended. */
export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CommandOptions {
	readonly cwd?: string;
	readonly stdin?: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program with pipes, and with nothing of this process's environment but its path. */
export function startCommand(
	command: string,
	args: readonly string[],
	{ cwd, env }: CommandOptions = {},
): ChildProcessWithoutNullStreams {
	return spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? "", ...env } });
}

/** What a started program prints, and how it ends. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
	const code = new Promise<number | null>((resolve) => child.once("close", resolve));
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
	return { code: await code, stdout, stderr };
}

/** Runs `flatstate` with pipes on all three streams. */
export async function flatstate(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
	const child = startCommand(process.execPath, [main, ...args], options);
	child.stdin.end(options.stdin ?? "");
	return endOf(child);
}
