/** Holds calls back while a provider's rate limits are used up; all agents with one provider and key share a gate. */
import { wait } from "../../runtime/steps/timer.ts";
import { RateLimitError } from "./errors.ts";
import type { ObservedLimits, ObservedWindow } from "./rate-limits.ts";

export interface RateGateOptions {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Waits so many milliseconds; rejects when the signal aborts. */
	readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface Entry {
	/** Gives up waiting. */
	readonly signal: AbortSignal | undefined;
	/** Milliseconds; a call that would wait longer fails at once. */
	readonly longestWait: number;
}

/** How a call that the gate let through has ended. */
export interface Answered {
	/** Absent where no answer came. */
	readonly limits?: ObservedLimits;
	/** Whether the provider refused the call because of a limit, or asked to be left alone. */
	readonly isRefused: boolean;
	/** Tokens that the call used, as far as they are known. */
	readonly tokens?: number;
}

/** To be called once, when the call has ended. */
export type Leave = (answered: Answered) => void;

/** What a call passes before it is made. */
export interface Gate {
	/**
	 * Waits for the call's turn.
	 * @throws RateLimitError where that would take longer than `longestWait`, the signal's reason when it aborts
	 */
	enter(entry: Entry): Promise<Leave>;
}

interface Waiting {
	readonly enter: () => void;
	readonly refuse: (error: RateLimitError) => void;
	/** Milliseconds since 1970. */
	readonly until: number;
}

interface Window {
	readonly resource: ObservedWindow["resource"];
	/** The fewest that an answer of this period has left. */
	remaining: number;
	limit: number | undefined;
	/** Between these moments, milliseconds since 1970, it begins anew; Infinity from then to the next answer. */
	resets: { readonly earliest: number; readonly latest: number };
	learntAt: number;
}

const unknownReset = { earliest: Number.POSITIVE_INFINITY, latest: Number.POSITIVE_INFINITY };

/** Milliseconds to wait after a refusal that says nothing; doubles with each further one. */
const firstPause = 500;
const longestPause = 30_000;

/**
 * The gate of one provider and key. It is open until an answer says that a limit is used up, or that the provider wants to
 * be left alone for a time; then calls wait in order of arrival, so that all back off together.
 */
export class RateGate implements Gate {
	readonly #options: RateGateOptions;
	readonly #queue = new Set<Waiting>();
	readonly #windows = new Map<string, Window>();
	#inFlight = 0;
	#pausedUntil = 0;
	/** When the pause was asked for: calls that were under way then are part of the same refusal. */
	#pausedAt = 0;
	/** Refusals since the last success. */
	#refusals = 0;
	/** Most calls at once; lowered by refusals of providers that do not say what is left. */
	#atOnce = Number.POSITIVE_INFINITY;
	#meanTokens = 0;
	#alarm: AbortController | undefined;

	constructor(options: RateGateOptions = { now: Date.now, sleep: wait }) {
		this.#options = options;
	}

	/** Calls that wait for their turn. */
	get waiting(): number {
		return this.#queue.size;
	}

	async enter({ signal, longestWait }: Entry): Promise<Leave> {
		const { now } = this.#options;
		const delay = this.#delay(now());
		if (delay > longestWait && delay !== Number.POSITIVE_INFINITY) throw new RateLimitError(delay);
		if (delay > 0 || this.#queue.size > 0) await this.#turn(signal, now() + longestWait);
		else this.#inFlight += 1;
		const sentAt = now();
		return (answered) => this.#leave(answered, sentAt);
	}

	#turn(signal: AbortSignal | undefined, until: number): Promise<void> {
		return new Promise((resolve, reject) => {
			const abort = () => {
				this.#queue.delete(waiting);
				this.#admit();
				reject(signal?.reason);
			};
			const settle = () => signal?.removeEventListener("abort", abort);
			const waiting: Waiting = {
				until,
				enter: () => {
					settle();
					resolve();
				},
				refuse: (error) => {
					settle();
					reject(error);
				},
			};
			this.#queue.add(waiting);
			signal?.addEventListener("abort", abort, { once: true });
			this.#admit();
		});
	}

	#leave({ limits, isRefused, tokens }: Answered, sentAt: number): void {
		const now = this.#options.now();
		this.#inFlight -= 1;
		if (tokens !== undefined) this.#meanTokens = this.#meanTokens === 0 ? tokens : (this.#meanTokens * 9 + tokens) / 10;
		for (const window of limits?.windows ?? []) this.#observe(window, sentAt, now);
		if (isRefused) this.#pause(limits, sentAt, now);
		else if (limits) {
			this.#refusals = 0;
			this.#atOnce += 1 / this.#atOnce;
		}
		this.#admit();
	}

