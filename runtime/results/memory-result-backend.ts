/** Results in the memory of this process. */
import { ResultError, ResultTimeoutError } from "./errors.ts";
import type { ReadOptions, ResultBackend } from "./result-backend.ts";
import { parseResultUri, resultUri } from "./result-uri.ts";

/** Calls back after some milliseconds; gives what stops that. */
export type StartTimer = (callback: () => void, milliseconds: number) => () => void;

/** Longest time that one timer of Node can run. */
const LONGEST_TIMER = 2 ** 31 - 1;

const startSystemTimer: StartTimer = (callback, milliseconds) => {
	const timer = setTimeout(callback, milliseconds);
	return () => clearTimeout(timer);
};

function toJson(uri: string, value: unknown): string {
	try {
		return JSON.stringify(value) ?? "null";
	} catch (error) {
		throw new ResultError(
			"result_not_json",
			`The result for ${uri} cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}. ` +
				"Give plain data without cycles.",
			{ cause: error },
		);
	}
}

function checkedTimeout(seconds: number | null | undefined): number {
	if (seconds === null || seconds === undefined) {
		return 0;
	}
	if (!Number.isFinite(seconds) || seconds < 0) {
		throw new ResultError("invalid_timeout", `Expected a timeout in seconds from 0 up, got ${seconds}.`);
	}
	return seconds;
}

/** Keeps results in a map. Waiting readers are woken by the write itself. */
export class InMemoryResultBackend implements ResultBackend {
	readonly #results = new Map<string, string>();
	readonly #waiting = new Map<string, Set<(json: string) => void>>();
	readonly #startTimer: StartTimer;

	/** @param options `startTimer` replaces the system's timers, for simulated time */
	constructor(options: { readonly startTimer?: StartTimer } = {}) {
		this.#startTimer = options.startTimer ?? startSystemTimer;
	}

	async write(uri: string, value: unknown): Promise<void> {
		const key = canonical(uri);
		const json = toJson(key, value);
		this.#results.set(key, json);
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		for (const wake of waiting ?? []) {
			wake(json);
		}
	}

	async read(uri: string, options: ReadOptions = {}): Promise<unknown> {
		const key = canonical(uri);
		const seconds = checkedTimeout(options.timeoutSeconds);
		options.signal?.throwIfAborted();
		const json = this.#results.get(key);
		if (json !== undefined) {
			return JSON.parse(json);
		}
		return options.block === false ? null : JSON.parse(await this.#next(key, seconds, options.signal));
	}

	async exists(uri: string): Promise<boolean> {
		return this.#results.has(canonical(uri));
	}

	async delete(uri: string): Promise<void> {
		this.#results.delete(canonical(uri));
	}

	#next(key: string, seconds: number, signal: AbortSignal | undefined): Promise<string> {
		return new Promise((resolve, reject) => {
			let stopTimer = () => {};
			const waiting = this.#waiting.get(key) ?? new Set();
			const leave = () => {
				stopTimer();
				signal?.removeEventListener("abort", onAbort);
				waiting.delete(wake);
				if (waiting.size === 0 && this.#waiting.get(key) === waiting) {
					this.#waiting.delete(key);
				}
			};
			const wake = (json: string) => {
				leave();
				resolve(json);
			};
			const onAbort = () => {
				leave();
				reject(signal?.reason);
			};
			const waitFor = (milliseconds: number) => {
				const part = Math.min(milliseconds, LONGEST_TIMER);
				stopTimer = this.#startTimer(() => {
					if (milliseconds > part) {
						waitFor(milliseconds - part);
						return;
					}
					leave();
					reject(new ResultTimeoutError(key, seconds));
				}, part);
			};
			waiting.add(wake);
			this.#waiting.set(key, waiting);
			signal?.addEventListener("abort", onAbort, { once: true });
			if (seconds > 0) {
				waitFor(seconds * 1000);
			}
		});
	}
}

/** One text for all ways to write the same address. */
function canonical(uri: string): string {
	const { id, path } = parseResultUri(uri);
	return resultUri(id, path);
}
