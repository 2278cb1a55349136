/** Whether a store is open: lets work in, waits for what is under way, and says `store_closed` from then on. */
import { StoreError } from "../../runtime/store/errors.ts";

export class StoreGate {
	readonly #name: string;
	readonly #underWay = new Set<Promise<unknown>>();
	readonly #waiting = new Set<AbortController>();
	#closed = false;

	/** @param name of the store, for messages; without a password */
	constructor(name: string) {
		this.#name = name;
	}

	/** @throws StoreError `store_closed` */
	check(): void {
		if (this.#closed) throw this.#error();
	}

	/** Does work that `close` waits for. */
	async run<T>(work: () => Promise<T>): Promise<T> {
		this.check();
		const doing = work();
		this.#underWay.add(doing);
		try {
			return await doing;
		} finally {
			this.#underWay.delete(doing);
		}
	}

	/** Waits for something that may never come: ended by `signal`, and with `store_closed` by `close`. */
	async wait<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		this.check();
		const stop = new AbortController();
		const onAbort = () => stop.abort(signal?.reason);
		if (signal?.aborted === true) onAbort();
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#waiting.add(stop);
		try {
			return await work(stop.signal);
		} finally {
			this.#waiting.delete(stop);
			signal?.removeEventListener("abort", onAbort);
		}
	}

	/** @returns whether this was the first call */
	async close(): Promise<boolean> {
		const first = !this.#closed;
		this.#closed = true;
		for (const stop of this.#waiting) stop.abort(this.#error());
		await Promise.allSettled(this.#underWay);
		return first;
	}

	#error(): StoreError {
		return new StoreError("store_closed", `The store ${this.#name} is closed. Open it again to use it.`);
	}
}
