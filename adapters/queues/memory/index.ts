/** A queue of jobs within one process: for tests, and to try a fleet without a server. What it has ends with the process. */
import { FleetError } from "../../../runtime/fleet/errors.ts";
import type { QueuedJob } from "../../../runtime/fleet/job.ts";
import type { ConsumeOptions, JobConsumer, JobQueue, QueueDepth } from "../../../runtime/fleet/job-queue.ts";
import { MemoryConsumer, type TakenEntry } from "./consumer.ts";
import { type WaitingJob, WaitingJobs } from "./waiting-jobs.ts";

class Entry implements WaitingJob, TakenEntry {
	readonly id: string;
	readonly machine: string;
	readonly requires: readonly string[];
	readonly priority: number;
	readonly #text: string;
	turn: number;
	thrown = 0;
	state: "waiting" | "delayed" | "running" = "waiting";
	timer: NodeJS.Timeout | undefined;

	constructor(job: QueuedJob, turn: number) {
		this.id = job.id;
		this.machine = job.machine;
		this.requires = [...new Set(job.requires)].sort();
		this.priority = Math.max(0, job.priority ?? 0);
		this.#text = JSON.stringify(job.job);
		this.turn = turn;
	}

	/** A copy, as another process would get it. */
	get data(): unknown {
		return JSON.parse(this.#text);
	}
}

/** Timers take no longer time. */
const longestTimerMs = 2 ** 31 - 1;

export class MemoryJobQueue implements JobQueue {
	readonly name = "memory";
	readonly #entries = new Map<string, Entry>();
	readonly #waiting = new WaitingJobs<Entry>();
	readonly #consumers = new Set<MemoryConsumer>();
	#turns = 0;
	#closed = false;

	async add(jobs: readonly QueuedJob[]): Promise<void> {
		this.#check();
		for (const job of jobs) {
			if (this.#entries.has(job.id)) continue;
			const entry = new Entry(job, this.#nextTurn());
			this.#entries.set(job.id, entry);
			this.#queue(entry, job.delayMs ?? 0);
		}
		this.#share();
	}

	async remove(ids: readonly string[]): Promise<void> {
		this.#check();
		for (const id of ids) {
			const entry = this.#entries.get(id);
			if (entry === undefined || entry.state === "running") continue;
			clearTimeout(entry.timer);
			this.#waiting.delete(entry);
			this.#entries.delete(id);
		}
	}

	async consume(options: ConsumeOptions): Promise<JobConsumer> {
		this.#check();
		const consumer = new MemoryConsumer(options, {
			take: (mayTake) => {
				const entry = this.#waiting.take(mayTake);
				if (entry !== undefined) entry.state = "running";
				return entry;
			},
			onEnd: (entry, delayMs) => this.#end(entry.id, delayMs),
			onStop: () => this.#consumers.delete(consumer),
		});
		this.#consumers.add(consumer);
		consumer.fill();
		return consumer;
	}

	async depths(): Promise<readonly QueueDepth[]> {
		this.#check();
		const depths = new Map<string, { -readonly [Key in keyof QueueDepth]: QueueDepth[Key] }>();
		const depthOf = (requires: readonly string[]) => {
			const name = ["memory", ...requires].join(" ");
			const depth = depths.get(name) ?? { name, requires, waiting: 0, delayed: 0, running: 0 };
			depths.set(name, depth);
			return depth;
		};
		depthOf([]);
		for (const { requires, state } of this.#entries.values()) depthOf(requires)[state] += 1;
		return [...depths.values()];
	}

	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
		for (const { timer } of this.#entries.values()) clearTimeout(timer);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/** @param delayMs until it is to be taken again; null: it is done */
	#end(id: string, delayMs: number | null): void {
		const entry = this.#entries.get(id);
		if (entry === undefined) return;
		if (delayMs === null) this.#entries.delete(id);
		else this.#queue(entry, delayMs);
		this.#share();
	}

	#queue(entry: Entry, delayMs: number): void {
		if (delayMs <= 0 || this.#closed) {
			entry.state = "waiting";
			this.#waiting.add(entry);
			return;
		}
		entry.state = "delayed";
		const rest = Math.max(0, delayMs - longestTimerMs);
		entry.timer = setTimeout(
			() => {
				entry.turn = this.#nextTurn();
				this.#queue(entry, rest);
				this.#share();
			},
			Math.min(delayMs, longestTimerMs),
		);
	}

	/** In the order in which they came, so that none waits for long. */
	#share(): void {
		for (const consumer of this.#consumers) consumer.fill();
	}

	#nextTurn(): number {
		this.#turns += 1;
		return this.#turns;
	}

	#check(): void {
		if (this.#closed) throw new FleetError("queue_unreachable", "The queue in memory was closed; open another one.");
	}
}
