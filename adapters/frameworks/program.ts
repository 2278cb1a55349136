/** A program that works for one call: what it says on stderr, and that it is gone when the call is over. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export interface ProgramStart {
	readonly command: string;
	readonly args: readonly string[];
	/** Absolute path of the folder that it works in. */
	readonly cwd?: string;
	readonly env: NodeJS.ProcessEnv;
}

/** Milliseconds that a program has to end itself and what it has started. */
const grace = 5_000;
/** Characters kept of the end of stderr. */
const longestTail = 4_000;

export class Program implements AsyncDisposable {
	readonly process: ChildProcessWithoutNullStreams;
	/** Settles when the program is gone, or could not be started. */
	readonly gone: Promise<void>;
	#stderr = "";

	constructor({ command, args, cwd, env }: ProgramStart) {
		this.process = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
		this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
			this.#stderr = (this.#stderr + text).slice(-longestTail);
		});
		// A program that is gone does not read on; that it is gone is said elsewhere.
		this.process.stdin.on("error", () => {});
		this.gone = new Promise((resolve) => {
			this.process.once("exit", () => resolve());
			this.process.once("error", () => resolve());
		});
	}

	/** The last that it has said on stderr. */
	get stderr(): string {
		return this.#stderr.trim();
	}

	/** Asks it to end, so that it can end its own children, and kills it where it does not. */
	async end(): Promise<void> {
		const isGone = () =>
			this.process.pid === undefined || this.process.exitCode !== null || this.process.signalCode !== null;
		if (isGone()) return;
		this.process.kill("SIGTERM");
		const timer = setTimeout(() => this.process.kill("SIGKILL"), grace);
		await this.gone;
		clearTimeout(timer);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.end();
	}
}
