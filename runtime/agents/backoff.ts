/** How long the `retry` execution type waits between two attempts (spec section 9). */

export interface RetryDelayInput {
	/** Seconds before each further attempt; there is one attempt more than there are delays. */
	readonly backoffs: readonly number[];
	/** The attempt that failed, from 0. */
	readonly attempt: number;
	/** Share of the delay that is random, 0 to 1. */
	readonly jitter: number;
	/** Seconds that the provider asked for; raises the delay where it is longer. */
	readonly retryAfter?: number | null;
	/** Gives numbers from 0 up to, and without, 1. */
	readonly random: () => number;
}

/** Seconds until the next attempt, or `undefined` when none is left. */
export function retryDelaySeconds({
	backoffs,
	attempt,
	jitter,
	retryAfter,
	random,
}: RetryDelayInput): number | undefined {
	const backoff = backoffs[attempt];
	if (backoff === undefined) return undefined;
	const delay = Math.max(backoff, retryAfter ?? 0);
	const spread = delay * jitter * (random() * 2 - 1);
	return Math.max(0, delay + spread);
}
