/** The port to locks: at most one writer for an execution (spec section 14). */

/** Who holds a lease. */
export interface LeaseHolder {
	/** Unique for every acquisition, also within one process. */
	readonly owner: string;
	/** For people: `process 4711 on host build-3`. */
	readonly label: string;
	/** When the lease was taken, and when it ends unless it is renewed: milliseconds since 1970. */
	readonly acquiredAt: number;
	/** Null: as long as the owner's process lives. */
	readonly expiresAt: number | null;
}

/** The right to write one execution (and the children that it waits for). */
export interface Lease extends LeaseHolder {
	/** The execution's id. */
	readonly key: string;
	/** Grows with every acquisition of this key; a store refuses writers whose token is not the newest. */
	readonly token: number;
}

export interface ExecutionLock {
	/**
	 * Takes the lease where nobody holds it, its holder's time is over, or its holder is known to be dead. Never waits.
	 * @returns null where somebody holds it, this very process included
	 * @throws StoreError where the store cannot be asked
	 */
	acquire(key: string): Promise<Lease | null>;
	/**
	 * Heartbeat. A lease whose time is over is renewed too, as long as nobody else has taken it.
	 * @returns the lease with its new `expiresAt`; null where somebody else has it or it was given back
	 */
	renew(lease: Lease): Promise<Lease | null>;
	/** Gives the lease back: it entitles to nothing any more. Does nothing where it is lost or was given back before. */
	release(lease: Lease): Promise<void>;
	/** Who holds the key now, as far as can be known; null = nobody. */
	holder(key: string): Promise<LeaseHolder | null>;
	/** Milliseconds between heartbeats; null where the lease needs none. */
	readonly heartbeatMs: number | null;
}
