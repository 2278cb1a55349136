/** Runs a command of a shell: in the working directory, without keys, bounded in time and output, and all of it ends with it. */
import { spawn } from "node:child_process";
import { kill, killAtExit } from "../processes/kill-at-exit.ts";
import { CodingToolError } from "./errors.ts";
import { OutputEnds } from "./output-ends.ts";

export interface CommandRequest {
	readonly command: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	readonly seconds: number;
	readonly signal: AbortSignal;
}

/** What every program needs, and nothing that may be a key. */
const inherited = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

/** Variables for a command. @param own those that the program gives it */
export function commandEnvironment(
	all: Readonly<Record<string, string | undefined>>,
	own: Readonly<Record<string, string>>,
): Record<string, string> {
	const kept = inherited.flatMap((name): [string, string][] => {
		const { [name]: value } = all;
		return value === undefined ? [] : [[name, value]];
	});
	return { ...Object.fromEntries(kept), TERM: "dumb", ...own };
}

/**
 * Resolves with what the command wrote, and how it ended.
 * @throws CodingToolError `too_long`, with what it wrote until then; the signal's reason when it aborts
 */
export function runCommand({ command, cwd, env, seconds, signal }: CommandRequest): Promise<string> {
	signal.throwIfAborted();
	return new Promise((resolve, reject) => {
		// A group of its own, so that what the command has started ends with it.
		const child = spawn("/bin/sh", ["-c", command], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
		const output = new OutputEnds();
		child.stdout.on("data", (chunk: Buffer) => output.add(chunk));
		child.stderr.on("data", (chunk: Buffer) => output.add(chunk));
		const { pid } = child;
		const forget = pid === undefined ? undefined : killAtExit(-pid);
		const killGroup = () => {
			if (pid !== undefined) kill(-pid, "SIGKILL");
		};
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			killGroup();
		}, seconds * 1000);
		signal.addEventListener("abort", killGroup, { once: true });
		const settle = (end: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener("abort", killGroup);
			forget?.();
			end();
		};
		child.once("error", (cause) =>
			settle(() => reject(new CodingToolError("unfit", `The shell cannot be started: ${cause.message}`, { cause }))),
		);
		// What it has left in the background would keep the pipes open.
		child.once("exit", killGroup);
		child.once("close", (code, by) =>
			settle(() => {
				if (signal.aborted) reject(signal.reason);
				else if (isLate) {
					reject(
						new CodingToolError(
							"too_long",
							`The command took longer than ${seconds} s and was ended.\n${output.text()}`,
						),
					);
				} else resolve(`${output.text()}[${by === null ? `exit code ${code}` : `ended by ${by}`}]`);
			}),
		);
	});
}
