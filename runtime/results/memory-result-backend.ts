/** Results in the memory of this process. */
import type { StartTimer } from "../steps/timer.ts";
import type { ReadOptions, ResultBackend } from "./result-backend.ts";
import { resultJson } from "./result-json.ts";
import { canonicalResultUri } from "./result-uri.ts";
import { checkedTimeout, waitForResult } from "./wait-for-result.ts";

/** Keeps results in a map. Waiting readers are woken by the write itself. */
export class InMemoryResultBackend implements ResultBackend {
	readonly #results = new Map<string, string>();
	readonly #waiting = new Map<string, Set<(json: string) => void>>();
	readonly #startTimer: StartTimer | undefined;

	/** @param options `startTimer` replaces the system's timers, for simulated time */
	constructor(options: { readonly startTimer?: StartTimer } = {}) {
		this.#startTimer = options.startTimer;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const key = canonicalResultUri(uri);
		this.writeJson(key, resultJson(key, value));
	}

	/**
	 * Stores a result that is JSON text already, before it returns.
	 * @throws ResultError `invalid_result_uri`
	 */
	writeJson(uri: string, json: string): void {
		const key = canonicalResultUri(uri);
		this.#results.set(key, json);
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		for (const wake of waiting ?? []) {
			wake(json);
		}
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const key = canonicalResultUri(uri);
		const seconds = checkedTimeout(options.timeoutSeconds);
		options.signal?.throwIfAborted();
		const json = this.#results.get(key);
		if (json !== undefined) {
			return JSON.parse(json);
		}
		return options.block === false ? null : JSON.parse(await this.#next(key, seconds, options.signal));
	}

	async exists(uri: string): Promise<boolean> {
		return this.#results.has(canonicalResultUri(uri));
	}

	async delete(uri: string): Promise<void> {
		this.#results.delete(canonicalResultUri(uri));
	}

	#next(key: string, seconds: number, signal: AbortSignal | undefined): Promise<string> {
		const options = { seconds, signal, ...(this.#startTimer && { startTimer: this.#startTimer }) };
		return waitForResult(key, options, ({ found, over }) => {
			const waiting = this.#waiting.get(key) ?? new Set();
			this.#waiting.set(key, waiting.add(found));
			over.addEventListener("abort", () => {
				waiting.delete(found);
				if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
			});
			return undefined;
		});
	}
}
