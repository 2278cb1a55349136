/** Real processes that race: each runs a module of a test, is asked by messages, and is killed at the end. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export class RacingProcesses implements AsyncDisposable {
	/** A folder that is removed at the end. */
	readonly dir: string;
	readonly #running = new Set<ChildProcess>();

	private constructor(dir: string) {
		this.dir = dir;
	}

	/** @param module its file's name in this folder; it sends a message once it is ready */
	static async prepare(module: string): Promise<RacingProcesses> {
		const dir = await mkdtemp(join(tmpdir(), "flatstate-race-"));
		await build({
			entryPoints: [fileURLToPath(new URL(`./${module}`, import.meta.url))],
			outfile: join(dir, "racer.mjs"),
			bundle: true,
			platform: "node",
			format: "esm",
			logLevel: "error",
		});
		return new RacingProcesses(dir);
	}

	/** Starts one more, with the path of a store's folder. */
	async start(): Promise<ChildProcess> {
		const child = fork(join(this.dir, "racer.mjs"), [join(this.dir, "store")], { execArgv: [] });
		this.#running.add(child);
		await once(child, "message");
		return child;
	}

	async kill(child: ChildProcess): Promise<void> {
		const exit = once(child, "exit");
		child.kill("SIGKILL");
		await exit;
		this.#running.delete(child);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const child of this.#running) child.kill("SIGKILL");
		await rm(this.dir, { recursive: true, force: true });
	}
}

/** Sends a message and gives the next one that comes back. */
export async function ask(child: ChildProcess, message: string): Promise<unknown> {
	const answer = once(child, "message");
	child.send(message);
	return (await answer)[0];
}
