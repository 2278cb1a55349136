/** The dispatcher's loop: hears of signals, looks at the clock, and sleeps in between. */
import type { Logger } from "../logging/logger.ts";
import type { StartTimer } from "../steps/timer.ts";
import { StoreError } from "../store/errors.ts";
import { Coalesced } from "./coalesced.ts";
import type { DispatchRounds } from "./dispatch-rounds.ts";
import type { SignalBackend } from "./signal-backend.ts";
import type { TriggerListener } from "./trigger-listener.ts";
import { WakeAttempts } from "./wake-attempts.ts";

export interface DispatchListenerOptions {
	readonly signals: Pick<SignalBackend, "channels" | "subscribe" | "notifies">;
	readonly rounds: DispatchRounds;
	readonly logger: Logger;
	readonly now: () => number;
	readonly startTimer: StartTimer;
	readonly signal: AbortSignal;
	readonly pollMs: number;
	readonly trigger?: TriggerListener;
}

/** Where the store tells of every signal, its channels are looked at only every so many polls. */
const pollsBetweenLooks = 12;

/** Channels that are looked at side by side; the rest wait for their turn. */
const parallelLooks = 8;

export class DispatchListener {
	readonly #options: DispatchListenerOptions;
	readonly #attempts = new WakeAttempts({ first: 1000, longest: 60_000 });
	/** Channels to be looked at, in the order in which they came; true: also for signals that nobody can take. */
	readonly #wanted = new Map<string, boolean>();
	readonly #looking = new Set<string>();
	/** Channels to look at again when an execution that is under way has ended. */
	readonly #behind = new Map<string, Set<string>>();
	/** Channels that could not be looked at. */
	#unread = new Set<string>();
	readonly #work = new Set<Promise<unknown>>();
	readonly #clock = new Coalesced(() => this.#orLog(() => this.#lookAtClock()));
	readonly #all = new Coalesced(() => this.#orLog(() => this.#lookAtAll()));
	#nextDue = Number.POSITIVE_INFINITY;
	#nextPoll = 0;
	#polls = 0;
	#stopTimer: () => void = () => {};
	#closed: StoreError | undefined;
	/** Ends the listening from within. */
	readonly #over = new AbortController();
	readonly #signal: AbortSignal;

	constructor(options: DispatchListenerOptions) {
		this.#options = options;
		this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
	}

