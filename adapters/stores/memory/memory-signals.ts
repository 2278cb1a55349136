/** Signals in the memory of this process. */
import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import type { StoreOptions } from "../../../runtime/store/store.ts";
import { Listeners } from "../listeners.ts";
import { checkChannel, signalJson } from "../signal-data.ts";
import { compareText, SortedList } from "../sorted-list.ts";

interface Entry {
	readonly id: string;
	readonly channel: string;
	readonly json: string;
	readonly createdAt: string;
	/** Its place: the number of the signal that was sent, and which copy of it. */
	readonly place: number;
	readonly copy: number;
	readonly executionId: string | null;
}

/** Signals of one channel by their addressee; null = nobody. */
type Queues = Map<string | null, SortedList<Entry>>;

export class MemorySignals implements SignalBackend {
	readonly notifies = false;
	readonly #channels = new Map<string, Queues>();
	readonly #entries = new Map<string, Entry>();
	/** By addressee, on all channels. */
	readonly #addressed = new Map<string, Set<Entry>>();
	readonly #listeners = new Listeners();
	readonly #options: Required<Pick<StoreOptions, "now" | "newId">>;
	readonly #checkOpen: () => void;
	#sent = 0;

	/** @param checkOpen throws where the store is closed */
	constructor(options: Required<Pick<StoreOptions, "now" | "newId">>, checkOpen: () => void) {
		this.#options = options;
		this.#checkOpen = checkOpen;
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		this.#checkOpen();
		const json = signalJson(channel, data);
		const id = this.#options.newId();
		const createdAt = new Date(this.#options.now()).toISOString();
		this.#add({ id, channel, json, createdAt, place: ++this.#sent, copy: 0, executionId: options.executionId ?? null });
		this.#listeners.tell(channel);
		return id;
	}

	async claim(channel: string, executionId: string): Promise<Signal | null> {
		const queues = this.#queues(channel);
		const own = queues?.get(executionId)?.first;
		const free = queues?.get(null)?.first;
		if (free === undefined || (own !== undefined && compareEntries(own, free) < 0)) {
			return own === undefined ? null : signalOf(own);
		}
		const claimed = { ...free, executionId };
		this.#remove(free);
		this.#add(claimed);
		return signalOf(claimed);
	}

	async acknowledge(signalId: string): Promise<void> {
		this.#checkOpen();
		const entry = this.#entries.get(signalId);
		if (entry !== undefined) this.#remove(entry);
	}

	async broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		const queues = this.#queues(channel);
		const free = queues?.get(null)?.first;
		const addressees = [...new Set(executionIds)].filter((id) => queues?.get(id) === undefined);
		if (free === undefined || addressees.length === 0) return null;
		this.#remove(free);
		for (const [copy, executionId] of addressees.entries()) {
			this.#add({ ...free, id: this.#options.newId(), copy, executionId });
		}
		return signalOf(free);
	}

	async consume(channel: string): Promise<Signal | null> {
		const free = this.#queues(channel)?.get(null)?.first;
		if (free === undefined) return null;
		this.#remove(free);
		return signalOf(free);
	}

	async peek(channel: string): Promise<readonly Signal[]> {
		const queues = [...(this.#queues(channel)?.values() ?? [])];
		return queues
			.flatMap((queue) => [...queue.between()])
			.sort(compareEntries)
			.map(signalOf);
	}

	async channels(): Promise<readonly string[]> {
		this.#checkOpen();
		return [...this.#channels.keys()].sort(compareText);
	}

	async addressees(channel: string): Promise<readonly string[]> {
		const queues = [...(this.#queues(channel)?.values() ?? [])];
		const oldest = queues.flatMap((queue) => queue.first ?? []).sort(compareEntries);
		return oldest.flatMap(({ executionId }) => executionId ?? []);
	}

	async subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		this.#checkOpen();
		return this.#listeners.add(listener);
	}

	/** Removes all that is addressed to an execution that is deleted. */
	removeOf(executionId: string): void {
		for (const entry of this.#addressed.get(executionId) ?? []) this.#remove(entry);
	}

	#queues(channel: string): Queues | undefined {
		this.#checkOpen();
		checkChannel(channel);
		return this.#channels.get(channel);
	}

	#add(entry: Entry): void {
		this.#entries.set(entry.id, entry);
		const queues: Queues = this.#channels.get(entry.channel) ?? new Map();
		this.#channels.set(entry.channel, queues);
		const queue = queues.get(entry.executionId) ?? new SortedList<Entry>(compareEntries);
		queues.set(entry.executionId, queue);
		queue.add(entry);
		const { executionId } = entry;
		if (executionId === null) return;
		this.#addressed.set(executionId, (this.#addressed.get(executionId) ?? new Set()).add(entry));
	}

	#remove(entry: Entry): void {
		this.#entries.delete(entry.id);
		const own = this.#addressed.get(entry.executionId ?? "");
		if (own?.delete(entry) === true && own.size === 0) this.#addressed.delete(entry.executionId ?? "");
		const queues = this.#channels.get(entry.channel);
		const queue = queues?.get(entry.executionId);
		queue?.delete(entry);
		if (queue?.size === 0) queues?.delete(entry.executionId);
		if (queues?.size === 0) this.#channels.delete(entry.channel);
	}
}

function compareEntries(a: Entry, b: Entry): number {
	return a.place - b.place || a.copy - b.copy;
}

function signalOf({ id, channel, json, createdAt, executionId }: Entry): Signal {
	return { id, channel, data: JSON.parse(json), created_at: createdAt, execution_id: executionId };
}
