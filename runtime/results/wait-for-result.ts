/** Waiting for a result that somebody may write: with a timeout, and until the reader gives up. */
import { type StartTimer, startLongTimer } from "../steps/timer.ts";
import { ResultError, ResultTimeoutError } from "./errors.ts";

/** What is told to a search for a result, and what it tells. Only the first call counts. */
export interface ResultSearch {
	readonly found: (json: string) => void;
	readonly failed: (error: unknown) => void;
	/** Aborts when the waiting is over, however it ended. */
	readonly over: AbortSignal;
}

export interface WaitOptions {
	/** 0: as long as it takes. */
	readonly seconds: number;
	/** Ends the waiting with its reason. */
	readonly signal: AbortSignal | undefined;
	/** Default: the system's timers. */
	readonly startTimer?: StartTimer;
}

/** A timeout in seconds; 0 = forever. @throws ResultError `invalid_timeout` */
export function checkedTimeout(seconds: number | null | undefined): number {
	if (seconds === null || seconds === undefined) return 0;
	if (Number.isFinite(seconds) && seconds >= 0) return seconds;
	throw new ResultError("invalid_timeout", `Expected a timeout in seconds from 0 up, got ${seconds}.`);
}

/**
 * Waits until a search finds a result's JSON text.
 * @param uri of the result, for the message
 * @param search called once, at once; a promise of it that rejects ends the waiting
 * @throws ResultTimeoutError, the signal's reason, or what the search says or throws
 */
export async function waitForResult(
	uri: string,
	{ seconds, signal, startTimer }: WaitOptions,
	search: (search: ResultSearch) => Promise<void> | undefined,
): Promise<string> {
	const over = new AbortController();
	try {
		return await new Promise<string>((resolve, reject) => {
			const onAbort = () => reject(signal?.reason);
			if (signal?.aborted === true) return onAbort();
			signal?.addEventListener("abort", onAbort, { once: true, signal: over.signal });
			if (seconds > 0) {
				const late = () => reject(new ResultTimeoutError(uri, seconds));
				over.signal.addEventListener("abort", startLongTimer(late, seconds * 1000, startTimer), { once: true });
			}
			search({ found: resolve, failed: reject, over: over.signal })?.catch(reject);
		});
	} finally {
		over.abort();
	}
}
