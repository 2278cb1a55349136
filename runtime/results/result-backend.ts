/** The port to results: where a child machine leaves its output for whoever asks (spec section 10.6). */

/** How to read a result. */
export interface ReadOptions {
	/** Wait until somebody writes it. Default true. */
	readonly block?: boolean;
	/** Seconds to wait; 0, null or absent = forever. */
	readonly timeoutSeconds?: number | null;
	/** Ends the wait with the signal's reason. */
	readonly signal?: AbortSignal;
}

/**
 * Results by address, see `resultUri`. Results are JSON: what is read is a copy that the reader may change, and
 * `undefined` is stored as null. A later write replaces the earlier one. Listing and expiry are deliberately not here.
 *
 * All methods reject with a `ResultError` `invalid_result_uri` for an address that is none.
 */
export interface ResultBackend {
	/** Stores a result and wakes all who wait for it. Rejects with `result_not_json` for cycles, BigInt and the like. */
	write(uri: string, value: unknown): Promise<void>;
	/**
	 * Gives a result, and waits for it by default. Without `block` a missing result is null. Rejects with
	 * `ResultTimeoutError` when time is up, and with `ResultError` `invalid_timeout` for a negative or endless number.
	 */
	read(uri: string, options?: ReadOptions): Promise<unknown>;
	/** Tells a stored null from a missing result. */
	exists(uri: string): Promise<boolean>;
	/** Removes a result; one that is missing is no error. Those who wait go on waiting. */
	delete(uri: string): Promise<void>;
}
