/** Results in files: one for each address. Readers in other processes are told by the system that one is there. */
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import { resultJson } from "../../../runtime/results/result-json.ts";
import { parseResultUri } from "../../../runtime/results/result-uri.ts";
import { checkedTimeout, waitForResult } from "../../../runtime/results/wait-for-result.ts";
import type { StoreGate } from "../store-gate.ts";
import { parseResult } from "../stored-result.ts";
import type { Access } from "./access.ts";
import { type Disk, parentOf } from "./disk.ts";
import { codeOf, isMissing } from "./failures.ts";
import { encodeName, type Layout } from "./layout.ts";
import { watchFolder } from "./watch.ts";

const pollMs = 1000;

export class FileResults implements ResultBackend {
	readonly #disk: Disk;
	readonly #layout: Layout;
	readonly #access: Access;
	readonly #gate: StoreGate;
	/** What looks again, by the path that it waits for. */
	readonly #waiting = new Map<string, Set<() => void>>();

	constructor(disk: Disk, layout: Layout, access: Access, gate: StoreGate) {
		this.#disk = disk;
		this.#layout = layout;
		this.#access = access;
		this.#gate = gate;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const path = this.#pathOf(uri);
		const bytes = Buffer.from(resultJson(uri, value), "utf8");
		await this.#access("write", () => {
			const { temporary } = this.#layout;
			const ready = `${temporary}/${process.pid}-${process.hrtime.bigint()}`;
			this.#disk.makeDirectory(temporary);
			this.#disk.within(temporary, () => this.#disk.create(ready, bytes));
			const folder = parentOf(path);
			this.#disk.makeDirectory(folder);
			this.#disk.within(folder, () => this.#disk.operations.rename(ready, path));
			this.#disk.syncDirectory(folder);
		});
		this.#wake(path);
	}

	/** Wakes who waits in this process for the result of an execution. */
	wake(executionId: string): void {
		this.#wake(`${this.#layout.resultsOf(executionId)}/result`);
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const path = this.#pathOf(uri);
		const seconds = checkedTimeout(options.timeoutSeconds);
		options.signal?.throwIfAborted();
		const json = await this.#look(path);
		if (json !== null) return parseResult(uri, json);
		if (options.block === false) return null;
		return parseResult(uri, await this.#gate.wait(options.signal, (signal) => this.#next(uri, path, seconds, signal)));
	}

	async exists(uri: string): Promise<boolean> {
		const path = this.#pathOf(uri);
		return this.#access("read", () => this.#disk.operations.stat(path)?.kind === "file");
	}

	async delete(uri: string): Promise<void> {
		const path = this.#pathOf(uri);
		await this.#access("write", () => {
			if (this.#disk.remove(path)) this.#removeEmpty(parentOf(path));
		});
	}

	#look(path: string): Promise<string | null> {
		return this.#access("read", () => this.#disk.readText(path));
	}

	/** Watches, then looks: what is written from now on is heard of, what was written before is seen. */
	async #next(uri: string, path: string, seconds: number, signal: AbortSignal): Promise<string> {
		const folder = parentOf(path);
		await this.#access("write", () => this.#disk.operations.makeDirectory(folder));
		const waiting = this.#waiting.get(path) ?? new Set();
		let lookAgain = () => {};
		try {
			return await waitForResult(uri, { seconds, signal }, ({ found, failed, over }) => {
				lookAgain = () => {
					this.#look(path).then((json) => json !== null && found(json), failed);
				};
				this.#waiting.set(path, waiting.add(lookAgain));
				const unwatch = watchFolder(folder, { pollMs, keepsAlive: true, onChange: lookAgain });
				over.addEventListener("abort", unwatch, { once: true });
				lookAgain();
				return undefined;
			});
		} finally {
			waiting.delete(lookAgain);
			if (waiting.size === 0) {
				this.#waiting.delete(path);
				this.#removeEmpty(folder);
			}
		}
	}

	#wake(path: string): void {
		for (const lookAgain of this.#waiting.get(path) ?? []) lookAgain();
	}

	#removeEmpty(folder: string): void {
		try {
			this.#disk.operations.removeDirectory(folder);
		} catch (error) {
			// Other results are there, or somebody else was faster.
			if (!isMissing(error) && !["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) throw error;
		}
	}

	#pathOf(uri: string): string {
		const { id, path } = parseResultUri(uri);
		return `${this.#layout.resultsOf(id)}/${encodeName(path)}`;
	}
}
