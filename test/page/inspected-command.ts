/** A `flatstate` command with the inspector's page, in a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { main } from "../build-package.ts";
import { type Ended, endOf } from "../cli/built-command.ts";

export class InspectedCommand implements AsyncDisposable {
	/** The page's address. */
	readonly url: string;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #ended: Promise<Ended>;

	private constructor(child: ChildProcessWithoutNullStreams, ended: Promise<Ended>, url: string) {
		this.#child = child;
		this.#ended = ended;
		this.url = url;
	}

	/** Starts it, and waits until it has said where the page is. */
	static async start(args: readonly string[]): Promise<InspectedCommand> {
		const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH ?? "" } });
		child.stdin.end();
		const ended = endOf(child);
		let said = "";
		const url = new Promise<string>((resolve) => {
			for (const stream of [child.stdout, child.stderr]) {
				stream.on("data", (data) => {
					said += String(data);
					const [found] = /http:\/\/127\S+(?=\s)/.exec(said) ?? [];
					if (found !== undefined) resolve(found);
				});
			}
		});
		const first = await Promise.race([url, ended]);
		if (typeof first !== "string") throw new Error(`It ended without an inspector: ${first.stderr}`);
		return new InspectedCommand(child, ended, first);
	}

	/** Ctrl-C, and what it has printed in all. */
	interrupt(): Promise<Ended> {
		this.#child.kill("SIGINT");
		return this.#ended;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const exit = once(this.#child, "exit");
		this.#child.kill("SIGKILL");
		await exit;
	}
}
