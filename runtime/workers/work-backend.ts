/** The port to pools of work, from which workers claim items (spec section 17.2). Field names are those on the wire. */

/** - `pending`, `claimed`, `done`, or `poisoned`: failed as often as it may. */
export type WorkStatus = "pending" | "claimed" | "done" | "poisoned";

export interface WorkItem {
	readonly id: string;
	/** JSON. */
	readonly data: unknown;
	readonly status: WorkStatus;
	readonly claimed_by: string | null;
	/** ISO 8601, UTC. */
	readonly claimed_at: string | null;
	/** Claims so far. */
	readonly attempts: number;
	readonly max_retries: number;
	readonly created_at: string;
	/** Of the last failure. */
	readonly error: string | null;
	/** JSON; null unless `done`. */
	readonly result: unknown;
}

export interface PushOptions {
	/** How often an item may be claimed before a failure poisons it. Default 3. */
	readonly maxRetries?: number;
}

/**
 * One pool. Items are claimed oldest first; two who claim at the same time never get the same one. An item that is put back
 * has its old place. All methods reject with a StoreError: `unknown_work_item` for an id that the pool does not have,
 * `invalid_work_item` for what no store can keep (data that are no JSON; a name that is empty, longer than 1000 bytes or has a
 * NUL).
 */
export interface WorkPool {
	/** @returns the item's id */
	push(item: unknown, options?: PushOptions): Promise<string>;
	claim(workerId: string): Promise<WorkItem | null>;
	/**
	 * Marks the item as done and keeps the result, also where it was put back or poisoned meanwhile. The first result stays:
	 * a worker that was taken for dead and ends its item late changes nothing.
	 * @param result JSON; default null
	 */
	complete(itemId: string, result?: unknown): Promise<void>;
	/** Back to pending, or poisoned where it was claimed `max_retries` times. Changes nothing unless the item is claimed. */
	fail(itemId: string, error?: string): Promise<void>;
	get(itemId: string): Promise<WorkItem | null>;
	/** Items that are pending. */
	size(): Promise<number>;
	/** Puts back what the worker has claimed; attempts stay. @returns how many */
	releaseByWorker(workerId: string): Promise<number>;
}

export interface WorkBackend {
	/** A pool exists by its name; pools of the same name are the same. */
	pool(name: string): WorkPool;
}
