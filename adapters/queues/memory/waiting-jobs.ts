/** Jobs that wait, in the order in which they are to be taken. */
import { SortedList } from "../../stores/sorted-list.ts";

export interface WaitingJob {
	readonly machine: string;
	readonly requires: readonly string[];
	readonly priority: number;
	/** Unique; of two with the same priority the lower one is first. */
	readonly turn: number;
}

/** Jobs of one machine that require the same. */
interface Lane<T> {
	readonly machine: string;
	readonly requires: readonly string[];
	readonly jobs: SortedList<T>;
}

/** A lane for each machine, so that one whose jobs may not run now is passed by without a look at each of them. */
export class WaitingJobs<T extends WaitingJob> {
	readonly #lanes = new Map<string, Lane<T>>();

	add(job: T): void {
		const { machine, requires } = job;
		const key = JSON.stringify([requires, machine]);
		let lane = this.#lanes.get(key);
		if (lane === undefined) {
			lane = { machine, requires, jobs: new SortedList<T>(compare) };
			this.#lanes.set(key, lane);
		}
		lane.jobs.add(job);
	}

	delete(job: T): void {
		const key = JSON.stringify([job.requires, job.machine]);
		const lane = this.#lanes.get(key);
		lane?.jobs.delete(job);
		if (lane?.jobs.size === 0) this.#lanes.delete(key);
	}

	/** Takes out the first of those that may be taken. */
	take(mayTake: (requires: readonly string[], machine: string) => boolean): T | undefined {
		let found: T | undefined;
		for (const { jobs, requires, machine } of this.#lanes.values()) {
			const { first } = jobs;
			if (first === undefined || (found !== undefined && compare(found, first) < 0)) continue;
			if (mayTake(requires, machine)) found = first;
		}
		if (found !== undefined) this.delete(found);
		return found;
	}
}

function compare(a: WaitingJob, b: WaitingJob): number {
	return a.priority - b.priority || a.turn - b.turn;
}
