/** Runs the built `flatstate` command on a real pseudo-terminal, which Python's standard library has. */
import { stripVTControlCharacters } from "node:util";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { main } from "../build-package.ts";
import { endOf, startCommand } from "./built-command.ts";

export interface TerminalOptions {
	readonly cwd: string;
	readonly columns?: number;
	readonly env?: Readonly<Record<string, string>>;
	/** What is read first, and what is typed then. */
	readonly talk: readonly (readonly [read: string, typed: string])[];
}

export interface TerminalEnd {
	readonly code: number;
	/** All that was shown. */
	readonly raw: string;
	/** The same without colours and movements of the cursor. */
	readonly text: string;
	/** What was not typed, since what was to be read first never came. */
	readonly unsaid: number;
}

/** What a person types at the end of an answer, and to leave. */
export const key = { enter: "\r", controlC: "\u0003", controlD: "\u0004" } as const;

/** Talks with `flatstate ARGS`. */
export async function onTerminal(
	args: readonly string[],
	{ cwd, columns = 80, env = {}, talk }: TerminalOptions,
): Promise<TerminalEnd> {
	const child = startCommand("python3", [new URL("terminal.py", import.meta.url).pathname]);
	child.stdin.end(
		JSON.stringify({
			argv: [process.execPath, main, ...args],
			cwd,
			env: { PATH: process.env.PATH ?? "", TERM: "xterm", HOME: cwd, ...env },
			columns,
			talk,
		}),
	);
	const { stdout, stderr } = await endOf(child);
	const end: unknown = stdout === "" ? undefined : JSON.parse(stdout);
	if (!isRecord(end)) throw new Error(`The terminal has failed: ${stderr}`);
	const raw = String(end.text);
	const text = stripVTControlCharacters(raw).replaceAll("\r", "");
	return { code: Number(end.code), raw, text, unsaid: Number(end.unsaid) };
}