	/** Listens until the signal aborts; then waits for what is under way. */
	async run(): Promise<void> {
		const { signals, trigger, logger } = this.#options;
		if (this.#signal.aborted) return;
		const end = new Promise((resolve) => {
			this.#signal.addEventListener("abort", resolve, { once: true });
		});
		const stops: (() => Promise<void>)[] = [];
		try {
			stops.push(await signals.subscribe((channel) => this.#want(channel)));
			if (trigger) stops.push(await trigger((channel) => this.#triggered(channel)));
			await this.#lookAtAll();
			await this.#lookAtClock();
			this.#polled();
			this.#plan();
			await end;
		} finally {
			this.#over.abort();
			this.#stopTimer();
			for (const stopped of await Promise.allSettled(stops.map((stop) => stop()))) {
				if (stopped.status === "rejected") {
					logger.warn(`The dispatcher could not stop listening in order: ${stopped.reason}`, { error: stopped.reason });
				}
			}
			while (this.#work.size > 0) await Promise.allSettled(this.#work);
		}
		if (this.#closed) throw this.#closed;
	}

	#triggered(channel: string | null): void {
		if (channel !== null) this.#want(channel);
		else if (!this.#signal.aborted) this.#track(this.#all.request());
	}

	/** An execution has parked or ended: there may be more for it, and its next timeout may be near. */
	ended(rootId: string, channel: string | null): void {
		if (channel !== null) this.#want(channel);
		for (const other of this.#behind.get(rootId) ?? []) this.#want(other);
		this.#behind.delete(rootId);
		if (!this.#signal.aborted) this.#track(this.#clock.request());
	}

	#want(channel: string, sweep = false): void {
		if (this.#signal.aborted) return;
		this.#wanted.set(channel, sweep || this.#wanted.get(channel) === true);
		this.#advance();
	}

	#advance(): void {
		for (const [channel, sweep] of this.#wanted) {
			if (this.#looking.size >= parallelLooks) return;
			if (this.#looking.has(channel)) continue;
			this.#wanted.delete(channel);
			this.#looking.add(channel);
			this.#track(this.#look(channel, sweep));
		}
	}

	async #look(channel: string, sweep: boolean): Promise<void> {
		const { rounds } = this.#options;
		const signal = this.#signal;
		try {
			const { busy, woken } = await rounds.channel(channel, { attempts: this.#attempts, sweep, signal });
			this.#track(woken.then(() => this.#plan()));
			for (const root of busy) {
				if (rounds.isUnderWay(root)) this.#behind.set(root, new Set(this.#behind.get(root)).add(channel));
				else this.#want(channel);
			}
		} catch (error) {
			this.#unread.add(channel);
			this.#failed(error);
		} finally {
			this.#looking.delete(channel);
			if (!signal.aborted) this.#advance();
		}
	}

	async #lookAtAll(): Promise<void> {
		for (const channel of await this.#options.signals.channels()) this.#want(channel, true);
	}

	async #lookAtClock(): Promise<void> {
		const { rounds, pollMs } = this.#options;
		const signal = this.#signal;
		if (signal.aborted) return;
		// Whoever parks later than now, here or elsewhere, is seen by the next poll at the latest.
		const { next, woken } = await rounds.due({ attempts: this.#attempts, sweep: false, signal }, 2 * pollMs);
		this.#nextDue = next;
		this.#track(woken.then(() => this.#plan()));
		this.#plan();
	}

	/** @returns whether it is time for a look at all channels */
	#polled(): boolean {
		const { now, pollMs, signals } = this.#options;
		this.#nextPoll = now() + pollMs;
		this.#polls += 1;
		return !signals.notifies || this.#polls % pollsBetweenLooks === 0;
	}

	#tick(): void {
		const { now } = this.#options;
		if (this.#signal.aborted) return;
		let isClockWanted = now() >= this.#nextDue;
		if (isClockWanted) this.#nextDue = Number.POSITIVE_INFINITY;
		for (const channel of this.#attempts.takeRetries(now())) {
			if (channel === null) isClockWanted = true;
			else this.#want(channel);
		}
		if (now() >= this.#nextPoll) {
			isClockWanted = true;
			this.#attempts.forgetOld(now());
			const unread = this.#unread;
			this.#unread = new Set();
			for (const channel of unread) this.#want(channel);
			if (this.#polled()) this.#track(this.#all.request());
		}
		if (isClockWanted) this.#track(this.#clock.request());
		this.#plan();
	}

	/** Sets the one timer to whatever comes first. */
	#plan(): void {
		const { now, startTimer } = this.#options;
		this.#stopTimer();
		if (this.#signal.aborted) return;
		const at = Math.min(this.#nextPoll, this.#nextDue, this.#attempts.nextRetry());
		this.#stopTimer = startTimer(() => this.#tick(), Math.max(0, at - now()));
	}

	async #orLog(look: () => Promise<void>): Promise<void> {
		try {
			await look();
		} catch (error) {
			this.#failed(error);
		}
	}

	/** A store that was closed never comes back; any other failure may pass. */
	#failed(error: unknown): void {
		if (error instanceof StoreError && error.code === "store_closed") {
			this.#closed ??= error;
			this.#over.abort();
			return;
		}
		const reason = error instanceof Error ? error.message : String(error);
		this.#options.logger.error(`The dispatcher could not read the store; it goes on: ${reason}`, { error });
	}

	#track(work: Promise<unknown>): void {
		this.#work.add(work);
		const done = () => this.#work.delete(work);
		work.then(done, done);
	}
}
