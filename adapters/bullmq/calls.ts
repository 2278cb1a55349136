/** Waits to be called to a queue in which there was no job. */
import type { BullWorker } from "./server.ts";

/** The score is the time from which on there is a job, 0 for now. */
interface Call {
	readonly score: number;
}

export interface CallsParts {
	/** Waits so many milliseconds, but not beyond the worker's end. */
	readonly pause: (milliseconds: number) => Promise<void>;
	/** Is told of a call that came when nobody waited for it any more. */
	readonly onMissed: () => void;
}

/** Seconds after which an idle worker looks by itself: the call for a job may have gone to another that then died. */
const idleSeconds = 5;
const retryMs = 500;

export class Calls {
	readonly #worker: BullWorker;
	readonly #parts: CallsParts;
	#pending: Promise<Call | null> | undefined;
	#isAwaited = false;
	#nudge: () => void = () => {};

	constructor(worker: BullWorker, parts: CallsParts) {
		this.#worker = worker;
		this.#parts = parts;
	}

	/** Ends the waiting: there is a job that nobody was called for. */
	nudge(): void {
		this.#nudge();
	}

	/**
	 * Waits until there may be a job.
	 * @param nextAt milliseconds since 1970 at which a delayed one is due; 0: none is known of
	 * @param ended resolves when nothing is to be waited for any more
	 * @returns whether this worker was called, and others were not
	 */
	async wait(nextAt: number, ended: Promise<void>): Promise<boolean> {
		const nudged = new Promise<void>((resolve) => {
			this.#nudge = resolve;
		});
		let until = nextAt;
		this.#isAwaited = true;
		try {
			for (;;) {
				const seconds = until === 0 ? idleSeconds : Math.min(idleSeconds, (until - Date.now()) / 1_000);
				if (seconds <= 0) return false;
				// A call that is left from before was asked for with another time.
				const timer = this.#pending === undefined ? [] : [this.#parts.pause(seconds * 1_000)];
				const call = await Promise.race([this.#call(seconds), nudged, ended, ...timer]);
				if (!call) return false;
				if (!(call.score > Date.now())) return true;
				until = call.score;
			}
		} finally {
			this.#isAwaited = false;
		}
	}

	/** There is one at a time: the one that was left when the worker was nudged is still to come. */
	#call(seconds: number): Promise<Call | null> {
		this.#pending ??= this.#ask(seconds);
		return this.#pending;
	}

	/** Never rejects. */
	async #ask(seconds: number): Promise<Call | null> {
		const backend = this.#worker.getBackend();
		let call: Call | null = null;
		try {
			call = await backend.waitForJob(Math.max(seconds, backend.minimumBlockTimeout));
		} catch {
			// The connection's own errors are logged where they come up.
			await this.#parts.pause(retryMs);
		}
		this.#pending = undefined;
		if (call !== null && !this.#isAwaited) this.#parts.onMissed();
		return call;
	}
}
