/** Rows of a Keyv as JSON, with every failure thrown. */
import { StoreError } from "../../../runtime/store/errors.ts";
import type { KeyvObject } from "./keyv-object.ts";

export class KeyvRows {
	readonly #keyv: KeyvObject;
	readonly #name: string;
	#failures = 0;
	#failure: unknown;

	/**
	 * Makes `keyv` throw what goes wrong: by itself it answers a failed read as if nothing was stored.
	 * @param name of the store, for messages
	 */
	constructor(keyv: KeyvObject, name: string) {
		this.#keyv = keyv;
		this.#name = name;
		keyv.throwOnErrors = true;
		// Some adapters do not throw either, but only emit an event.
		keyv.on("error", (error: unknown) => {
			this.#failures++;
			this.#failure = error;
		});
	}

	/** @returns undefined where there is none @throws StoreError `store_read_failed`, `store_corrupt` */
	async get(key: string): Promise<unknown> {
		const text = await this.#attempt("store_read_failed", () => this.#keyv.get(key));
		if (text === undefined || text === null) return undefined;
		try {
			if (typeof text === "string") return JSON.parse(text);
		} catch (error) {
			throw corrupt(key, error);
		}
		throw corrupt(key);
	}

	/** @throws StoreError `store_write_failed` */
	async set(key: string, value: unknown): Promise<void> {
		const text = JSON.stringify(value);
		// 0: never expires, whatever the Keyv's own default is.
		const done = await this.#attempt("store_write_failed", () => this.#keyv.set(key, text, 0));
		if (!done) throw this.#failed("store_write_failed", undefined);
	}

	/** @throws StoreError `store_write_failed` */
	async delete(key: string): Promise<void> {
		await this.#attempt("store_write_failed", () => this.#keyv.delete(key));
	}

	async #attempt<T>(code: "store_read_failed" | "store_write_failed", work: () => Promise<T>): Promise<T> {
		const before = this.#failures;
		let done: T;
		try {
			done = await work();
		} catch (error) {
			throw this.#failed(code, error);
		}
		if (this.#failures !== before) throw this.#failed(code, this.#failure);
		return done;
	}

	#failed(code: "store_read_failed" | "store_write_failed", cause: unknown): StoreError {
		const what = code === "store_read_failed" ? "read" : "written";
		const message = `The store ${this.#name} could not be ${what}. Check what stands behind the Keyv, then try again.`;
		return new StoreError(code, message, { cause });
	}
}

/** A row that we did not write so. */
export function corrupt(key: string, cause?: unknown): StoreError {
	return new StoreError("store_corrupt", `The row ${key} cannot be read: it is not what was stored there.`, { cause });
}
