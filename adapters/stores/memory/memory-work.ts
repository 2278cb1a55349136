/** Pools of work in the memory of this process. */
import { SortedList } from "../sorted-list.ts";
import type { PushedWork, StoredItem, WorkRows } from "../stored-work.ts";

interface Entry extends StoredItem {
	readonly id: string;
	readonly place: number;
	readonly attempts: number;
	readonly maxRetries: number;
	readonly status: "pending" | "claimed" | "done" | "poisoned";
	readonly claimedBy: string | null;
	readonly claimedAt: number | null;
}

class Pool {
	readonly entries = new Map<string, Entry>();
	readonly pending = new SortedList<Entry>((a, b) => a.place - b.place);
	/** Ids of what each worker has claimed. */
	readonly claimed = new Map<string, Set<string>>();

	put(entry: Entry): void {
		const old = this.entries.get(entry.id);
		if (old?.status === "pending") this.pending.delete(old);
		if (old?.status === "claimed") this.#forget(old);
		this.entries.set(entry.id, entry);
		if (entry.status === "pending") this.pending.add(entry);
		if (entry.status !== "claimed" || entry.claimedBy === null) return;
		this.claimed.set(entry.claimedBy, (this.claimed.get(entry.claimedBy) ?? new Set()).add(entry.id));
	}

	#forget({ id, claimedBy }: Entry): void {
		const own = this.claimed.get(claimedBy ?? "");
		if (own?.delete(id) === true && own.size === 0) this.claimed.delete(claimedBy ?? "");
	}
}

const unclaimed = { status: "pending", claimedBy: null, claimedAt: null } as const;

export class MemoryWork implements WorkRows {
	readonly #pools = new Map<string, Pool>();
	readonly #now: () => number;
	#pushed = 0;

	constructor(now: () => number) {
		this.#now = now;
	}

	async push(pool: string, item: PushedWork): Promise<void> {
		const there = this.#pools.get(pool) ?? new Pool();
		this.#pools.set(pool, there);
		const more = { place: ++this.#pushed, attempts: 0, createdAt: this.#now(), error: null, result: null };
		there.put({ ...item, ...unclaimed, ...more });
	}

	async claim(pool: string, workerId: string): Promise<StoredItem | undefined> {
		const there = this.#pools.get(pool);
		const first = there?.pending.first;
		if (there === undefined || first === undefined) return undefined;
		const claimed: Entry = {
			...first,
			status: "claimed",
			claimedBy: workerId,
			claimedAt: this.#now(),
			attempts: first.attempts + 1,
		};
		there.put(claimed);
		return claimed;
	}

	async complete(pool: string, id: string, result: string): Promise<boolean> {
		return this.#change(pool, id, (entry) => (entry.status === "done" ? entry : { ...entry, status: "done", result }));
	}

	async fail(pool: string, id: string, error: string | null): Promise<boolean> {
		return this.#change(pool, id, (entry) => {
			if (entry.status !== "claimed") return entry;
			if (entry.attempts >= entry.maxRetries) return { ...entry, status: "poisoned", error };
			return { ...entry, ...unclaimed, error };
		});
	}

	async get(pool: string, id: string): Promise<StoredItem | undefined> {
		return this.#pools.get(pool)?.entries.get(id);
	}

	async size(pool: string): Promise<number> {
		return this.#pools.get(pool)?.pending.size ?? 0;
	}

	async release(pool: string, workerId: string): Promise<number> {
		const ids = [...(this.#pools.get(pool)?.claimed.get(workerId) ?? [])];
		for (const id of ids) this.#change(pool, id, (entry) => ({ ...entry, ...unclaimed }));
		return ids.length;
	}

	#change(pool: string, id: string, change: (entry: Entry) => Entry): boolean {
		const there = this.#pools.get(pool);
		const entry = there?.entries.get(id);
		if (entry !== undefined) there?.put(change(entry));
		return entry !== undefined;
	}
}
