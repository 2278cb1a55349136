/** The jobs of one queue that this worker has: renews their locks, and aborts those that it has lost. */
import type { BullWorker, LockTimes } from "./server.ts";

export interface HeldJob {
	/** As BullMQ has it. */
	readonly id: string;
	readonly token: string;
	readonly signal: AbortSignal;
	/** Whether another worker has it by now, or may have. */
	readonly lost: boolean;
}

class Held implements HeldJob {
	readonly id: string;
	readonly token: string;
	readonly controller = new AbortController();
	lost = false;
	/** When its lock was last known to be ours. */
	heldAt = performance.now();

	constructor(id: string, token: string) {
		this.id = id;
		this.token = token;
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	lose(reason: string): void {
		this.lost = true;
		this.controller.abort(new Error(reason));
	}
}

export class HeldJobs {
	readonly #worker: BullWorker;
	readonly #times: LockTimes;
	readonly #held = new Set<Held>();
	readonly #timer: NodeJS.Timeout;
	#renewing = false;

	constructor(worker: BullWorker, times: LockTimes) {
		this.#worker = worker;
		this.#times = times;
		this.#timer = setInterval(() => void this.#renew(), times.lockMs / 3);
	}

	get size(): number {
		return this.#held.size;
	}

	add(id: string, token: string): HeldJob {
		const held = new Held(id, token);
		this.#held.add(held);
		return held;
	}

	/** Its lock is renewed no more. */
	drop(job: HeldJob): void {
		for (const held of this.#held) if (held === job) this.#held.delete(held);
	}

	abortAll(reason: Error): void {
		for (const held of this.#held) held.controller.abort(reason);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	/** Never rejects. */
	async #renew(): Promise<void> {
		const { lockMs } = this.#times;
		for (const held of this.#held) {
			if (!held.lost && performance.now() - held.heldAt > lockMs) {
				held.lose("This worker could not say in time that it still has the job, so another one may have taken it.");
			}
		}
		// An answer that is long in coming is waited for, and then stands for all.
		if (this.#renewing) return;
		const renewed = [...this.#held].filter((held) => !held.lost);
		if (renewed.length === 0) return;
		this.#renewing = true;
		const askedAt = performance.now();
		try {
			const failed = await this.#worker.extendJobLocks(
				renewed.map(({ id }) => id),
				renewed.map(({ token }) => token),
				lockMs,
			);
			for (const held of renewed) {
				if (!failed.includes(held.id)) held.heldAt = askedAt;
				else if (this.#held.has(held)) held.lose("Another worker has taken the job.");
			}
		} catch {
			// The connection's own errors are logged where they come up; whether the locks are lost, time tells.
		} finally {
			this.#renewing = false;
		}
	}
}
