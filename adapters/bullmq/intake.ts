/** Takes the jobs of one of BullMQ's queues, has them handled, and removes or puts back what has ended. */
import type { JobJson } from "bullmq";
import type { ConsumeOptions, JobEnd } from "../../runtime/fleet/job-queue.ts";
import { backoffMs } from "../queues/backoff.ts";
import { Calls } from "./calls.ts";
import { type HeldJob, HeldJobs } from "./held-jobs.ts";
import { type Answer, dataOf, fromBullId, nothing, readAnswer } from "./job-form.ts";
import type { MachineLimits } from "./machine-limits.ts";
import { patiently } from "./patience.ts";
import { withoutRepeats } from "./repeated-errors.ts";
import type { LockTimes, QueueServer, Taker } from "./server.ts";
import type { Slots } from "./slots.ts";

export interface IntakeParts {
	readonly server: Pick<QueueServer, "safe" | "taker">;
	/** BullMQ's name of the queue. */
	readonly name: string;
	readonly times: LockTimes;
	/** Those of the consumer, for all its queues. */
	readonly slots: Slots;
	readonly machines: MachineLimits;
	readonly options: Pick<ConsumeOptions, "handle" | "logger">;
}

/** How a job's handling ended here. */
type Ending = JobEnd | { readonly type: "thrown"; readonly error: unknown };

const retryMs = 500;
/** For each thing that a worker that leaves has to say. */
const leavingMs = 5_000;

export class Intake {
	readonly #parts: IntakeParts;
	readonly #taker: Taker;
	readonly #onTrouble: (error: Error) => void;
	readonly #held: HeldJobs;
	readonly #calls: Calls;
	readonly #working = new Set<Promise<void>>();
	/** Resolves when nothing more is to be taken. */
	readonly #ended: Promise<void>;
	#end: () => void = () => {};
	#open = true;
	#stopping = false;
	#paused: Promise<void> | undefined;
	#stopped: Promise<void> | undefined;
	#tokens = 0;
	#loop: Promise<void> = Promise.resolve();
	handled = 0;

