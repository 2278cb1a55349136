/**
 * The port to rate limits that several processes share: who may call a provider, and when. Places are given in the order
 * in which they are asked for, and each is a moment, so nobody has to ask twice (docs/agents.md, "Limits across processes").
 */

/** At most so many calls in any time of this length, wherever it begins. */
export interface RateWindow {
	/** A whole number from 1 up. */
	readonly requests: number;
	readonly seconds: number;
}

/** A call's place in the order. */
export interface RatePlace {
	/** By which it can be given back. Null: the wait would have been too long, and no place was taken. */
	readonly id: string | null;
	/** Milliseconds until the call may be made. */
	readonly waitMs: number;
}

/**
 * Times are those of the store, so that the clocks of hosts do not matter: callers say and hear how long, never when. All
 * methods reject with a StoreError where the store cannot be asked.
 */
export interface RateLimitBackend {
	/**
	 * Takes the next free place.
	 * @param key of what is limited; at most 200 characters, nothing secret
	 * @param windows all of them hold; whoever uses one key should give the same ones
	 * @param longestWaitMs no place is taken that would be later
	 */
	reserve(key: string, windows: readonly RateWindow[], longestWaitMs: number): Promise<RatePlace>;
	/** Gives back a place of which no use was made. One that is not there any more is none. */
	release(key: string, id: string): Promise<void>;
	/** No place is given for so long, whoever asks; a pause that lasts longer goes on. */
	pause(key: string, milliseconds: number): Promise<void>;
	/** Milliseconds that a pause lasts from now on; 0 = there is none. */
	pausedFor(key: string): Promise<number>;
}
