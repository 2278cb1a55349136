/** A store: everything durable behind one address. */
import type { JoinBackend } from "../fleet/join-backend.ts";
import type { RateLimitBackend } from "../fleet/rate-limit-backend.ts";
import type { ResultBackend } from "../results/result-backend.ts";
import type { SignalBackend } from "../signals/signal-backend.ts";
import type { RegistrationBackend } from "../workers/registration-backend.ts";
import type { WorkBackend } from "../workers/work-backend.ts";
import type { ConfigStore } from "./config-store.ts";
import type { ExecutionLock } from "./execution-lock.ts";
import type { PersistenceBackend } from "./persistence-backend.ts";

export interface Store extends AsyncDisposable {
	/** For people and messages: the address without its password. */
	readonly name: string;
	readonly persistence: PersistenceBackend;
	/** Null: no lock, everybody may write. */
	readonly lock: ExecutionLock | null;
	readonly results: ResultBackend;
	readonly signals: SignalBackend;
	readonly configs: ConfigStore;
	/** For executions that wait for others on other workers; absent where a store cannot have them. */
	readonly joins?: JoinBackend;
	/** Workers that have registered; absent where a store cannot have them. */
	readonly registrations?: RegistrationBackend;
	/** Pools of work; absent where a store cannot have them. */
	readonly work?: WorkBackend;
	/** Limits on calls that all processes with this store share; absent where a store cannot have them. */
	readonly rateLimits?: RateLimitBackend;
	/**
	 * Closes files and connections. What is under way is finished first; who waits for a result is told `store_closed`, and
	 * so is whoever uses a part of the store from then on. A second call does nothing.
	 */
	close(): Promise<void>;
}

/** Options that every store takes; each has further ones of its own. */
export interface StoreOptions {
	/** Seconds that a lease holds without a heartbeat. Default 30. */
	readonly leaseSeconds?: number;
	/** Milliseconds since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Ids of signals and owners of leases; default: random UUIDs. */
	readonly newId?: () => string;
}
