/** Remembers at which checkpoint an execution was last woken, so that what does not help is not done again at once. */
import type { ExecutionSummary } from "../store/execution-summary.ts";

interface Attempt {
	/** The checkpoint at which it was tried. */
	readonly place: string;
	readonly channel: string | null;
	/** Milliseconds. */
	readonly delay: number;
	/** Milliseconds since 1970. */
	readonly until: number;
}

export interface AttemptDelays {
	/** Milliseconds until the second attempt at the same checkpoint; doubles with each further one. */
	readonly first: number;
	readonly longest: number;
}

/** Attempts that are never repeated at the same checkpoint. */
export const oneAttempt: AttemptDelays = { first: Number.POSITIVE_INFINITY, longest: Number.POSITIVE_INFINITY };

export class WakeAttempts {
	readonly #delays: AttemptDelays;
	readonly #last = new Map<string, Attempt>();
	/** Executions whose last attempt failed. */
	readonly #failed = new Set<string>();

	constructor(delays: AttemptDelays) {
		this.#delays = delays;
	}

	/** Whether to wake the execution now: it has moved on since the last attempt, or its delay is over. */
	allows(row: ExecutionSummary, now: number): boolean {
		const last = this.#last.get(row.execution_id);
		return last === undefined || last.place !== placeOf(row) || last.until <= now;
	}

	/** @param channel null where its time is over */
	begin(row: ExecutionSummary, channel: string | null, now: number): void {
		const place = placeOf(row);
		const last = this.#last.get(row.execution_id);
		const delay = last?.place === place ? Math.min(last.delay * 2, this.#delays.longest) : this.#delays.first;
		this.#last.set(row.execution_id, { place, channel, delay, until: now + delay });
		this.#failed.delete(row.execution_id);
	}

	/** The attempt did not help: somebody has to look again. */
	failed(executionId: string, now: number): void {
		const last = this.#last.get(executionId);
		if (last === undefined) return;
		this.#last.set(executionId, { ...last, until: now + last.delay });
		this.#failed.add(executionId);
	}

	/** When the first of the failed ones has its turn again, in milliseconds since 1970; endless where none has. */
	nextRetry(): number {
		let next = Number.POSITIVE_INFINITY;
		for (const id of this.#failed) next = Math.min(next, this.#last.get(id)?.until ?? next);
		return next;
	}

	/** The channels (null: timeouts) of those that have their turn again; each is given once. */
	takeRetries(now: number): ReadonlySet<string | null> {
		const channels = new Set<string | null>();
		for (const id of this.#failed) {
			const last = this.#last.get(id);
			if (last === undefined || last.until > now) continue;
			channels.add(last.channel);
			this.#failed.delete(id);
		}
		return channels;
	}

	/** Forgets what was tried so long ago that it no longer matters. */
	forgetOld(now: number): void {
		for (const [id, { until, delay }] of this.#last) {
			if (!this.#failed.has(id) && until + 2 * delay < now) this.#last.delete(id);
		}
	}
}

function placeOf({ step, event, updated_at, waiting_channel }: ExecutionSummary): string {
	return JSON.stringify([step, event, updated_at, waiting_channel]);
}
