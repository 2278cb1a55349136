/** The port to the registry of workers (spec section 17.1). Field names are those on the wire. */

/** What a worker says of itself. */
export interface WorkerRegistration {
	readonly worker_id: string;
	readonly host?: string | null;
	readonly pid?: number | null;
	readonly capabilities?: readonly string[];
	/** ISO 8601; default: now. */
	readonly started_at?: string | null;
	readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface WorkerRecord {
	readonly worker_id: string;
	/** `active`, `terminating`, `terminated`, `lost`, or any other word. */
	readonly status: string;
	/** ISO 8601, UTC. */
	readonly last_heartbeat: string;
	readonly host: string | null;
	readonly pid: number | null;
	readonly capabilities: readonly string[];
	readonly started_at: string | null;
	readonly current_task_id: string | null;
	readonly metadata: Readonly<Record<string, unknown>>;
}

/** Which workers to list; all that is given must hold. */
export interface WorkerFilter {
	/** One status, or any of several. */
	readonly status?: string | readonly string[];
	readonly capability?: string;
	/** `metadata.pool_id`. */
	readonly poolId?: string;
	/** Only those whose last heartbeat is older than so many seconds; 0 or absent = all. */
	readonly staleSeconds?: number;
}

/**
 * All methods reject with a StoreError: `unknown_worker` for an id that was never registered, `invalid_worker` for what no
 * store can keep (a name that is empty, longer than 1000 bytes or has a NUL; metadata that are no JSON).
 */
export interface RegistrationBackend {
	/** Registers with status `active` and a heartbeat now; replaces an earlier record of this id. */
	register(worker: WorkerRegistration): Promise<WorkerRecord>;
	/** @param metadata merged into what is there @param currentTaskId undefined leaves it */
	heartbeat(
		workerId: string,
		metadata?: Readonly<Record<string, unknown>>,
		currentTaskId?: string | null,
	): Promise<void>;
	updateStatus(workerId: string, status: string): Promise<void>;
	get(workerId: string): Promise<WorkerRecord | null>;
	/** Sorted by id. */
	list(filter?: WorkerFilter): Promise<readonly WorkerRecord[]>;
	/** Removes a record; nothing to do where there is none. */
	remove(workerId: string): Promise<void>;
}
