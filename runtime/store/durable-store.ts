/** A store, and how a run uses it. */
import type { CheckpointEvent } from "../checkpoint/machine-snapshot.ts";
import type { Store } from "./store.ts";

/** A store, and how a machine wants it used (`data.persistence`). */
export interface DurableStore {
	readonly store: Store;
	/** By which other processes open it, with its password; absent where it was given as a store. */
	readonly address?: string;
	/** `checkpoint_on`; null: whatever durability needs. */
	readonly events: ReadonlySet<CheckpointEvent> | null;
	/** Store only when a run comes to rest: for a store that ends with the process. */
	readonly isLazy: boolean;
	/**
	 * Hashes of the configurations that the store has, by plan, for who runs many executions of the same machines; null where a
	 * machine has none. Default: each run stores what it needs.
	 */
	readonly storedConfigs?: Map<string, string | null>;
}
