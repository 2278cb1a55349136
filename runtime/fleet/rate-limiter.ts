/** Holds calls back by limits that all processes share, on a store's `RateLimitBackend`. */
import { FlatstateError } from "../errors.ts";
import { type Logger, silentLogger } from "../logging/logger.ts";
import { wait } from "../steps/timer.ts";
import type { RateLimitBackend, RateWindow } from "./rate-limit-backend.ts";

export interface RateLimit extends RateWindow {
	/** Host of the addresses that it is for, such as `api.openai.com`, with the port where one is given; `*` = all others. */
	readonly match: string;
}

export interface RateLimits {
	/** Where calls are counted: `store.rateLimits`, which not every store has. A function is asked before the first call. */
	readonly limiter: RateLimitBackend | (() => Promise<RateLimitBackend>) | undefined;
	/** Those of one host hold together. */
	readonly limits: readonly RateLimit[];
}

/** A rate limit is not one. */
export class InvalidRateLimitError extends FlatstateError {
	constructor(problem: string) {
		super("invalid_rate_limit", `Invalid rate limit: ${problem}.`);
	}
}

export interface TakeOptions {
	readonly signal?: AbortSignal | undefined;
	/** Milliseconds: where it would take longer, nothing is taken. */
	readonly longestWait: number;
}

export interface RateLimiterOptions {
	readonly logger?: Logger;
	/** Milliseconds since 1970, to measure waits. */
	readonly now?: () => number;
}

export class RateLimiter {
	readonly #limits: readonly RateLimit[];
	readonly #open: () => Promise<RateLimitBackend>;
	readonly #logger: Logger;
	readonly #now: () => number;
	#backend: Promise<RateLimitBackend> | undefined;
	/** By key: until when this process has had others pause, in milliseconds since 1970. */
	readonly #told = new Map<string, number>();

	/** @throws InvalidRateLimitError */
	constructor({ limiter, limits }: RateLimits, { logger = silentLogger, now = Date.now }: RateLimiterOptions = {}) {
		if (limiter === undefined) throw new InvalidRateLimitError("the store cannot count calls");
		for (const limit of limits) checkRateLimit(limit);
		this.#limits = limits;
		this.#open = typeof limiter === "function" ? limiter : async () => limiter;
		this.#logger = logger;
		this.#now = now;
	}

	/** The limits of an address; none = it is not limited. */
	windowsOf(address: string): readonly RateWindow[] {
		const url = URL.canParse(address) ? new URL(address) : undefined;
		const own = this.#limits.filter(({ match }) => match === url?.host || match === url?.hostname);
		return own.length > 0 ? own : this.#limits.filter(({ match }) => match === "*");
	}

	/**
	 * Waits for the next free place.
	 * @returns 0, or the milliseconds to wait for a place that was not taken, since that is too long
	 * @throws StoreError where the store cannot be asked: then nothing may be called; the signal's reason when it aborts
	 */
	async take(key: string, windows: readonly RateWindow[], { signal, longestWait }: TakeOptions): Promise<number> {
		const backend = await this.#ready();
		const latest = this.#now() + longestWait;
		for (;;) {
			signal?.throwIfAborted();
			const { id, waitMs } = await backend.reserve(key, windows, Math.max(0, latest - this.#now()));
			if (id === null) return waitMs;
			if (waitMs <= 0) return 0;
			try {
				await wait(waitMs, signal ?? never);
			} catch (reason) {
				await backend.release(key, id).catch((error: unknown) => this.#warn("gives no place back", error));
				throw reason;
			}
			// Somebody may have been refused meanwhile: then the place is none.
			if ((await backend.pausedFor(key)) === 0) return 0;
			await backend.release(key, id);
		}
	}

	/** Has all processes hold calls back for so long. Where the store cannot be asked, it is logged only. */
	async pause(key: string, milliseconds: number): Promise<void> {
		const until = this.#now() + milliseconds;
		// Calls that are refused together say the same; a little more is not worth the way to the store.
		if (until <= (this.#told.get(key) ?? 0) + 50) return;
		this.#told.set(key, until);
		try {
			await (await this.#ready()).pause(key, milliseconds);
		} catch (error) {
			this.#warn("tells nobody of a pause", error);
		}
	}

	#ready(): Promise<RateLimitBackend> {
		this.#backend ??= this.#open().catch((error: unknown) => {
			this.#backend = undefined;
			throw error;
		});
		return this.#backend;
	}

	#warn(what: string, error: unknown): void {
		const reason = error instanceof Error ? error.message : String(error);
		this.#logger.warn(`The rate limiter ${what}: ${reason}`, { error });
	}
}

const never = new AbortController().signal;

/** @throws InvalidRateLimitError */
export function checkRateLimit({ match, requests, seconds }: RateLimit): void {
	const isHost = match === "*" || /^[^\s/:=]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i.test(match);
	if (!isHost) throw new InvalidRateLimitError(`\`${match}\` is no host; write one such as api.openai.com, or *`);
	if (!Number.isSafeInteger(requests) || requests < 1) {
		throw new InvalidRateLimitError(`of \`${match}\` the requests are ${requests}, and not a whole number from 1 up`);
	}
	if (!(seconds > 0 && seconds <= 366 * 86_400)) {
		throw new InvalidRateLimitError(`of \`${match}\` the seconds are ${seconds}, and not above 0, up to a year`);
	}
}
