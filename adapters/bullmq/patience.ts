/** Asks a queue's server again that does not answer for a while, and says what it was. */

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

/** Errors of several addresses of one host have no message of their own. */
export function messageOf(error: unknown): string {
	if (error instanceof AggregateError && error.message === "") return messageOf(error.errors[0]);
	if (!(error instanceof Error)) return String(error);
	if (error.message !== "") return error.message.replace(/\.$/, "");
	return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Whether BullMQ itself says no, which has a number: that the lock is another's, for instance. */
function isRefusal(error: unknown): boolean {
	return error instanceof Error && "code" in error && typeof error.code === "number";
}
