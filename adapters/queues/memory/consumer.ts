/** Takes jobs from a queue in memory. */
import type { ConsumeOptions, JobConsumer } from "../../../runtime/fleet/job-queue.ts";
import { backoffMs } from "../backoff.ts";

/** A job that was taken. */
export interface TakenEntry {
	readonly id: string;
	readonly machine: string;
	readonly data: unknown;
	/** How often its handler has thrown. */
	thrown: number;
}

/** The queue, as its consumer sees it. */
export interface JobSource {
	take(mayTake: (requires: readonly string[], machine: string) => boolean): TakenEntry | undefined;
	/** @param delayMs until it is to be taken again; null: it is done */
	onEnd(entry: TakenEntry, delayMs: number | null): void;
	onStop(): void;
}

export class MemoryConsumer implements JobConsumer {
	readonly #options: ConsumeOptions;
	readonly #source: JobSource;
	readonly #controller = new AbortController();
	readonly #working = new Set<Promise<unknown>>();
	readonly #machines = new Map<string, number>();
	#open = true;
	handled = 0;

	constructor(options: ConsumeOptions, source: JobSource) {
		this.#options = options;
		this.#source = source;
	}

	get running(): number {
		return this.#working.size;
	}

	/** Takes what may be taken now. */
	fill(): void {
		const { concurrency, machineConcurrency, provides } = this.#options;
		const mayTake = (requires: readonly string[], machine: string) =>
			(this.#machines.get(machine) ?? 0) < (machineConcurrency?.get(machine) ?? concurrency) && provides(requires);
		while (this.#open && this.#working.size < concurrency) {
			const entry = this.#source.take(mayTake);
			if (entry === undefined) return;
			const working = this.#work(entry);
			this.#working.add(working);
			this.#count(entry.machine, 1);
			void working.then((delayMs) => {
				this.#working.delete(working);
				this.#count(entry.machine, -1);
				this.handled += 1;
				this.#source.onEnd(entry, delayMs);
			});
		}
	}

	async pause(): Promise<void> {
		this.#open = false;
	}

	async stop(): Promise<void> {
		this.#open = false;
		this.#controller.abort(new Error("The worker stops."));
		await Promise.all(this.#working);
		this.#source.onStop();
	}

	/** @returns milliseconds until it is to be taken again; null: it is done. Never rejects */
	async #work(entry: TakenEntry): Promise<number | null> {
		const { handle, logger } = this.#options;
		const { id, data } = entry;
		try {
			const end = await handle({ id, data, losses: 0, signal: this.#controller.signal });
			return end.type === "done" ? null : end.delayMs;
		} catch (error) {
			if (this.#controller.signal.aborted) return 0;
			const text = error instanceof Error ? error.message : String(error);
			logger.error("A job could not be handled; it comes again.", { job: id, error: text });
			entry.thrown += 1;
			return backoffMs(entry.thrown - 1);
		}
	}

	#count(machine: string, by: number): void {
		this.#machines.set(machine, (this.#machines.get(machine) ?? 0) + by);
	}
}
