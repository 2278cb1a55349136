/** How long a job waits whose handler has thrown. */

const firstMs = 1_000;
const longestMs = 60_000;

/** @param before how often it has thrown before this time */
export function backoffMs(before: number): number {
	return Math.min(longestMs, firstMs * 2 ** Math.min(before, 6));
}
