/** What the queue needs of a server: BullMQ's objects on it, and a list of all queues. */
import type { IQueueBackend, JobJson, Queue, Worker } from "bullmq";
import type { BullJob } from "./job-form.ts";
import type { Routes } from "./routes.ts";

/** What of BullMQ's `Queue` is used, whatever its connection is. */
export interface BullQueue extends Pick<Queue, "getJobCounts" | "remove"> {
	addBulk(jobs: BullJob[]): Promise<unknown>;
}

/** What of BullMQ's `Worker` is used. */
export interface BullWorker
	extends Pick<Worker, "id" | "waitUntilReady" | "startStalledCheckTimer" | "extendJobLocks"> {
	getBackend(): IQueueBackend;
	close(force: boolean): Promise<void>;
}

/** A worker that runs nothing by itself. */
export interface Taker {
	readonly worker: BullWorker;
	/** Whether a new job wakes one worker that waits, rather than all. */
	readonly wakesOne: boolean;
	/**
	 * Removes a job that it has taken.
	 * @param fetchNext whether to take the next one with it
	 * @returns BullMQ's answer about the next one
	 */
	complete(json: JobJson, token: string, fetchNext: boolean): Promise<readonly unknown[] | undefined>;
}

/** How long a job is its worker's without a sign of life. */
export interface LockTimes {
	readonly lockMs: number;
	/** Between two looks for jobs whose lock has run out. */
	readonly stalledMs: number;
}

export interface TakerSettings extends LockTimes {
	readonly onError: (error: Error) => void;
	/** Is told when jobs are due again whose worker was lost. */
	readonly onStalled: () => void;
}

export interface QueueServer {
	/** For people; without password. */
	readonly name: string;
	/** For adding and counting; all share one connection. */
	queue(name: string): BullQueue;
	/** For taking, with a connection of its own that waits. */
	taker(name: string, settings: TakerSettings): Taker;
	/** Queues beside the base one that somebody has added to. */
	routes(): Promise<Routes>;
	addRoute(name: string, requires: readonly string[]): Promise<void>;
	/** The error without passwords, for logs and causes. */
	safe(error: unknown): Error;
	close(): Promise<void>;
}

/** `stalledCounter` has to fit into an integer of Postgres. A job is never given up for it: that is the handler's decision. */
export const noStalledLimit = 2 ** 31 - 1;
/** BullMQ writes an event for each change, which nobody here reads. */
export const eventsKept = 100;