	#observe({ name, resource, remaining, limit, reset }: ObservedWindow, sentAt: number, now: number): void {
		// Without knowing when it begins anew nobody could wait for it.
		if (remaining === undefined || reset === undefined) return;
		// The provider counted from some moment between the request and its answer.
		const resets =
			"at" in reset
				? { earliest: reset.at, latest: reset.at }
				: { earliest: sentAt + reset.in, latest: now + reset.in };
		const known = this.#windows.get(name);
		if (known === undefined || resets.earliest > known.resets.latest || known.resets === unknownReset) {
			this.#windows.set(name, { resource, remaining, limit, resets, learntAt: now });
			return;
		}
		if (resets.latest < known.resets.earliest) {
			// Of an earlier period, or of a bucket that has been filled up since.
			if (sentAt >= known.learntAt) this.#windows.set(name, { resource, remaining, limit, resets, learntAt: now });
			return;
		}
		// Of one period the answer with the least left is the latest, in whatever order they arrive.
		known.remaining = Math.min(known.remaining, remaining);
		known.resets = {
			earliest: Math.max(known.resets.earliest, resets.earliest),
			latest: Math.min(known.resets.latest, resets.latest),
		};
		known.learntAt = now;
	}

	#pause(limits: ObservedLimits | undefined, sentAt: number, now: number): void {
		const isUsedUp = limits?.windows.some(({ remaining, reset }) => remaining === 0 && reset !== undefined);
		const asked = limits?.retryAfter;
		if (asked !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + asked);
		if (sentAt <= this.#pausedAt) return;
		this.#pausedAt = now;
		if (isUsedUp === true) return;
		this.#refusals += 1;
		this.#atOnce = Math.max(1, Math.floor(Math.min(this.#atOnce, this.#inFlight + 1) / 2));
		if (asked !== undefined) return;
		const pause = Math.min(longestPause, firstPause * 2 ** (this.#refusals - 1));
		this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
	}

	/** Lets in whoever may enter now, refuses whom the wait has become too long for, and sets the alarm for the next. */
	#admit(): void {
		this.#alarm?.abort();
		this.#alarm = undefined;
		const now = this.#options.now();
		let delay = this.#delay(now);
		for (const waiting of this.#queue) {
			if (delay > 0) break;
			this.#queue.delete(waiting);
			this.#inFlight += 1;
			waiting.enter();
			delay = this.#delay(now);
		}
		if (this.#queue.size === 0 || delay === Number.POSITIVE_INFINITY) return;
		for (const waiting of this.#queue) {
			if (now + delay <= waiting.until) continue;
			this.#queue.delete(waiting);
			waiting.refuse(new RateLimitError(delay));
		}
		if (this.#queue.size > 0) this.#wake(delay);
	}

	#wake(delay: number): void {
		const alarm = new AbortController();
		this.#alarm = alarm;
		this.#options.sleep(delay, alarm.signal).then(
			() => this.#admit(),
			// Another alarm was set in its place.
			() => undefined,
		);
	}

	/** Milliseconds until the next call may enter; Infinity = when one that is under way has ended. */
	#delay(now: number): number {
		let delay = Math.max(0, this.#pausedUntil - now);
		for (const [name, window] of this.#windows) delay = Math.max(delay, this.#delayOf(name, window, now));
		return delay === 0 && this.#inFlight >= this.#atOnce ? Number.POSITIVE_INFINITY : delay;
	}

	#delayOf(name: string, window: Window, now: number): number {
		if (now >= window.resets.latest) {
			// What is left in the new period is known when it has answered.
			if (window.limit === undefined) {
				this.#windows.delete(name);
				return 0;
			}
			window.remaining = window.limit;
			window.resets = unknownReset;
		}
		// Those under way may not have been counted yet.
		const isOfTokens = window.resource === "tokens";
		const each = isOfTokens ? this.#meanTokens : 1;
		const left = window.remaining - this.#inFlight * each;
		const isOpen = isOfTokens ? left > 0 : left >= 1;
		// With nobody under way there is nobody to wait for.
		const isStuck = this.#inFlight === 0 && window.resets === unknownReset;
		return isOpen || isStuck ? 0 : window.resets.latest - now;
	}
}
