/** A timer of any length that can be given up. */

/** Longest time that one timer of Node runs; a longer one fires at once. */
const longest = 2 ** 31 - 1;

/**
 * Waits.
 * @param milliseconds from now; 0 or less waits for the next turn of the event loop
 * @throws the signal's reason, as a rejection, when it aborts
 */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		let left = Math.max(0, milliseconds);
		let handle: NodeJS.Timeout;
		const abort = () => {
			clearTimeout(handle);
			reject(signal.reason);
		};
		const arm = () => {
			const part = Math.min(left, longest);
			left -= part;
			handle = setTimeout(() => {
				if (left > 0) return arm();
				signal.removeEventListener("abort", abort);
				resolve();
			}, part);
		};
		arm();
		signal.addEventListener("abort", abort, { once: true });
	});
}
