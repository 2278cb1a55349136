/** Wakes executions that are parked in `wait_for`: by signals and by their timeouts (spec section 11.4). */
import pLimit from "p-limit";
import { type Logger, silentLogger } from "../logging/logger.ts";
import { type StartTimer, startSystemTimer } from "../steps/timer.ts";
import type { PersistenceBackend } from "../store/persistence-backend.ts";
import { DispatchListener } from "./dispatch-listener.ts";
import { DispatchRounds } from "./dispatch-rounds.ts";
import { ResumeQueue } from "./resume-queue.ts";
import type { SignalBackend } from "./signal-backend.ts";
import type { TriggerListener } from "./trigger-listener.ts";
import { oneAttempt, WakeAttempts } from "./wake-attempts.ts";

export interface SignalDispatcherOptions {
	readonly signals: SignalBackend;
	readonly persistence: Pick<PersistenceBackend, "listExecutions" | "loadExecution">;
	/**
	 * Resumes an execution; resolves when it has parked or ended again. An ExecutionLockedError means that somebody else
	 * runs it, an UnknownExecutionError that there is none.
	 */
	readonly resume: (executionId: string) => Promise<unknown>;
	/** Default: silent. */
	readonly logger?: Logger;
	/** Milliseconds since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Default: the system's timers. */
	readonly startTimer?: StartTimer;
	/** How many executions run at the same time. Default 16. */
	readonly concurrency?: number;
}

export interface DispatchOptions {
	/** Once aborted, nothing more is begun; what is under way is awaited. */
	readonly signal?: AbortSignal;
}

export interface ListenOptions {
	/** Ends the listening. */
	readonly signal: AbortSignal;
	/** Hears of signals that other processes send, where the store cannot tell: `listenFile`, `listenSocket`. */
	readonly trigger?: TriggerListener;
	/**
	 * Seconds between looks at the clock, and at channels where the store cannot notify across processes; where it can,
	 * channels are looked at every twelfth time. Default 5.
	 */
	readonly pollSeconds?: number;
}

/** Channels that are looked at side by side. */
const parallelChannels = 8;

/**
 * Gives signals to those that wait for them, oldest first, each once, and resumes them.
 *
 * A signal first becomes the execution's own, in the store; then the execution is resumed. What fails or is killed in
 * between is done again by the next dispatch, of this or of another dispatcher. Never resumes one execution twice at the
 * same time. All methods reject with a StoreError where the store fails; an execution that fails is logged only.
 */
export class SignalDispatcher {
	readonly #options: SignalDispatcherOptions;
	readonly #rounds: DispatchRounds;
	readonly #listeners = new Set<DispatchListener>();

	constructor(options: SignalDispatcherOptions) {
		this.#options = options;
		const { signals, persistence, resume, logger = silentLogger, now = Date.now, concurrency = 16 } = options;
		this.#rounds = new DispatchRounds({
			signals,
			persistence,
			queue: new ResumeQueue({ resume, concurrency, logger }),
			logger,
			now,
			onEnded: (rootId, channel) => {
				for (const listener of this.#listeners) listener.ended(rootId, channel);
			},
		});
	}

	/**
	 * Gives the channel's oldest signal to all executions that wait there, a copy each, and resumes them; also those that
	 * have a signal of their own from before. Where nobody waits, signals stay.
	 * @returns the ids of those that waited and were resumed, when all have parked or ended again
	 */
	async dispatch(channel: string, { signal }: DispatchOptions = {}): Promise<readonly string[]> {
		const attempts = new WakeAttempts(oneAttempt);
		const { woken } = await this.#rounds.channel(channel, { attempts, sweep: true, ...(signal && { signal }) });
		return woken;
	}

	/**
	 * Dispatches again and again until nobody was resumed. One that fails, or does not take its signal, is tried once.
	 * @param options `maxSignals`: at most so many times
	 * @returns the ids in order; an id repeats where one execution took several signals
	 */
	async dispatchChannel(
		channel: string,
		{ maxSignals = Number.POSITIVE_INFINITY, signal }: DispatchOptions & { readonly maxSignals?: number } = {},
	): Promise<readonly string[]> {
		const { ids } = await this.#drain(channel, maxSignals, signal);
		return ids;
	}

	/**
	 * Dispatches every channel that has signals, at most as often as it has signals at the start.
	 * @returns the resumed ids of each channel on which one was resumed
	 */
	async dispatchAll({ signal }: DispatchOptions = {}): Promise<ReadonlyMap<string, readonly string[]>> {
		const { signals } = this.#options;
		const resumed = new Map<string, readonly string[]>();
		const again = new Map<string, number>();
		const dispatch = async (channel: string, cap: number): Promise<void> => {
			const { ids, rounds, isBusy } = await this.#drain(channel, cap, signal);
			if (ids.length > 0) resumed.set(channel, [...(resumed.get(channel) ?? []), ...ids]);
			if (isBusy) again.set(channel, cap - rounds);
		};
		await pLimit(parallelChannels).map(await signals.channels(), async (channel) =>
			dispatch(channel, (await signals.peek(channel)).length),
		);
		// One execution can wait on several channels by its children: the other channels come when it has parked again.
		for (const [channel, cap] of [...again]) await dispatch(channel, cap);
		return new Map([...resumed].sort(([a], [b]) => (a < b ? -1 : 1)));
	}

	/**
	 * Resumes all executions whose timeout is over, so that they take their `on_error`.
	 * @returns the ids of those that waited and were resumed
	 */
	async dispatchDue({ signal }: DispatchOptions = {}): Promise<readonly string[]> {
		const attempts = new WakeAttempts(oneAttempt);
		const { woken } = await this.#rounds.due({ attempts, sweep: false, ...(signal && { signal }) });
		return woken;
	}

	/**
	 * Dispatches all that is there, then whatever comes and whatever times out, until `signal` aborts. Executions that fail
	 * or that somebody else runs are tried again after 1, 2, 4 … 60 seconds.
	 * @returns when all that was under way has parked or ended
	 * @throws StoreError where the store cannot be read at the start, or was closed; later failures are logged and retried
	 */
	async listen({ signal, trigger, pollSeconds = 5 }: ListenOptions): Promise<void> {
		const { signals, logger = silentLogger, now = Date.now, startTimer = startSystemTimer } = this.#options;
		const listener = new DispatchListener({
			signals,
			rounds: this.#rounds,
			logger,
			now,
			startTimer,
			signal,
			pollMs: pollSeconds * 1000,
			...(trigger && { trigger }),
		});
		this.#listeners.add(listener);
		try {
			await listener.run();
		} finally {
			this.#listeners.delete(listener);
		}
	}

	async #drain(
		channel: string,
		cap: number,
		signal: AbortSignal | undefined,
	): Promise<{ readonly ids: readonly string[]; readonly rounds: number; readonly isBusy: boolean }> {
		const attempts = new WakeAttempts(oneAttempt);
		const ids: string[] = [];
		let rounds = 0;
		let isBusy = false;
		while (rounds < cap && signal?.aborted !== true) {
			const round = await this.#rounds.channel(channel, { attempts, sweep: rounds === 0, ...(signal && { signal }) });
			const woken = await round.woken;
			isBusy = round.busy.size > 0;
			if (woken.length === 0) break;
			ids.push(...woken);
			rounds += 1;
		}
		return { ids, rounds, isBusy };
	}
}
