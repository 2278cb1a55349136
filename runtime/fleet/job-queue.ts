/** The port to the queue of a fleet's jobs. Delivers each at least once; that a result counts once is the store's business. */
import type { Logger } from "../logging/logger.ts";
import type { QueuedJob } from "./job.ts";

/** How a job's handling ended. */
export type JobEnd =
	/** Removed from the queue. */
	| { readonly type: "done" }
	/** Put back, to be taken by any worker after so many milliseconds. */
	| { readonly type: "again"; readonly delayMs: number };

/** A job that this worker has taken. */
export interface TakenJob {
	readonly id: string;
	/** The job's data, from outside: to be read by `readJob`. */
	readonly data: unknown;
	/** How often it was taken before by workers that were lost with it. */
	readonly losses: number;
	/** Aborted when the worker stops, and when another worker has the job. */
	readonly signal: AbortSignal;
}

export interface ConsumeOptions {
	/** Jobs at the same time. */
	readonly concurrency: number;
	/** Names of machines of which fewer run at the same time on this worker. */
	readonly machineConcurrency?: ReadonlyMap<string, number>;
	/** Whether this worker has what a job requires; asked again for queues that appear later. */
	readonly provides: (requires: readonly string[]) => boolean;
	/** Does not reject: what it throws counts as `again`, with a delay that grows. */
	readonly handle: (job: TakenJob) => Promise<JobEnd>;
	readonly logger: Logger;
	/** Seconds after which a job whose worker says nothing is given to another. Default 15. */
	readonly lockSeconds?: number;
}

/** Takes jobs until it is stopped. */
export interface JobConsumer {
	/** Jobs under way. */
	readonly running: number;
	/** Handled since the start. */
	readonly handled: number;
	/** Takes nothing more, and goes on with what runs. */
	pause(): Promise<void>;
	/** Takes nothing more, aborts what runs, and hands over at once what its handler says is to be done `again`. */
	stop(): Promise<void>;
}

/** What waits for workers that have the same things. */
export interface QueueDepth {
	readonly name: string;
	readonly requires: readonly string[];
	readonly waiting: number;
	/** For their time. */
	readonly delayed: number;
	readonly running: number;
}

/** All methods reject with a FleetError `queue_unreachable` where the queue cannot be asked. */
export interface JobQueue extends AsyncDisposable {
	/** For people: its name and the address of its server without password. */
	readonly name: string;
	/** Adds jobs, hundreds in one go; resolves when none of them can be lost. A job whose id is there is not added again. */
	add(jobs: readonly QueuedJob[]): Promise<void>;
	/** Takes back jobs that no worker has taken; others stay. */
	remove(ids: readonly string[]): Promise<void>;
	consume(options: ConsumeOptions): Promise<JobConsumer>;
	depths(): Promise<readonly QueueDepth[]>;
	/** Closes connections, after consumers have been stopped. */
	close(): Promise<void>;
}
