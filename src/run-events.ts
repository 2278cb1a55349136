/** A run that has begun: the promise of its result, and what happens in it as it happens. */
import type { RunResult } from "../runtime/machine/run-result.ts";
import type { RunEvent } from "../runtime/state/run-event.ts";

/** What `FlatMachine.run` and `resume` give: await it for the result, or iterate over its `events`. */
export interface Run extends Promise<RunResult> {
	/**
	 * What happens, from the moment on at which one iterates; ends with the run, however it ends. Each iteration gets all
	 * events, and keeps in memory what it has not taken yet.
	 */
	readonly events: AsyncIterable<RunEvent>;
}

type OnEvent = (event: RunEvent) => void;

/**
 * Begins a run.
 * @param begin is given what tells of events
 * @param onEvent is told, too
 */
export function beginRun(begin: (onEvent: OnEvent) => Promise<RunResult>, onEvent: OnEvent | undefined): Run {
	const listeners = new Set<EventQueue>();
	const result = begin((event) => {
		onEvent?.(event);
		for (const listener of listeners) listener.push(event);
	});
	let hasEnded = false;
	const end = () => {
		hasEnded = true;
		for (const listener of listeners) listener.end();
		listeners.clear();
	};
	// Whoever awaits the run hears of its failure; the events only end.
	result.then(end, end);
	const events: AsyncIterable<RunEvent> = {
		[Symbol.asyncIterator]() {
			const queue = new EventQueue(() => listeners.delete(queue));
			if (hasEnded) queue.end();
			else listeners.add(queue);
			return queue;
		},
	};
	return Object.assign(result, { events });
}

class EventQueue implements AsyncIterator<RunEvent> {
	#events: RunEvent[] = [];
	/** Position of the next event to give; what was given goes in one piece, so that each costs the same. */
	#next = 0;
	readonly #waiting: ((result: IteratorResult<RunEvent>) => void)[] = [];
	#hasEnded = false;
	readonly #left: () => void;

	/** @param left called when nobody iterates any more */
	constructor(left: () => void) {
		this.#left = left;
	}

	push(event: RunEvent): void {
		const waiting = this.#waiting.shift();
		if (waiting) waiting({ done: false, value: event });
		else this.#events.push(event);
	}

	end(): void {
		this.#hasEnded = true;
		for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
	}

	next(): Promise<IteratorResult<RunEvent>> {
		const event = this.#events[this.#next];
		if (event !== undefined) {
			this.#next += 1;
			if (this.#next === this.#events.length) {
				this.#events = [];
				this.#next = 0;
			}
			return Promise.resolve({ done: false, value: event });
		}
		if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	return(): Promise<IteratorResult<RunEvent>> {
		this.#left();
		this.#events = [];
		this.#next = 0;
		this.end();
		return Promise.resolve({ done: true, value: undefined });
	}
}
