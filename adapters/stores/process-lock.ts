/** A lock between those who share one object of this process. A lease holds until it is given back or the process ends. */
import { LeaseLostError } from "../../runtime/store/errors.ts";
import type { ExecutionLock, Lease, LeaseHolder } from "../../runtime/store/execution-lock.ts";
import { describeProcess, ownIdentity } from "../../runtime/store/owner.ts";
import type { StoreOptions } from "../../runtime/store/store.ts";

/** Who holds which key in this process. */
export class ProcessLeases {
	readonly #held = new Map<string, Lease>();
	#tokens = 0;

	get(key: string): Lease | undefined {
		return this.#held.get(key);
	}

	/** @returns undefined where somebody holds the key */
	take(key: string, owner: string, now: number): Lease | undefined {
		if (this.#held.has(key)) return undefined;
		const label = describeProcess(ownIdentity());
		const lease: Lease = { key, owner, label, token: ++this.#tokens, acquiredAt: now, expiresAt: null };
		this.#held.set(key, lease);
		return lease;
	}

	giveBack(lease: Lease): void {
		if (this.holds(lease)) this.#held.delete(lease.key);
	}

	/** Takes the lease from whoever has it. */
	drop(key: string): void {
		this.#held.delete(key);
	}

	holds(lease: Lease): boolean {
		return this.#held.get(lease.key)?.token === lease.token;
	}

	/** @throws LeaseLostError unless the lease is the one that holds; one that was given back does not */
	checkWriter(lease: Lease | null): void {
		if (lease !== null && !this.holds(lease)) {
			throw new LeaseLostError(lease.key, this.#held.get(lease.key) ?? null);
		}
	}
}

export class ProcessLock implements ExecutionLock {
	/** The owner lives as long as the lock does, so there is nothing to prove. */
	readonly heartbeatMs = null;
	readonly #leases: ProcessLeases;
	readonly #now: () => number;
	readonly #newId: () => string;
	readonly #checkOpen: () => void;

	/** @param checkOpen throws where the store is closed */
	constructor(leases: ProcessLeases, options: Required<Pick<StoreOptions, "now" | "newId">>, checkOpen: () => void) {
		this.#leases = leases;
		this.#now = options.now;
		this.#newId = options.newId;
		this.#checkOpen = checkOpen;
	}

	async acquire(key: string): Promise<Lease | null> {
		this.#checkOpen();
		return this.#leases.take(key, this.#newId(), this.#now()) ?? null;
	}

	async renew(lease: Lease): Promise<Lease | null> {
		this.#checkOpen();
		return this.#leases.holds(lease) ? lease : null;
	}

	/** Also after the store was closed: others may hold the leases' table too. */
	async release(lease: Lease): Promise<void> {
		this.#leases.giveBack(lease);
	}

	async holder(key: string): Promise<LeaseHolder | null> {
		this.#checkOpen();
		return this.#leases.get(key) ?? null;
	}
}
