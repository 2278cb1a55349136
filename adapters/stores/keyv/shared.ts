/** What all stores on one Keyv object share in this process: one after the other, and word of what was written. */
import pLimit from "p-limit";
import { InMemoryResultBackend } from "../../../runtime/results/memory-result-backend.ts";
import { Listeners } from "../listeners.ts";
import { ProcessLeases } from "../process-lock.ts";
import type { KeyvObject } from "./keyv-object.ts";
import { KeyvRows } from "./rows.ts";
import { type Transaction, Transactions } from "./transaction.ts";

export class SharedKeyv {
	readonly leases = new ProcessLeases();
	readonly listeners = new Listeners();
	/** Where readers wait for results; it keeps none. */
	readonly waitingRoom = new InMemoryResultBackend();
	readonly #oneAtATime = pLimit(1);
	readonly #transactions: Transactions;

	constructor(rows: KeyvRows) {
		this.#transactions = new Transactions(rows);
	}

	/** Does what reads and writes rows while nobody else of this process does. */
	transact<T>(task: (rows: Transaction) => Promise<T>): Promise<T> {
		return this.#oneAtATime(() => this.#transactions.run(task));
	}

	/** Wakes who waits for a result that is stored now. */
	async tellResult(uri: string, json: string): Promise<void> {
		this.waitingRoom.writeJson(uri, json);
		await this.waitingRoom.delete(uri);
	}
}

const shared = new WeakMap<KeyvObject, SharedKeyv>();

/** The same for every store on this Keyv object. @param name of the store, for messages */
export function sharedOf(keyv: KeyvObject, name: string): SharedKeyv {
	const found = shared.get(keyv) ?? new SharedKeyv(new KeyvRows(keyv, name));
	shared.set(keyv, found);
	return found;
}
