/** The registry of workers in the memory of this process. */
import type { Metadata, StoredWorker, WorkerRow, WorkerRows } from "../stored-registrations.ts";

export class MemoryWorkers implements WorkerRows {
	readonly #rows = new Map<string, StoredWorker & { readonly metadata: Metadata }>();
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	async put({ id, host, pid, capabilities, startedAt, metadata }: WorkerRow): Promise<void> {
		const now = this.#now();
		this.#rows.set(id, {
			id,
			status: "active",
			lastHeartbeat: now,
			host,
			pid,
			capabilities,
			startedAt: startedAt ?? new Date(now).toISOString(),
			taskId: null,
			metadata,
		});
	}

	async beat(id: string, metadata: Metadata | undefined, taskId: string | null | undefined): Promise<boolean> {
		const row = this.#rows.get(id);
		if (row === undefined) return false;
		this.#rows.set(id, {
			...row,
			lastHeartbeat: this.#now(),
			metadata: { ...row.metadata, ...metadata },
			...(taskId !== undefined && { taskId }),
		});
		return true;
	}

	async setStatus(id: string, status: string): Promise<boolean> {
		const row = this.#rows.get(id);
		if (row !== undefined) this.#rows.set(id, { ...row, status });
		return row !== undefined;
	}

	/** Metadata are copied, as every other store does by writing them as JSON. */
	async get(id: string): Promise<StoredWorker | undefined> {
		const row = this.#rows.get(id);
		return row === undefined ? undefined : { ...row, metadata: structuredClone(row.metadata) };
	}

	async all(): Promise<{ readonly rows: readonly StoredWorker[]; readonly now: number }> {
		const rows = [...this.#rows.values()].map((row) => ({ ...row, metadata: structuredClone(row.metadata) }));
		return { rows, now: this.#now() };
	}

	async remove(id: string): Promise<void> {
		this.#rows.delete(id);
	}
}