	constructor(parts: IntakeParts) {
		this.#parts = parts;
		const { server, name, times, options } = parts;
		this.#onTrouble = withoutRepeats((error) => {
			options.logger.warn("There is trouble with the queue's server.", { queue: name, error: error.message });
		});
		this.#taker = server.taker(name, {
			...times,
			onError: this.#onTrouble,
			onStalled: () => this.#calls.nudge(),
		});
		this.#held = new HeldJobs(this.#taker.worker, times);
		this.#calls = new Calls(this.#taker.worker, {
			pause: (milliseconds) => this.#pause(milliseconds),
			onMissed: () => void this.#wakeAnother(),
		});
		this.#ended = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	get #worker(): Taker["worker"] {
		return this.#taker.worker;
	}

	get running(): number {
		return this.#held.size;
	}

	async start(): Promise<void> {
		await this.#worker.waitUntilReady();
		await this.#worker.startStalledCheckTimer();
		this.#loop = this.#take();
	}

	/** Takes nothing more; what runs goes on. */
	pause(): Promise<void> {
		this.#paused ??= this.#pauseOnce();
		return this.#paused;
	}

	/** @param reason for the signals of what runs */
	stop(reason: Error): Promise<void> {
		this.#stopped ??= this.#stopOnce(reason);
		return this.#stopped;
	}

	async #pauseOnce(): Promise<void> {
		this.#open = false;
		this.#end();
		await this.#quietly(() => this.#worker.getBackend().disconnectBlocking(false));
		await this.#quietly(() => this.#loop);
		await this.#wakeAnother();
	}

	async #stopOnce(reason: Error): Promise<void> {
		this.#stopping = true;
		const paused = this.pause();
		this.#held.abortAll(reason);
		await paused;
		await Promise.all(this.#working);
		this.#held.close();
		// What is asked of a connection after this is never answered.
		await this.#quietly(() => this.#worker.close(true));
	}

	async #take(): Promise<void> {
		const { slots } = this.#parts;
		let woken = false;
		while (this.#open) {
			// A wake-up reaches one worker only: who has no time for it hands it on.
			if (!slots.takeNow()) {
				if (woken) await this.#wakeAnother();
				if (!(await slots.take(this))) return;
			}
			woken = false;
			const { job, nextAt, token } = await this.#fetch();
			if (job !== null) {
				this.#work(job, token);
				continue;
			}
			slots.giveBack();
			if (this.#open) woken = await this.#calls.wait(nextAt, this.#ended);
		}
	}

	async #fetch(): Promise<Answer & { readonly token: string }> {
		const token = this.#newToken();
		if (!this.#open) return { ...nothing, token };
		try {
			return { ...readAnswer(await this.#worker.getBackend().moveToActive(token)), token };
		} catch (error) {
			this.#onTrouble(this.#parts.server.safe(error));
			await this.#pause(retryMs);
			return { ...nothing, token };
		}
	}

	/** Takes a job and puts it back as the first: that wakes a worker that waits. */
	async #wakeAnother(): Promise<void> {
		if (!this.#taker.wakesOne) return;
		const backend = this.#worker.getBackend();
		const token = this.#newToken();
		await this.#quietly(async () => {
			const { job } = readAnswer(await backend.moveToActive(token));
			if (job !== null) await backend.moveJobFromActiveToWait(job.id, token);
		});
	}

	/** Handles the job and those that come with its end, and gives the slot back after them. */
	#work(first: JobJson, token: string): void {
		const working = (async () => {
			let json: JobJson | null = first;
			while (json !== null) json = await this.#handle(json, token);
			this.#parts.slots.giveBack();
		})();
		this.#working.add(working);
		void working.finally(() => this.#working.delete(working));
	}

	/** @returns the next job that was taken with the end of this one. Never rejects */
	async #handle(json: JobJson, token: string): Promise<JobJson | null> {
		const { machines } = this.#parts;
		const held = this.#held.add(json.id, token);
		let ending: Ending;
		if (this.#stopping) {
			ending = { type: "again", delayMs: 0 };
		} else if (machines.enter(json.name)) {
			const startedAt = performance.now();
			ending = await this.#run(json, held);
			machines.leave(json.name, performance.now() - startedAt);
			this.handled += 1;
		} else {
			ending = { type: "again", delayMs: machines.turnAway(json.name) };
		}
		try {
			return await this.#finish(json, held, ending);
		} finally {
			this.#held.drop(held);
		}
	}

	async #run(json: JobJson, held: HeldJob): Promise<Ending> {
		const { handle, logger } = this.#parts.options;
		const id = fromBullId(json.id);
		try {
			return await handle({ id, data: dataOf(json), losses: json.stalledCounter || 0, signal: held.signal });
		} catch (error) {
			// Who is stopped may end by throwing.
			if (this.#stopping) return { type: "again", delayMs: 0 };
			logger.error("A job could not be handled; it comes again.", { job: id, error: this.#textOf(error) });
			return { type: "thrown", error };
		}
	}

	/** Tells the queue how the job has ended, as long as it may be ours. */
	async #finish(json: JobJson, held: HeldJob, ending: Ending): Promise<JobJson | null> {
		const { slots, times, options } = this.#parts;
		const { token } = held;
		const backend = this.#worker.getBackend();
		const goesOn = () => this.#open && !slots.areWantedByOthers(this);
		const delayed = (delay: number, skipAttempt: boolean) =>
			backend.moveToDelayed(held.id, Date.now(), Math.ceil(delay), token, { skipAttempt, fetchNext: goesOn() });
		const tell = async (): Promise<readonly unknown[] | undefined> => {
			if (ending.type === "done") return this.#taker.complete(json, token, goesOn());
			if (ending.type === "thrown") return (await delayed(backoffMs(json.attemptsMade || 0), false)) ?? undefined;
			if (ending.delayMs > 0) return (await delayed(ending.delayMs, true)) ?? undefined;
			await backend.moveJobFromActiveToWait(held.id, token);
			return undefined;
		};
		try {
			if (held.lost) throw held.signal.reason;
			return readAnswer(await patiently(tell, times.lockMs)).job;
		} catch (error) {
			options.logger.warn("The end of a job was not taken by the queue; another worker may handle it again.", {
				job: fromBullId(held.id),
				error: this.#textOf(error),
			});
			return null;
		}
	}

	#newToken(): string {
		this.#tokens += 1;
		return `${this.#worker.id}:${this.#tokens}`;
	}

	/** Waits, but not beyond the end. */
	async #pause(milliseconds: number): Promise<undefined> {
		let timer: NodeJS.Timeout | undefined;
		const over = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, milliseconds);
		});
		await Promise.race([over, this.#ended]);
		clearTimeout(timer);
	}

	/** For what is done on the way out: what of it fails, locks that run out make good. */
	async #quietly(act: () => Promise<unknown>): Promise<void> {
		try {
			await patiently(act, Math.min(leavingMs, this.#parts.times.lockMs));
		} catch (error) {
			this.#parts.options.logger.debug("The queue was left without a word.", { error: this.#textOf(error) });
		}
	}

	#textOf(error: unknown): string {
		return this.#parts.server.safe(error).message;
	}
}
