/** Timers of any length that can be given up. */

/** Longest time that one timer of Node runs, in milliseconds; a longer one fires at once. */
export const longestTimer = 2 ** 31 - 1;

/** Calls back after some milliseconds; gives what stops that. */
export type StartTimer = (callback: () => void, milliseconds: number) => () => void;

export const startSystemTimer: StartTimer = (callback, milliseconds) => {
	const timer = setTimeout(callback, milliseconds);
	return () => clearTimeout(timer);
};

/**
 * Waits until `deadline`, milliseconds since 1970; rejects with the signal's reason when it aborts. `idle`: somebody waits
 * only in case what goes on beside does not end in time.
 */
export type Sleep = (
	deadline: number,
	options: { readonly signal: AbortSignal; readonly idle: boolean },
) => Promise<void>;

/**
 * The same for any number of milliseconds.
 * @param startTimer starts each part; default: the system's timers
 */
export function startLongTimer(
	callback: () => void,
	milliseconds: number,
	startTimer: StartTimer = startSystemTimer,
): () => void {
	let left = milliseconds;
	let stop = () => {};
	const arm = () => {
		const part = Math.min(left, longestTimer);
		left -= part;
		stop = startTimer(() => (left > 0 ? arm() : callback()), part);
	};
	arm();
	return () => stop();
}

/**
 * Waits.
 * @param milliseconds from now; 0 or less waits for the next turn of the event loop
 * @throws the signal's reason, as a rejection, when it aborts
 */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		const abort = () => {
			stop();
			reject(signal.reason);
		};
		const stop = startLongTimer(
			() => {
				signal.removeEventListener("abort", abort);
				resolve();
			},
			Math.max(0, milliseconds),
		);
		signal.addEventListener("abort", abort, { once: true });
	});
}
