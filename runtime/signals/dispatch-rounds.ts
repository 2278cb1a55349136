/** One look at one channel, or at the clock: who is to be woken, and their waking (spec section 11.4). */
import type { Logger } from "../logging/logger.ts";
import type { ExecutionFilter, ExecutionSummary } from "../store/execution-summary.ts";
import type { PersistenceBackend } from "../store/persistence-backend.ts";
import type { ResumeQueue } from "./resume-queue.ts";
import type { SignalBackend } from "./signal-backend.ts";
import type { WakeAttempts } from "./wake-attempts.ts";

/** What has been begun; the executions may run for long. */
export interface Round {
	/** Ids of those that waited and were woken, when all have parked or ended again. Never rejects. */
	readonly woken: Promise<readonly string[]>;
	/** Executions under way that had to be left out: look again when they have ended. */
	readonly busy: ReadonlySet<string>;
}

export interface RoundsOptions {
	readonly signals: SignalBackend;
	readonly persistence: Pick<PersistenceBackend, "listExecutions" | "loadExecution">;
	readonly queue: ResumeQueue;
	readonly logger: Logger;
	readonly now: () => number;
	/** Called when a resumed execution has parked or ended, with the channel on which it was woken. */
	readonly onEnded: (rootId: string, channel: string | null) => void;
}

export interface RoundOptions {
	readonly attempts: WakeAttempts;
	/** Whether to look for signals that nobody can take any more. */
	readonly sweep: boolean;
	/** Once aborted, nothing more is begun. */
	readonly signal?: AbortSignal;
}

const pageSize = 500;

export class DispatchRounds {
	readonly #options: RoundsOptions;
	/** By channel: the last of those who look and give signals away, one after the other. Never rejects. */
	readonly #turns = new Map<string, Promise<void>>();
	/** Of each look that goes on: what has ended since it began, so that rows read before that are not believed. */
	readonly #looks = new Set<Set<string>>();

	constructor(options: RoundsOptions) {
		this.#options = options;
	}

	/** Gives the channel's oldest signal to all that wait there, and begins to resume all that have one. */
	channel(channel: string, options: RoundOptions): Promise<Round> {
		const round = (this.#turns.get(channel) ?? Promise.resolve()).then(() =>
			this.#look((ended) => this.#channel(channel, options, ended)),
		);
		const leave = () => {
			if (this.#turns.get(channel) === turn) this.#turns.delete(channel);
		};
		const turn = round.then(leave, leave);
		this.#turns.set(channel, turn);
		return round;
	}

	/**
	 * Begins to resume all whose time is over, in the order of their times.
	 * @param ahead milliseconds to look ahead
	 * @returns also when the next one that was seen has its turn, in milliseconds since 1970; endless where there is none
	 */
	due(options: RoundOptions, ahead = 0): Promise<Round & { readonly next: number }> {
		return this.#look(async (ended) => {
			const now = this.#options.now();
			const due: ExecutionSummary[] = [];
			let next = Number.POSITIVE_INFINITY;
			for (const row of await this.#list({ wakeBefore: now + ahead })) {
				if (row.wake_at === null) continue;
				if (row.wake_at <= now) due.push(row);
				else next = Math.min(next, row.wake_at);
			}
			due.sort((a, b) => Number(a.wake_at) - Number(b.wake_at));
			return { ...this.#begin(due, null, options, ended), next };
		});
	}

	/** Whether the execution is being resumed, or will be. */
	isUnderWay(rootId: string): boolean {
		return this.#options.queue.has(rootId);
	}

