/** Real `flatstate worker` processes for tests: started, killed, frozen, and started again. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { main } from "../build-package.ts";
import { type Ended, endOf, startCommand } from "../cli/built-command.ts";

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
	readonly #child: ChildProcessWithoutNullStreams;
	/** When it has ended, and all that it printed is read. */
	readonly ended: Promise<Ended>;
	/** What it wrote to its standard error so far. */
	text = "";
	#onText: (() => void) | undefined;

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
		this.#child = startCommand(program, command, { env });
		this.#child.stdin.end();
		this.#child.stderr.on("data", (piece) => {
			this.text += String(piece);
			this.#onText?.();
		});
		this.ended = endOf(this.#child);
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Whether it still runs. */
	get runs(): boolean {
		return this.#child.exitCode === null && this.#child.signalCode === null;
	}

	get takesJobs(): boolean {
		return this.runs && this.text.includes(readyText);
	}

	/** Once it takes jobs. */
	ready(): Promise<void> {
		return this.prints(readyText);
	}

	/** Once its standard error has this text. @throws Error where it ends before that */
	async prints(wanted: string): Promise<void> {
		while (!this.text.includes(wanted)) {
			const more = new Promise<void>((resolve) => {
				this.#onText = resolve;
			});
			await Promise.race([more, this.ended]);
			if (!this.runs && !this.text.includes(wanted)) throw new Error(`The worker has ended: ${this.text}`);
		}
	}

	/** @returns when it has ended */
	async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
		if (this.runs) this.#child.kill(signal);
		await this.ended;
	}

	signal(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.kill();
	}
}

const readyText = "takes jobs from";
