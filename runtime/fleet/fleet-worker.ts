/**
 * One worker of a fleet: takes jobs and runs them, wakes what is parked, looks after what is stuck, and says of itself that it
 * lives (docs/scaling.md).
 */
import { hostname } from "node:os";
import { describeError } from "../agents/errors.ts";
import type { Logger } from "../logging/logger.ts";
import type { ResumeOptions } from "../machine/run-result.ts";
import { Coalesced } from "../signals/coalesced.ts";
import type { Store } from "../store/store.ts";
import { cancelChannel } from "./cancel.ts";
import { FleetError } from "./errors.ts";
import type { FleetMachines } from "./fleet-machines.ts";
import { defaultWindow, type QueueInvoker } from "./invoker.ts";
import type { JobConsumer, JobQueue } from "./job-queue.ts";
import type { JobReport } from "./job-report.ts";
import { JobRunner } from "./job-runner.ts";
import type { JoinBackend } from "./join-backend.ts";
import { repairJoins } from "./repair-joins.ts";
import { type Capabilities, capabilityNames, missingFrom, requirementWords } from "./requirements.ts";
import { lostSeconds, sweepWorkers } from "./sweep-workers.ts";
import { wakingDispatcher } from "./wake-parked.ts";
import type { WorkerFigures } from "./worker-figures.ts";

export interface FleetWorkerOptions {
	/** Shared by all workers: Redis or Postgres. */
	readonly store: Store;
	readonly queue: JobQueue;
	readonly machines: FleetMachines;
	readonly capabilities: Capabilities;
	/** Unique in the fleet. */
	readonly workerId: string;
	/** Executions at the same time. Default 16. */
	readonly concurrency?: number;
	/** Of machines, by name, of which fewer run at the same time here. */
	readonly machineConcurrency?: ReadonlyMap<string, number>;
	/** Children of one parent in the queue at a time. Default 500. */
	readonly window?: number;
	/** Seconds after which a job whose worker says nothing is given to another. Default 15. */
	readonly lockSeconds?: number;
	/** Seconds after which a join in which nothing happens is looked after. Default 300. */
	readonly repairSeconds?: number;
	/** Seconds between two signs of life. Default 5. */
	readonly heartbeatSeconds?: number;
	readonly runOptions?: Omit<ResumeOptions, "signal" | "invoker">;
	/** Is told of each job that was handled. */
	readonly onJob?: (report: JobReport) => void;
	readonly logger: Logger;
	/** Milliseconds since 1970. Default: the system's clock. */
	readonly now?: () => number;
}

/** A store that workers share. */
export type SharedStore = Store & { readonly joins: JoinBackend };

function isShared(store: Store): store is SharedStore {
	return store.joins !== undefined;
}

/** @throws FleetError `store_not_shared` where the store has no joins */
export function requireShared(store: Store): SharedStore {
	if (isShared(store)) return store;
	throw new FleetError("store_not_shared", `Workers cannot share ${store.name}. Use a redis:// or postgres:// store.`);
}

/** Starts a worker. @throws FleetError `store_not_shared`, `queue_unreachable`; StoreError */
export async function startFleetWorker(options: FleetWorkerOptions): Promise<FleetWorker> {
	const worker = new FleetWorker(options, requireShared(options.store));
	await worker.start();
	return worker;
}

export class FleetWorker implements AsyncDisposable {
	readonly #options: FleetWorkerOptions;
	readonly #store: SharedStore;
	readonly #runner: JobRunner;
	readonly #now: () => number;
	readonly #over = new AbortController();
	/** What was said to be missing. */
	readonly #told = new Set<string>();
	readonly #timers: NodeJS.Timeout[] = [];
	#lastFigures: { readonly at: number; readonly handled: number };
	#listening: Promise<void> = Promise.resolve();
	#consumer: JobConsumer | undefined;
	#stopHearing: (() => Promise<void>) | undefined;
	#stopping: Promise<void> | undefined;

