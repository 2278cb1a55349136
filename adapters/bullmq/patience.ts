/** Asks a queue's server again that does not answer for a while. */

const pauseMs = 250;

/**
 * @param ask can be done twice; is begun again where it fails for the connection's sake
 * @param milliseconds after which the last failure is thrown, also where an answer is still to come
 */
export async function patiently<T>(ask: () => Promise<T>, milliseconds: number): Promise<T> {
	const end = performance.now() + milliseconds;
	for (;;) {
		try {
			return await within(ask(), Math.max(1, end - performance.now()), milliseconds);
		} catch (error) {
			if (isRefusal(error) || performance.now() + pauseMs >= end) throw error;
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
	}
}

/** Rejects after so many milliseconds; what was begun goes on. */
export function within<T>(promise: Promise<T>, milliseconds: number, told = milliseconds): Promise<T> {
	return new Promise((resolve, reject) => {
		const late = () => reject(new Error(`no answer within ${Math.round(told) / 1_000} seconds`));
		const timer = setTimeout(late, milliseconds);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

/** Whether BullMQ itself says no, which has a number: that the lock is another's, for instance. */
function isRefusal(error: unknown): boolean {
	return error instanceof Error && "code" in error && typeof error.code === "number";
}
