/** Who wants to hear of signals, and how they are told. */

/**
 * Calls a listener. What it throws becomes a warning of the process: it reaches neither who sent the signal, nor the other
 * listeners, nor the connection on which the word came.
 */
export function callListener(call: () => void): void {
	try {
		call();
	} catch (error) {
		process.emitWarning(error instanceof Error ? error : String(error));
	}
}

/** The listeners of one process. */
export class Listeners {
	readonly #listeners = new Set<{ readonly call: (channel: string) => void }>();

	get size(): number {
		return this.#listeners.size;
	}

	/** @returns stops the listening */
	add(call: (channel: string) => void): () => Promise<void> {
		const listener = { call };
		this.#listeners.add(listener);
		return async () => {
			this.#listeners.delete(listener);
		};
	}

	/** Calls all, soon. */
	tell(channel: string): void {
		for (const listener of this.#listeners) {
			queueMicrotask(() => {
				if (this.#listeners.has(listener)) callListener(() => listener.call(channel));
			});
		}
	}
}