	async #look<T>(look: (ended: Set<string>) => Promise<T>): Promise<T> {
		const ended = new Set<string>();
		this.#looks.add(ended);
		try {
			return await look(ended);
		} finally {
			this.#looks.delete(ended);
		}
	}

	async #channel(channel: string, options: RoundOptions, ended: ReadonlySet<string>): Promise<Round> {
		const { signals, queue, now } = this.#options;
		const waiting = await this.#list({ waitingChannel: channel });
		const isBusy = ({ root_execution_id: root }: ExecutionSummary) => queue.has(root) || ended.has(root);
		const ready = waiting.filter((row) => !isBusy(row) && options.attempts.allows(row, now()));
		// Who was given a signal before and has yet to take it gets no other one: the store sees to that.
		if (ready.length > 0 && options.signal?.aborted !== true) {
			await signals.broadcast(
				channel,
				ready.map(({ execution_id }) => execution_id),
			);
		}
		const holders = new Set(await signals.addressees(channel));
		if (options.sweep) await this.#removeDeadLetters(channel, waiting, holders);
		const rows = waiting.filter((row) => holders.has(row.execution_id) || isBusy(row));
		return this.#begin(rows, channel, options, ended);
	}

	/** A child that its parent waits for runs as part of its root, so several rows may be one resume. */
	#begin(
		rows: readonly ExecutionSummary[],
		channel: string | null,
		{ attempts, signal }: RoundOptions,
		ended: ReadonlySet<string>,
	): Round {
		const { queue, now, onEnded } = this.#options;
		const busy = new Set<string>();
		const byRoot = new Map<string, string[]>();
		for (const row of rows) {
			const root = row.root_execution_id;
			if (queue.has(root) || ended.has(root)) busy.add(root);
			else if (attempts.allows(row, now())) {
				attempts.begin(row, channel, now());
				byRoot.set(root, [...(byRoot.get(root) ?? []), row.execution_id]);
			}
		}
		const resumes = [...byRoot].map(async ([root, ids]) => {
			const outcome = await queue.add(root, signal);
			if (outcome === "locked" || outcome === "failed") for (const id of ids) attempts.failed(id, now());
			if (outcome === "unknown" && channel !== null) await this.#tryToRemoveLetters(channel, new Set(ids));
			for (const ended of this.#looks) ended.add(root);
			onEnded(root, channel);
			return outcome === "resumed" ? ids : [];
		});
		return { woken: Promise.all(resumes).then((lists) => lists.flat()), busy };
	}

	/** Signals for executions that have ended, or that never were, would stay for ever. */
	async #removeDeadLetters(
		channel: string,
		waiting: readonly ExecutionSummary[],
		holders: ReadonlySet<string>,
	): Promise<void> {
		const { persistence, queue } = this.#options;
		const alive = new Set(waiting.map(({ execution_id }) => execution_id));
		const dead = new Set<string>();
		for (const id of holders) {
			if (alive.has(id)) continue;
			const stored = await persistence.loadExecution(id);
			const isOver = stored === null || stored.summary.status === "done";
			if (isOver && !queue.has(stored?.summary.root_execution_id ?? id)) dead.add(id);
		}
		if (dead.size > 0) await this.#removeLetters(channel, dead);
	}

	async #tryToRemoveLetters(channel: string, executionIds: ReadonlySet<string>): Promise<void> {
		try {
			await this.#removeLetters(channel, executionIds);
		} catch (error) {
			this.#options.logger.error(`Signals on ${channel} that nobody can take were not removed`, { channel, error });
		}
	}

	async #removeLetters(channel: string, executionIds: ReadonlySet<string>): Promise<void> {
		const { signals, logger } = this.#options;
		for (const { id, execution_id } of await signals.peek(channel)) {
			if (execution_id === null || !executionIds.has(execution_id)) continue;
			await signals.acknowledge(id);
			logger.warn(`A signal on ${channel} is removed: execution ${execution_id} has ended or never was`, {
				signal_id: id,
				execution_id,
				channel,
			});
		}
	}

	async #list(filter: ExecutionFilter): Promise<ExecutionSummary[]> {
		const rows: ExecutionSummary[] = [];
		for (;;) {
			const last = rows.at(-1)?.execution_id;
			const page = await this.#options.persistence.listExecutions({
				...filter,
				limit: pageSize,
				...(last !== undefined && { after: last }),
			});
			rows.push(...page);
			if (page.length < pageSize) return rows;
		}
	}
}
