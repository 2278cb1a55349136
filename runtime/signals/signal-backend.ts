/** The port to signals: data sent to a channel, kept until an execution that waits for it takes it (spec section 11.2). */

export interface Signal {
	readonly id: string;
	readonly channel: string;
	/** JSON. */
	readonly data: unknown;
	/** ISO 8601, UTC. */
	readonly created_at: string;
	/** The execution that it is for; null: whoever waits on the channel. */
	readonly execution_id: string | null;
}

/**
 * A queue of signals for each channel, oldest first.
 *
 * An execution takes a signal in two steps, so that a crash between any two writes loses nothing: `claim` makes it the
 * execution's own, and once the resumed execution is durable, `acknowledge` removes it. An execution that was killed in
 * between claims the same signal again.
 *
 * Signals that are addressed to an execution go with it when it is deleted (`PersistenceBackend.deleteExecution`, `prune`).
 *
 * All reject with a StoreError: `invalid_signal` for an empty channel or data that is no JSON.
 */
export interface SignalBackend {
	/** @param executionId addresses the signal to one execution @returns the signal's id */
	send(channel: string, data: unknown, options?: { readonly executionId?: string }): Promise<string>;
	/**
	 * The oldest signal of the channel that is addressed to this execution or to nobody; from then on it is addressed to
	 * this execution. Two who claim at the same time never get the same signal.
	 */
	claim(channel: string, executionId: string): Promise<Signal | null>;
	/** Removes a signal; one that is gone is no error. */
	acknowledge(signalId: string): Promise<void>;
	/**
	 * Gives the oldest signal that is addressed to nobody to every one of these executions that has none of this channel
	 * yet: one that is addressed to it and not acknowledged. Each gets a copy in the signal's place in the order, with an
	 * id of its own and the signal's `created_at`, and the signal is removed. All of that, the choice too, happens at once:
	 * two who broadcast at the same time never give one execution two signals.
	 * @returns the signal; null, and nothing is removed, where there is none or nobody is left to give it to
	 */
	broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null>;
	/** Removes and gives the oldest signal that is addressed to nobody, at once and for good (spec section 11.2). */
	consume(channel: string): Promise<Signal | null>;
	/** All signals of a channel, oldest first, nothing removed. */
	peek(channel: string): Promise<readonly Signal[]>;
	/** Names of channels with signals, sorted. */
	channels(): Promise<readonly string[]>;
	/** Executions to which a signal of this channel is addressed, oldest signal first, each once. */
	addressees(channel: string): Promise<readonly string[]>;
	/**
	 * Calls `listener` with the channel soon after a signal was sent there, by any process where the store can notify,
	 * else by this one. A hint: calls may come twice, or for signals that are gone. What `listener` throws becomes a warning
	 * of the process; neither the sender nor other listeners notice.
	 * @returns stops the listening
	 */
	subscribe(listener: (channel: string) => void): Promise<() => Promise<void>>;
	/** Whether `subscribe` hears of signals that other processes send. */
	readonly notifies: boolean;
}
