/** A mock model's own rate limit: so many requests in each window of time, said in headers as providers say it. */

export interface RequestLimit {
	readonly requests: number;
	/** Length of a window, which begins with its first request. */
	readonly seconds: number;
	/** What answers tell of it: the window, or only when to come back after a refusal. Default `window`. */
	readonly tells?: "window" | "retry-after";
}

export interface Admission {
	readonly isRefused: boolean;
	readonly headers: Readonly<Record<string, string>>;
}

/**
 * Counts requests.
 * @param now milliseconds
 */
export function requestCounter(
	{ requests, seconds, tells = "window" }: RequestLimit,
	now: () => number,
): () => Admission {
	let windowEnd = Number.NEGATIVE_INFINITY;
	let left = requests;
	return () => {
		const time = now();
		if (time >= windowEnd) {
			windowEnd = time + seconds * 1000;
			left = requests;
		}
		const isRefused = left === 0;
		if (!isRefused) left -= 1;
		const wait = Math.ceil(windowEnd - time);
		return {
			isRefused,
			headers: {
				...(tells === "window" && {
					"x-ratelimit-limit-requests": String(requests),
					"x-ratelimit-remaining-requests": String(left),
					"x-ratelimit-reset-requests": `${wait}ms`,
				}),
				...(isRefused && { "retry-after": String(Math.ceil(wait / 1000)) }),
			},
		};
	};
}
