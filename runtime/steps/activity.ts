/**
 * Counts what a running system of actors is doing, so that a run knows when it can only wait for signals: nothing is
 * busy and something waits.
 */
import type { PauseRequest } from "../../compiler/xstate/pause.ts";

export interface WaitingExecution {
	readonly executionId: string;
	readonly state: string;
	readonly channel: string;
	/** What is asked, where the state pauses in the middle of its work; absent where a state waits with `wait_for`. */
	readonly request?: PauseRequest;
}

export class Activity {
	#busy = 0;
	readonly #waiting = new Map<object, WaitingExecution>();
	#onParked: ((waiting: readonly WaitingExecution[]) => void) | undefined;
	#checking = false;

	/** Calls `listener` once nothing is busy and at least one execution waits. */
	onParked(listener: (waiting: readonly WaitingExecution[]) => void): void {
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
		const key = {};
		this.#waiting.set(key, execution);
		this.#check();
		return () => {
			this.#waiting.delete(key);
		};
	}

	/** Everything between two calls of ours happens in microtasks, so at a macrotask the counts are exact. */
	#check(): void {
		if (this.#busy > 0 || this.#waiting.size === 0 || !this.#onParked || this.#checking) return;
		this.#checking = true;
		setImmediate(() => {
			this.#checking = false;
			if (this.#busy === 0 && this.#waiting.size > 0) this.#onParked?.([...this.#waiting.values()]);
		});
	}
}
