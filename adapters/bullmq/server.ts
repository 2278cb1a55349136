/** What the queue needs of a server: BullMQ's objects on it, and a list of all queues. */
import type { IQueueBackend, Job, JobJson, Queue, Worker } from "bullmq";
import type { Routes } from "./routes.ts";

export type BullQueue = Queue<string, unknown, string, string, unknown, string, IQueueBackend>;
export type BullWorker = Worker<string, unknown, string, IQueueBackend>;

/** How long a job is its worker's without a sign of life. */
export interface LockTimes {
	readonly lockMs: number;
	/** Between two looks for jobs whose lock has run out. */
	readonly stalledMs: number;
}

export interface QueueServer {
	/** For people; without password. */
	readonly name: string;
	/** For adding and counting; all share one connection. */
	queue(name: string): BullQueue;
	/** For taking, with a connection of its own that waits. Runs nothing by itself. */
	worker(name: string, times: LockTimes): BullWorker;
	/** BullMQ's object of a job that a worker has taken. */
	toJob(worker: BullWorker, json: JobJson): Job<string, unknown>;
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
