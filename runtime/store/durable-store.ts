/** A store, and how a run uses it. */
import type { CheckpointEvent } from "../checkpoint/machine-snapshot.ts";
import type { Store } from "./store.ts";

/** A store, and how a machine wants it used (`data.persistence`). */
export interface DurableStore {
	readonly store: Store;
	/** `checkpoint_on`; null: whatever durability needs. */
	readonly events: ReadonlySet<CheckpointEvent> | null;
	/** Store only when a run comes to rest: for a store that ends with the process. */
	readonly isLazy: boolean;
}
