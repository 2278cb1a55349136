/** Keeps calls of a program apart in time, so that agents that start together do not all ask at once (spec 19.7). */

/** Time and chance, injected. */
export interface PaceClock {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Waits some milliseconds; rejects with the signal's reason when it aborts. */
	readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
	/** A number from 0 up to 1. */
	readonly random: () => number;
}

export const systemClock: PaceClock = {
	now: Date.now,
	wait: (milliseconds, signal) =>
		new Promise((resolve, reject) => {
			signal.throwIfAborted();
			const abort = () => {
				clearTimeout(timer);
				reject(signal.reason);
			};
			const timer = setTimeout(() => {
				signal.removeEventListener("abort", abort);
				resolve();
			}, milliseconds);
			signal.addEventListener("abort", abort, { once: true });
		}),
	random: Math.random,
};

/** The calls of one program, by whichever agents of the process. */
export class Pace {
	/** When the next call may begin, in milliseconds since 1970. */
	#next = 0;

	/**
	 * Waits for the turn of one call; turns are given in the order of asking.
	 * @param delay seconds from one call to the next
	 * @param jitter most seconds that chance adds to that
	 */
	async turn(delay: number, jitter: number, clock: PaceClock, signal: AbortSignal): Promise<void> {
		const now = clock.now();
		const begin = Math.max(now, this.#next);
		this.#next = begin + (delay + clock.random() * jitter) * 1000;
		if (begin > now) await clock.wait(begin - now, signal);
	}
}
