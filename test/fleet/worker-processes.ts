/** Real `flatstate worker` processes for tests: started, killed, frozen, and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { main } from "../build-package.ts";

export interface WorkerSettings {
	/** Of the store, with which the fleet's queue is. */
	readonly url: string;
	readonly env?: Readonly<Record<string, string>>;
	/** More of the command line. */
	readonly args?: readonly string[];
	/** A program, with arguments, that runs the command in its own place. */
	readonly within?: readonly string[];
}

/** One process. */
export class WorkerProcess implements AsyncDisposable {
	readonly #child: ChildProcess;
	readonly #exit: Promise<unknown>;
	/** What it wrote to its standard error. */
	text = "";

	constructor({ url, env = {}, args = [], within = [] }: WorkerSettings) {
		const [program = process.execPath, ...command] = [
			...within,
			process.execPath,
			main,
			"worker",
			"--store",
			url,
			...args,
		];
		this.#child = spawn(program, command, {
			stdio: ["ignore", "ignore", "pipe"],
			env: { ...process.env, NO_COLOR: "1", ...env },
		});
		this.#exit = once(this.#child, "exit");
		this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.text += text;
		});
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Null while it runs, and where a signal ended it. */
	get exitCode(): number | null {
		return this.#child.exitCode;
	}

	/** Whether it still runs. */
	get runs(): boolean {
		return this.#child.exitCode === null && this.#child.signalCode === null;
	}

	get takesJobs(): boolean {
		return this.runs && this.text.includes("takes jobs from");
	}

	/** Once it takes jobs. */
	async ready(): Promise<void> {
		while (!this.takesJobs) {
			const stderr = this.#child.stderr;
			if (!this.runs || !stderr) throw new Error(`A worker did not start: ${this.text}`);
			await Promise.race([once(stderr, "data"), this.#exit]);
		}
	}

	/** @returns when it has ended */
	async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		if (this.runs) this.#child.kill(signal);
		await this.#exit;
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.kill();
	}
}
