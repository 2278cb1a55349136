/**
 * Counts what a running system of actors is doing, so that a run knows when it can only wait for signals and times:
 * nothing is busy, and something waits or sleeps.
 */
import type { PauseRequest } from "../../compiler/xstate/pause.ts";

export interface WaitingExecution {
	readonly executionId: string;
	readonly state: string;
	readonly channel: string;
	/** What is asked, where the state pauses in the middle of its work; absent where a state waits with `wait_for`. */
	readonly request?: PauseRequest;
	/** Of an execution that waits for machines on workers: how many. Its channel is empty. */
	readonly children?: number;
}

/** An execution in the middle of a long sleep, for which no run has to stay. */
export interface SleepingExecution {
	readonly executionId: string;
	readonly state: string;
	/** When it goes on, in milliseconds since 1970. */
	readonly until: number;
}

/** What a run waits for that has parked. */
export interface Parked {
	readonly waiting: readonly WaitingExecution[];
	/** The first to go on comes first. */
	readonly sleeping: readonly SleepingExecution[];
}

export class Activity {
	#busy = 0;
	readonly #waiting = new Set<WaitingExecution>();
	readonly #sleeping = new Set<SleepingExecution>();
	#onParked: ((parked: Parked) => void) | undefined;
	#checking = false;

	/** Calls `listener` once nothing is busy and at least one execution waits or sleeps. */
	onParked(listener: (parked: Parked) => void): void {
		this.#onParked = listener;
		this.#check();
	}

	/** Marks the start of something that ends by itself: a call, a timer. */
	begin(): void {
		this.#busy++;
	}

	end(): void {
		this.#busy--;
		this.#check();
	}

	/** @returns a function that ends the waiting */
	wait(execution: WaitingExecution): () => void {
		return this.#rest(this.#waiting, execution);
	}

	/** @returns a function that ends the sleep */
	sleep(execution: SleepingExecution): () => void {
		return this.#rest(this.#sleeping, execution);
	}

	#rest<T extends object>(resting: Set<T>, execution: T): () => void {
		const entry = { ...execution };
		resting.add(entry);
		this.#check();
		return () => {
			resting.delete(entry);
		};
	}

	get #mayPark(): boolean {
		return this.#busy === 0 && this.#waiting.size + this.#sleeping.size > 0;
	}

	/** Everything between two calls of ours happens in microtasks, so at a macrotask the counts are exact. */
	#check(): void {
		if (!this.#mayPark || !this.#onParked || this.#checking) return;
		this.#checking = true;
		setImmediate(() => {
			this.#checking = false;
			if (!this.#mayPark) return;
			const sleeping = [...this.#sleeping].sort((a, b) => a.until - b.until);
			this.#onParked?.({ waiting: [...this.#waiting], sleeping });
		});
	}
}
