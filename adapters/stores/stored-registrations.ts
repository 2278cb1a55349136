/** The registry of workers on any store: checks what comes in, reads what comes out, and finds by any filter. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import type {
	RegistrationBackend,
	WorkerFilter,
	WorkerRecord,
	WorkerRegistration,
} from "../../runtime/workers/registration-backend.ts";
import { compareText } from "./sorted-list.ts";
import type { StoreGate } from "./store-gate.ts";
import { checkedName, isName, jsonText, parsedJson, timeText } from "./stored-text.ts";

export type Metadata = Readonly<Record<string, unknown>>;

/** A registration that was checked. */
export interface WorkerRow {
	readonly id: string;
	readonly host: string | null;
	readonly pid: number | null;
	/** JSON of a list. */
	readonly capabilities: string;
	/** Null: now. */
	readonly startedAt: string | null;
	/** Plain data. */
	readonly metadata: Metadata;
}

/** What a store has of a worker; read with care, since any program may have written it. */
export interface StoredWorker {
	readonly id: unknown;
	readonly status: unknown;
	/** Milliseconds since 1970, or ISO 8601. */
	readonly lastHeartbeat: unknown;
	readonly host: unknown;
	readonly pid: unknown;
	/** JSON. */
	readonly capabilities: unknown;
	readonly startedAt: unknown;
	readonly taskId: unknown;
	/** JSON, or the data. */
	readonly metadata: unknown;
}

/** What a store does with rows of workers. */
export interface WorkerRows {
	/** Puts a row in place of what is there, `active`, with a heartbeat now. */
	put(row: WorkerRow): Promise<void>;
	/**
	 * @param metadata plain data, merged key by key @param taskId undefined leaves it
	 * @returns whether there is such a worker
	 */
	beat(id: string, metadata: Metadata | undefined, taskId: string | null | undefined): Promise<boolean>;
	/** @returns whether there is such a worker */
	setStatus(id: string, status: string): Promise<boolean>;
	get(id: string): Promise<StoredWorker | undefined>;
	/** All rows, and the time by the clock that heartbeats go by, in milliseconds since 1970. */
	all(): Promise<{ readonly rows: readonly StoredWorker[]; readonly now: number }>;
	remove(id: string): Promise<void>;
}

export class StoredRegistrations implements RegistrationBackend {
	readonly #gate: StoreGate;
	readonly #store: string;
	readonly #rows: WorkerRows;

	/** @param store its name, for messages */
	constructor(gate: StoreGate, store: string, rows: WorkerRows) {
		this.#gate = gate;
		this.#store = store;
		this.#rows = rows;
	}

	register(worker: WorkerRegistration): Promise<WorkerRecord> {
		return this.#gate.run(async () => {
			await this.#rows.put(rowOf(worker));
			return this.#known(worker.worker_id, await this.#rows.get(worker.worker_id));
		});
	}

	heartbeat(workerId: string, metadata?: Metadata, currentTaskId?: string | null): Promise<void> {
		return this.#gate.run(async () => {
			const merged = metadata === undefined ? undefined : plainMetadata(workerId, metadata);
			if (typeof currentTaskId === "string") checkedName("invalid_worker", "The id of a worker's task", currentTaskId);
			if (!isName(workerId) || !(await this.#rows.beat(workerId, merged, currentTaskId))) throw this.#unknown(workerId);
		});
	}

	updateStatus(workerId: string, status: string): Promise<void> {
		return this.#gate.run(async () => {
			checkedName("invalid_worker", "A worker's status", status);
			if (!isName(workerId) || !(await this.#rows.setStatus(workerId, status))) throw this.#unknown(workerId);
		});
	}

	get(workerId: string): Promise<WorkerRecord | null> {
		return this.#gate.run(async () => {
			const row = isName(workerId) ? await this.#rows.get(workerId) : undefined;
			return row === undefined ? null : this.#recordOf(row);
		});
	}

	list(filter: WorkerFilter = {}): Promise<readonly WorkerRecord[]> {
		return this.#gate.run(async () => {
			const { rows, now } = await this.#rows.all();
			return rows
				.map((row) => this.#recordOf(row))
				.filter((record) => matches(record, filter, now))
				.sort((a, b) => compareText(a.worker_id, b.worker_id));
		});
	}

	remove(workerId: string): Promise<void> {
		return this.#gate.run(async () => {
			if (isName(workerId)) await this.#rows.remove(workerId);
		});
	}

	#known(workerId: string, row: StoredWorker | undefined): WorkerRecord {
		if (row === undefined) throw this.#unknown(workerId);
		return this.#recordOf(row);
	}

	#recordOf(row: StoredWorker): WorkerRecord {
		const id = String(row.id);
		const read = (json: unknown) =>
			typeof json === "string" ? parsedJson(`The record of worker ${id}`, json, this.#store) : json;
		const [capabilities, metadata] = [read(row.capabilities), read(row.metadata)];
		const isText = (value: unknown) => typeof value === "string";
		return {
			worker_id: id,
			status: String(row.status),
			last_heartbeat: timeText(row.lastHeartbeat) ?? new Date(0).toISOString(),
			host: textOrNull(row.host),
			pid: row.pid === null || row.pid === undefined || row.pid === "" ? null : Number(row.pid),
			capabilities: Array.isArray(capabilities) ? capabilities.filter(isText) : [],
			started_at: textOrNull(row.startedAt),
			current_task_id: textOrNull(row.taskId),
			metadata: isRecord(metadata) ? metadata : {},
		};
	}

	#unknown(workerId: string): StoreError {
		return new StoreError(
			"unknown_worker",
			`There is no worker ${JSON.stringify(workerId.slice(0, 100))} in ${this.#store}. Register it first.`,
		);
	}
}

function rowOf(worker: WorkerRegistration): WorkerRow {
	const { worker_id: id, host = null, pid = null, capabilities = [], started_at: startedAt = null } = worker;
	checkedName("invalid_worker", "A worker's id", id);
	if (host !== null) checkedName("invalid_worker", "A worker's host", host);
	if (startedAt !== null) checkedName("invalid_worker", "The time of a worker's start", startedAt);
	if (pid !== null && !Number.isSafeInteger(pid)) {
		throw new StoreError("invalid_worker", `A worker's pid must be a whole number, got ${String(pid)}.`);
	}
	const metadata = plainMetadata(id, worker.metadata ?? {});
	return {
		id,
		host,
		pid,
		capabilities: jsonText("invalid_worker", `The capabilities of worker ${id}`, capabilities),
		startedAt,
		metadata,
	};
}

/** A copy that is what a store gives back: JSON. */
function plainMetadata(workerId: string, metadata: Metadata): Metadata {
	const copy: unknown = JSON.parse(jsonText("invalid_worker", `The metadata of worker ${workerId}`, metadata));
	if (isRecord(copy)) return copy;
	throw new StoreError("invalid_worker", `The metadata of worker ${workerId} must be a mapping.`);
}

function matches(record: WorkerRecord, filter: WorkerFilter, now: number): boolean {
	const { status, capability, poolId, staleSeconds = 0 } = filter;
	const statuses = typeof status === "string" ? [status] : status;
	return (
		(statuses === undefined || statuses.includes(record.status)) &&
		(capability === undefined || record.capabilities.includes(capability)) &&
		(poolId === undefined || (Object.hasOwn(record.metadata, "pool_id") && record.metadata.pool_id === poolId)) &&
		(staleSeconds <= 0 || Date.parse(record.last_heartbeat) < now - staleSeconds * 1000)
	);
}

function textOrNull(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}