	/** Use `startFleetWorker`. */
	constructor(options: FleetWorkerOptions, store: SharedStore) {
		const { queue, machines, runOptions, onJob, logger, now = Date.now, window = defaultWindow } = options;
		this.#options = options;
		this.#store = store;
		this.#now = now;
		this.#lastFigures = { at: now(), handled: 0 };
		const invoker: QueueInvoker = { kind: "queue", queue, window };
		this.#runner = new JobRunner({
			store,
			queue,
			machines,
			invoker,
			logger,
			now,
			...(runOptions && { runOptions }),
			...(onJob && { onJob }),
		});
	}

	/** Ids of the executions that run here. */
	get running(): readonly string[] {
		return this.#runner.running;
	}

	/** Jobs handled since the start. */
	get handled(): number {
		return this.#consumer?.handled ?? 0;
	}

	/** Called by `startFleetWorker`, once. */
	async start(): Promise<void> {
		const { queue, logger, workerId, concurrency = 16, machineConcurrency, lockSeconds } = this.#options;
		const { heartbeatSeconds = 5, repairSeconds = 300 } = this.#options;
		await this.#store.registrations?.register({
			worker_id: workerId,
			host: hostname(),
			pid: process.pid,
			capabilities: capabilityNames(this.#options.capabilities),
			started_at: new Date(this.#now()).toISOString(),
			metadata: this.#metadata(),
		});
		const cancelled = new Coalesced(() =>
			this.#quietly("look for cancelled executions", () => this.#lookForCancelled()),
		);
		this.#stopHearing = await this.#store.signals.subscribe((channel) => {
			if (channel === cancelChannel) void cancelled.request();
		});
		this.#every(heartbeatSeconds, () => this.#quietly("say that it lives", () => this.#beat()));
		this.#every(repairSeconds / 2, () => this.#quietly("look after joins", () => this.#repair(repairSeconds)));
		this.#every(lostSeconds, () => this.#quietly("look after other workers", () => this.#sweep()));
		const dispatcher = wakingDispatcher({ store: this.#store, queue, logger, now: this.#now });
		this.#listening = dispatcher.listen({ signal: this.#over.signal });
		// A store that cannot be read at the start fails the consumer, too.
		this.#listening.catch((error: unknown) => logger.error("The worker no longer hears of signals", { error }));
		this.#consumer = await queue.consume({
			concurrency,
			...(machineConcurrency && { machineConcurrency }),
			...(lockSeconds !== undefined && { lockSeconds }),
			provides: (requires) => this.#provides(requires),
			handle: (job) => this.#runner.run(job),
			logger,
		});
	}

	/** Takes no more jobs, checkpoints what runs, and hands it over to other workers at once. A second call does nothing more. */
	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	async #stop(): Promise<void> {
		const { workerId } = this.#options;
		for (const timer of this.#timers) clearInterval(timer);
		await this.#quietly("say that it ends", async () => {
			await this.#store.registrations?.updateStatus(workerId, "terminating");
		});
		this.#over.abort();
		await this.#consumer?.stop();
		await this.#listening.catch(() => undefined);
		await this.#stopHearing?.().catch(() => undefined);
		await this.#quietly("say that it has ended", async () => {
			await this.#store.registrations?.heartbeat(workerId, this.#metadata());
			await this.#store.registrations?.updateStatus(workerId, "terminated");
		});
	}

	#every(seconds: number, work: () => Promise<void>): void {
		const coalesced = new Coalesced(work);
		const timer = setInterval(() => void coalesced.request(), seconds * 1000);
		timer.unref();
		this.#timers.push(timer);
	}

	/** Whether this worker has all that a job requires; what it lacks is said once. */
	#provides(requires: readonly string[]): boolean {
		const { capabilities, logger, workerId } = this.#options;
		const missing = missingFrom(capabilities, requires);
		const text = missing.join(", ");
		if (missing.length > 0 && !this.#told.has(text)) {
			this.#told.add(text);
			const words = missing.map(requirementWords).join(" and ");
			logger.warn(`Worker ${workerId} lacks ${words}: it leaves the jobs that need that to others.`, { missing });
		}
		return missing.length === 0;
	}

	#lookForCancelled(): Promise<void> {
		return this.#runner.lookForCancelled();
	}

	async #beat(): Promise<void> {
		const { registrations } = this.#store;
		const { workerId } = this.#options;
		const silentSeconds = (this.#now() - this.#lastFigures.at) / 1000;
		await registrations?.heartbeat(workerId, this.#metadata());
		// Others may have given this one up.
		if (silentSeconds > lostSeconds) await registrations?.updateStatus(workerId, "active");
	}

	async #sweep(): Promise<void> {
		const { registrations } = this.#store;
		if (registrations) await sweepWorkers(registrations, this.#now());
	}

	#repair(repairSeconds: number): Promise<void> {
		const { queue, logger } = this.#options;
		const idleSince = this.#now() - repairSeconds * 1000;
		return repairJoins({ store: this.#store, queue, logger, idleSince });
	}

	#metadata(): WorkerFigures {
		const { queue, concurrency = 16 } = this.#options;
		const { handled } = this;
		const now = this.#now();
		const seconds = (now - this.#lastFigures.at) / 1000;
		const perSecond = seconds > 0 ? (handled - this.#lastFigures.handled) / seconds : 0;
		this.#lastFigures = { at: now, handled };
		return {
			kind: "fleet",
			queue: queue.name,
			concurrency,
			running: this.running.length,
			handled,
			jobs_per_second: Math.round(perSecond * 100) / 100,
			memory: process.memoryUsage.rss(),
		};
	}

	/** What fails here is made again soon, and must not end the worker. */
	async #quietly(what: string, work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			this.#options.logger.warn(`The worker could not ${what}; it tries again: ${describeError(error).text}`);
		}
	}
}
