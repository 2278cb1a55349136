/** Pools of work on any store: checks what comes in, and reads what comes out. */
import { StoreError } from "../../runtime/store/errors.ts";
import type { PushOptions, WorkBackend, WorkItem, WorkPool, WorkStatus } from "../../runtime/workers/work-backend.ts";
import type { StoreGate } from "./store-gate.ts";
import { checkedName, isName, jsonText, parsedJson, storableText, timeText } from "./stored-text.ts";

/** An item that was checked. */
export interface PushedWork {
	readonly id: string;
	/** JSON. */
	readonly data: string;
	readonly maxRetries: number;
}

/** What a store has of an item; read with care, since any program may have written it. */
export interface StoredItem {
	readonly id: unknown;
	/** JSON. */
	readonly data: unknown;
	readonly status: unknown;
	readonly claimedBy: unknown;
	/** Milliseconds since 1970, or ISO 8601. */
	readonly claimedAt: unknown;
	readonly attempts: unknown;
	readonly maxRetries: unknown;
	readonly createdAt: unknown;
	readonly error: unknown;
	/** JSON. */
	readonly result: unknown;
}

/** What a store does with rows of work. All are atomic. */
export interface WorkRows {
	/** Puts an item behind all others of the pool. */
	push(pool: string, item: PushedWork): Promise<void>;
	/** Gives the first pending item to a worker, and to no other. */
	claim(pool: string, workerId: string): Promise<StoredItem | undefined>;
	/** @param result JSON @returns whether there is such an item */
	complete(pool: string, id: string, result: string): Promise<boolean>;
	/** @returns whether there is such an item */
	fail(pool: string, id: string, error: string | null): Promise<boolean>;
	get(pool: string, id: string): Promise<StoredItem | undefined>;
	/** Items that are pending. */
	size(pool: string): Promise<number>;
	/** Makes what the worker has claimed pending. @returns how many */
	release(pool: string, workerId: string): Promise<number>;
}

export interface StoredWorkOptions {
	readonly gate: StoreGate;
	/** The store's, for messages. */
	readonly name: string;
	readonly newId: () => string;
}

const invalid = "invalid_work_item";
const statuses: readonly WorkStatus[] = ["pending", "claimed", "done", "poisoned"];

export class StoredWork implements WorkBackend {
	readonly #options: StoredWorkOptions;
	readonly #rows: WorkRows;

	constructor(rows: WorkRows, options: StoredWorkOptions) {
		this.#rows = rows;
		this.#options = options;
	}

	pool(name: string): WorkPool {
		return new StoredPool(name, this.#rows, this.#options);
	}
}

class StoredPool implements WorkPool {
	readonly #pool: string;
	readonly #options: StoredWorkOptions;
	readonly #rows: WorkRows;

	constructor(pool: string, rows: WorkRows, options: StoredWorkOptions) {
		this.#pool = pool;
		this.#rows = rows;
		this.#options = options;
	}

	push(item: unknown, { maxRetries = 3 }: PushOptions = {}): Promise<string> {
		return this.#run(async () => {
			const data = jsonText(invalid, `An item for pool ${this.#pool}`, item);
			if (!Number.isSafeInteger(maxRetries) || maxRetries < 0) {
				throw new StoreError(invalid, `\`maxRetries\` must be a whole number from 0 on, got ${String(maxRetries)}.`);
			}
			const id = this.#options.newId();
			await this.#rows.push(this.#pool, { id, data, maxRetries });
			return id;
		});
	}

	claim(workerId: string): Promise<WorkItem | null> {
		return this.#run(async () => {
			checkedName(invalid, "The id of a worker that claims", workerId);
			return this.#itemOf(await this.#rows.claim(this.#pool, workerId));
		});
	}

	complete(itemId: string, result: unknown = null): Promise<void> {
		return this.#run(async () => {
			const json = jsonText(invalid, `The result of item ${itemId}`, result);
			if (!isName(itemId) || !(await this.#rows.complete(this.#pool, itemId, json))) throw this.#unknown(itemId);
		});
	}

	fail(itemId: string, error?: string): Promise<void> {
		return this.#run(async () => {
			const text = error === undefined ? null : storableText(error);
			if (!isName(itemId) || !(await this.#rows.fail(this.#pool, itemId, text))) throw this.#unknown(itemId);
		});
	}

	get(itemId: string): Promise<WorkItem | null> {
		return this.#run(async () => (isName(itemId) ? this.#itemOf(await this.#rows.get(this.#pool, itemId)) : null));
	}

	size(): Promise<number> {
		return this.#run(() => this.#rows.size(this.#pool));
	}

	releaseByWorker(workerId: string): Promise<number> {
		return this.#run(async () => (isName(workerId) ? this.#rows.release(this.#pool, workerId) : 0));
	}

	#run<T>(work: () => Promise<T>): Promise<T> {
		return this.#options.gate.run(async () => {
			checkedName(invalid, "The name of a pool", this.#pool);
			return work();
		});
	}

	#itemOf(item: StoredItem | undefined): WorkItem | null {
		if (item === undefined) return null;
		const id = String(item.id);
		const read = (json: unknown) => parsedJson(`Work item ${id}`, json, this.#options.name);
		const { status, claimedBy, error, result } = item;
		return {
			id,
			data: read(item.data),
			status: statuses.find((known) => known === status) ?? "poisoned",
			claimed_by: typeof claimedBy === "string" ? claimedBy : null,
			claimed_at: timeText(item.claimedAt),
			attempts: Number(item.attempts),
			max_retries: Number(item.maxRetries),
			created_at: timeText(item.createdAt) ?? new Date(0).toISOString(),
			error: typeof error === "string" ? error : null,
			result: result === null || result === undefined ? null : read(result),
		};
	}

	#unknown(itemId: string): StoreError {
		return new StoreError(
			"unknown_work_item",
			`Pool ${this.#pool} in ${this.#options.name} has no item ${JSON.stringify(itemId.slice(0, 100))}.`,
		);
	}
}
