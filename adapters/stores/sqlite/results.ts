/** Results in a table, and readers that wait for them: woken by this process at once, by others within `watchInterval`. */
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import { resultJson } from "../../../runtime/results/result-json.ts";
import { canonicalResultUri } from "../../../runtime/results/result-uri.ts";
import { checkedTimeout, type ResultSearch, waitForResult } from "../../../runtime/results/wait-for-result.ts";
import { parseResult } from "../stored-result.ts";
import type { Connection } from "./connection.ts";
import { textOrNull } from "./rows.ts";
import type { ChangeWatch } from "./watch.ts";

interface Reader extends Pick<ResultSearch, "found" | "failed"> {
	readonly uri: string;
}

export class SqliteResults implements ResultBackend {
	readonly #connection: Connection;
	readonly #watch: ChangeWatch;
	readonly #readers = new Set<Reader>();
	#stopWatching: (() => void) | undefined;

	constructor(connection: Connection, watch: ChangeWatch) {
		this.#connection = connection;
		this.#watch = watch;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const address = canonicalResultUri(uri);
		const json = resultJson(address, value);
		this.#connection.write(() =>
			this.#connection.sql("INSERT OR REPLACE INTO flatstate_results(uri, json) VALUES (?, ?)").run([address, json]),
		);
		this.wake();
	}

	async read(uri: string, { block = true, timeoutSeconds, signal }: ReadOptions = {}): Promise<unknown> {
		const address = canonicalResultUri(uri);
		const seconds = checkedTimeout(timeoutSeconds);
		signal?.throwIfAborted();
		const json = this.#find(address);
		if (json !== null) return parseResult(address, json);
		if (!block) return null;
		const { gate } = this.#connection;
		return parseResult(address, await gate.wait(signal, (end) => this.#next(address, seconds, end)));
	}

	async exists(uri: string): Promise<boolean> {
		return this.#find(canonicalResultUri(uri)) !== null;
	}

	async delete(uri: string): Promise<void> {
		const address = canonicalResultUri(uri);
		this.#connection.write(() => this.#connection.sql("DELETE FROM flatstate_results WHERE uri = ?").run([address]));
	}

	/** Looks for the results that are waited for. Does not throw: who waits is told. */
	wake(): void {
		try {
			for (const reader of [...this.#readers]) {
				const json = this.#find(reader.uri);
				if (json !== null) reader.found(json);
			}
		} catch (error) {
			this.#failAll(error);
		}
	}

	#find(address: string): string | null {
		return this.#connection.read(() =>
			textOrNull(this.#connection.sql("SELECT json FROM flatstate_results WHERE uri = ?").get([address])?.json),
		);
	}

	#next(uri: string, seconds: number, signal: AbortSignal): Promise<string> {
		return waitForResult(uri, { seconds, signal }, ({ found, failed, over }) => {
			const reader: Reader = { uri, found, failed };
			this.#readers.add(reader);
			over.addEventListener("abort", () => {
				this.#readers.delete(reader);
				if (this.#readers.size > 0) return;
				this.#stopWatching?.();
				this.#stopWatching = undefined;
			});
			this.#stopWatching ??= this.#watch.add({
				changed: () => this.wake(),
				failed: (error) => this.#failAll(error),
			});
			// It may have been written before the watch began.
			this.wake();
			return undefined;
		});
	}

	#failAll(error: unknown): void {
		for (const reader of [...this.#readers]) reader.failed(error);
	}
}
