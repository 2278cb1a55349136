/** One request to a model when its turn has come, and what its answer says of limits, told to the gate. */
import type { Completion } from "./completion.ts";
import { errorInfoOf, headersOf } from "./errors.ts";
import type { Answered, Gate } from "./rate-gate.ts";
import { type HeaderMap, limitHeaders, observeLimits } from "./rate-limits.ts";

export interface ModelAnswer {
	readonly completion: Completion;
	/** The response body. */
	readonly data: unknown;
	/** Those about limits, and the request's id. */
	readonly headers: HeaderMap;
}

export interface Turn {
	/** Seconds that the model may take, and that the call may wait for its turn; the two are counted apart. */
	readonly seconds: number;
	readonly signal: AbortSignal | undefined;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/**
 * Waits for the call's turn and makes it.
 * @throws what `request` throws, RateLimitError where the turn would come too late, the signal's reason
 */
export async function callInTurn(
	gate: Gate,
	{ seconds, signal, now }: Turn,
	request: () => Promise<Omit<ModelAnswer, "headers"> & { readonly headers: Headers }>,
): Promise<ModelAnswer> {
	const leave = await gate.enter({ signal, longestWait: seconds * 1000 });
	let answered: Answered = { isRefused: false };
	try {
		const answer = await request();
		const { usage } = answer.completion;
		const headers = limitHeaders(answer.headers);
		const limits = observeLimits(headers, now());
		answered = { isRefused: false, limits, ...(usage && { tokens: usage.total_tokens }) };
		return { ...answer, headers };
	} catch (error) {
		const headers = headersOf(error);
		const limits = headers && observeLimits(limitHeaders(headers), now());
		const isRefused = errorInfoOf(error).status_code === 429 || limits?.retryAfter !== undefined;
		answered = { isRefused, ...(limits && { limits }) };
		throw error;
	} finally {
		leave(answered);
	}
}
