/** Time that moves only when it is told to, with timers. */
import type { StartTimer } from "../../runtime/steps/timer.ts";

export class ClockWithTimers {
	#now = 1_000_000;
	readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

	readonly now = (): number => this.#now;

	readonly startTimer: StartTimer = (callback, milliseconds) => {
		const timer = { at: this.#now + milliseconds, callback };
		this.#timers.add(timer);
		return () => this.#timers.delete(timer);
	};

	/** Milliseconds until the next timer. */
	get sleep(): number {
		return Math.min(...[...this.#timers].map(({ at }) => at)) - this.#now;
	}

	/** Moves on and fires what is due, each in its time. */
	advance(milliseconds: number): void {
		const end = this.#now + milliseconds;
		for (;;) {
			const [first] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
			if (first === undefined) break;
			this.#timers.delete(first);
			this.#now = Math.max(this.#now, first.at);
			first.callback();
		}
		this.#now = end;
	}
}

/** Lets what is under way in memory go as far as it gets. */
export async function quiet(): Promise<void> {
	for (let n = 0; n < 20; n++) await new Promise(setImmediate);
}
