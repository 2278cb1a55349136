/** Time of a replay: nothing really waits. Back-offs move the clock on, and what was to time out before then does so. */
import type { Sleep } from "../../../runtime/steps/timer.ts";

/** Somebody who only waits in case nothing else ends in time. */
interface Bystander {
	readonly deadline: number;
	readonly wake: () => void;
}

export class VirtualTime {
	#now = 0;
	readonly #bystanders = new Set<Bystander>();

	/** Milliseconds since the replay began. */
	now(): number {
		return this.#now;
	}

	/** One machine runs, and does one thing at a time: so who really sleeps is alone with those who stand by. */
	readonly sleep: Sleep = (deadline, { signal, idle }) =>
		new Promise((resolve, reject) => {
			if (signal.aborted) return reject(signal.reason);
			const bystander = { deadline, wake: resolve };
			const abort = () => {
				this.#bystanders.delete(bystander);
				reject(signal.reason);
			};
			signal.addEventListener("abort", abort, { once: true });
			if (idle) this.#bystanders.add(bystander);
			else if (!this.#wakeFirst(deadline)) {
				this.#now = Math.max(this.#now, deadline);
				signal.removeEventListener("abort", abort);
				resolve();
			}
		});

	/** Wakes the bystander whose time is over first, if it is before `deadline`: what sleeps until then is given up. */
	#wakeFirst(deadline: number): boolean {
		const [first] = [...this.#bystanders].sort((a, b) => a.deadline - b.deadline);
		if (!first || first.deadline > deadline) return false;
		this.#bystanders.delete(first);
		this.#now = Math.max(this.#now, first.deadline);
		first.wake();
		return true;
	}
}
