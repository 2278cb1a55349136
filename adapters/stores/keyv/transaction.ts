/** Several rows of a Keyv written as one, though a Keyv can only write one: by a note of what is to be written. */
import { isRecord, own } from "../../../compiler/document/plain-data.ts";
import { redoKey } from "./keys.ts";
import { corrupt, type KeyvRows } from "./rows.ts";

/** Rows that one task reads and writes. Values must not be changed once they were read or written here. */
export class Transaction {
	readonly #rows: KeyvRows;
	readonly #seen = new Map<string, unknown>();
	readonly #early = new Map<string, unknown>();
	/** Null deletes. */
	readonly #late = new Map<string, unknown>();

	constructor(rows: KeyvRows) {
		this.#rows = rows;
	}

	/** @returns undefined where there is none */
	async get(key: string): Promise<unknown> {
		if (!this.#seen.has(key)) this.#seen.set(key, await this.#rows.get(key));
		return this.#seen.get(key);
	}

	/** The same for what may be large and is read once: it is not kept. */
	async look(key: string): Promise<unknown> {
		return this.#seen.has(key) ? this.#seen.get(key) : this.#rows.get(key);
	}

	/** Written before the decision: nobody may see it until another row says that it counts. */
	prepare(key: string, value: unknown): void {
		this.#seen.set(key, value);
		this.#early.set(key, value);
	}

	set(key: string, value: unknown): void {
		this.#seen.set(key, value);
		this.#late.set(key, value);
	}

	delete(key: string): void {
		this.#seen.set(key, undefined);
		this.#late.set(key, null);
	}

	/** Writes what was prepared. @returns the rows that are still to be written, all or none */
	async prepared(): Promise<readonly (readonly [string, unknown])[]> {
		await inParts([...this.#early], ([key, value]) => this.#rows.set(key, value));
		return [...this.#late];
	}
}

/** Runs transactions on one Keyv, and ends those that a crash or a failure cut off. */
export class Transactions {
	readonly #rows: KeyvRows;
	/** Whether there may be a note of writes that are decided but not all made. */
	#unfinished = true;

	constructor(rows: KeyvRows) {
		this.#rows = rows;
	}

	/** Must not run while another runs. */
	async run<T>(task: (rows: Transaction) => Promise<T>): Promise<T> {
		await this.#finish();
		const transaction = new Transaction(this.#rows);
		const result = await task(transaction);
		const writes = await transaction.prepared();
		if (writes.length > 1) {
			this.#unfinished = true;
			// From here on it is decided: whoever comes next makes the writes if we do not.
			await this.#rows.set(redoKey, { writes });
		}
		await this.#apply(writes);
		if (writes.length > 1) await this.#forget();
		return result;
	}

	async #finish(): Promise<void> {
		if (!this.#unfinished) return;
		const note = await this.#rows.get(redoKey);
		if (note !== undefined) await this.#apply(readNote(note));
		await this.#forget();
	}

	async #forget(): Promise<void> {
		await this.#rows.delete(redoKey);
		this.#unfinished = false;
	}

	async #apply(writes: readonly (readonly [string, unknown])[]): Promise<void> {
		await inParts(writes, ([key, value]) => (value === null ? this.#rows.delete(key) : this.#rows.set(key, value)));
	}
}

function readNote(note: unknown): (readonly [string, unknown])[] {
	const writes = own(note, "writes");
	if (!isRecord(note) || !Array.isArray(writes)) throw corrupt(redoKey);
	return writes.map((write: unknown) => {
		if (!Array.isArray(write) || typeof write[0] === "undefined") throw corrupt(redoKey);
		const [key, value]: readonly unknown[] = write;
		if (typeof key !== "string") throw corrupt(redoKey);
		return [key, value];
	});
}

/** A few at a time: a deletion can have thousands. */
async function inParts<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	for (let from = 0; from < items.length; from += 64) {
		await Promise.all(items.slice(from, from + 64).map(work));
	}
}
