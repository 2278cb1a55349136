/** How a fleet stands: its workers, its queues, its executions, and what of these is stuck. Field names are those on the wire. */
import { type ExecutionStatus, type ExecutionSummary, executionStatuses } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";
import type { WorkerRecord } from "../workers/registration-backend.ts";
import type { JobQueue, QueueDepth } from "./job-queue.ts";
import { missingFrom, readCapabilities } from "./requirements.ts";
import { readFigures } from "./worker-figures.ts";

export interface FleetWorkerReport {
	readonly worker_id: string;
	readonly host: string | null;
	readonly pid: number | null;
	/** As it says, or `stale`: it counts as active, and has not been heard of. */
	readonly status: string;
	/** ISO 8601. */
	readonly last_heartbeat: string;
	readonly started_at: string | null;
	readonly concurrency: number;
	readonly running: number;
	readonly handled: number;
	readonly jobs_per_second: number;
	/** Bytes. */
	readonly memory: number;
	readonly capabilities: readonly string[];
}

export interface FleetQueueReport extends QueueDepth {
	/** What no live worker has, of all that those lack that lack least; empty where one has everything. */
	readonly missing: readonly string[];
	/** Live workers that have all that its jobs require. */
	readonly workers: number;
}

/** Executions of one status. */
export interface ExecutionCount {
	readonly count: number;
	/** Whether there are more than were counted. */
	readonly more: boolean;
}

export interface StuckExecution {
	readonly execution_id: string;
	readonly machine_name: string;
	/**
	 * - `no_holder`: it is active, and no process has its lease
	 * - `nothing_queued`: it waits for children, has not changed for long, and no queue has a job
	 */
	readonly reason: "no_holder" | "nothing_queued";
	/** When it changed last, ISO 8601. */
	readonly since: string;
}

/** What costs little to ask for. */
export interface FleetLoad {
	/** ISO 8601. */
	readonly time: string;
	readonly queue: string;
	readonly workers: readonly FleetWorkerReport[];
	readonly queues: readonly FleetQueueReport[];
	/** Of all live workers. */
	readonly jobs_per_second: number;
}

/** What is to be asked for every few seconds only. */
export interface FleetExecutions {
	readonly executions: Readonly<Record<ExecutionStatus, ExecutionCount>>;
	readonly stuck: readonly StuckExecution[];
}

export interface LookOptions {
	readonly store: Store;
	readonly queue: Pick<JobQueue, "name" | "depths">;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** Seconds without a heartbeat after which a worker counts as stale: three of them. */
const staleSeconds = 15;
/** Seconds for which workers that have ended are shown, and those that were lost. */
const endedSeconds = 60;
const lostShownSeconds = 3600;
/** Executions of a status are counted up to here. */
const mostCounted = 1000;
/** Executions in which something stuck is looked for. */
const mostLooked = 100;
/** An execution is active without a holder for a moment where it changes hands. */
const noHolderSeconds = 30;
const nothingQueuedSeconds = 300;

/** @throws StoreError, FleetError */
export async function lookAtFleet({ store, queue, now }: LookOptions): Promise<FleetLoad> {
	const [records, depths] = await Promise.all([store.registrations?.list() ?? [], queue.depths()]);
	const workers = records.flatMap((record) => workerReport(record, queue.name, now));
	const live = workers.filter(({ status }) => status === "active");
	const rate = live.reduce((sum, worker) => sum + worker.jobs_per_second, 0);
	return {
		time: new Date(now).toISOString(),
		queue: queue.name,
		workers,
		queues: depths.map((depth) => queueReport(depth, live)),
		jobs_per_second: Math.round(rate * 100) / 100,
	};
}

function workerReport(record: WorkerRecord, queue: string, now: number): FleetWorkerReport[] {
	const { worker_id, host, pid, last_heartbeat, started_at, capabilities } = record;
	const figures = readFigures(record.metadata);
	// Addresses of one server may differ.
	if (!figures || baseName(figures.queue) !== baseName(queue)) return [];
	const silentSeconds = (now - Date.parse(last_heartbeat)) / 1000;
	const hasEnded = record.status === "terminated" || record.status === "lost";
	if (hasEnded && silentSeconds > (record.status === "lost" ? lostShownSeconds : endedSeconds)) return [];
	const status = !hasEnded && silentSeconds > staleSeconds ? "stale" : record.status;
	const { concurrency, running, handled, jobs_per_second, memory } = figures;
	const identity = { worker_id, host, pid, status, last_heartbeat, started_at };
	return [{ ...identity, concurrency, running, handled, jobs_per_second, memory, capabilities }];
}

function baseName(queue: string): string {
	return queue.split(" ", 1)[0] ?? queue;
}

function queueReport(depth: QueueDepth, live: readonly FleetWorkerReport[]): FleetQueueReport {
	const lacks = live.map(({ capabilities }) => missingFrom(readCapabilities(capabilities), depth.requires));
	const fewest = lacks.reduce<readonly string[]>((a, b) => (b.length < a.length ? b : a), depth.requires);
	return { ...depth, missing: fewest, workers: lacks.filter((missing) => missing.length === 0).length };
}

/**
 * Counts executions, and looks for stuck ones among the first of those that have not changed for a while.
 * @throws StoreError
 */
export async function lookAtExecutions(
	{ store, now }: Pick<LookOptions, "store" | "now">,
	queues: readonly QueueDepth[],
): Promise<FleetExecutions> {
	const [active, waiting, stopped, failed, done] = await Promise.all(
		executionStatuses.map((status) => count(store, status)),
	);
	const none = { count: 0, more: false };
	return {
		executions: {
			active: active ?? none,
			waiting: waiting ?? none,
			stopped: stopped ?? none,
			failed: failed ?? none,
			done: done ?? none,
		},
		stuck: [...(await withoutHolder(store, now)), ...(await withoutJobs(store, now, queues))],
	};
}

async function count({ persistence }: Store, status: ExecutionStatus): Promise<ExecutionCount> {
	const ids = await persistence.listExecutionIds({ status, limit: mostCounted + 1 });
	return { count: Math.min(ids.length, mostCounted), more: ids.length > mostCounted };
}

async function withoutHolder({ persistence, lock }: Store, now: number): Promise<StuckExecution[]> {
	if (!lock) return [];
	const updatedBefore = now - noHolderSeconds * 1000;
	const rows = await persistence.listExecutions({
		status: "active",
		rootsOnly: true,
		updatedBefore,
		limit: mostLooked,
	});
	const holders = await Promise.all(rows.map(({ execution_id: id }) => lock.holder(id)));
	return rows.filter((_, index) => holders[index] === null).map((row) => stuck(row, "no_holder"));
}

async function withoutJobs(
	{ persistence }: Store,
	now: number,
	queues: readonly QueueDepth[],
): Promise<StuckExecution[]> {
	if (queues.some(({ waiting, delayed, running }) => waiting + delayed + running > 0)) return [];
	const updatedBefore = now - nothingQueuedSeconds * 1000;
	const rows = await persistence.listExecutions({
		status: "waiting",
		rootsOnly: true,
		updatedBefore,
		limit: mostLooked,
	});
	const waitForChildren = rows.filter((row) => row.waiting_channel === null && row.wake_at === null);
	return waitForChildren.map((row) => stuck(row, "nothing_queued"));
}

function stuck({ execution_id, machine_name, updated_at }: ExecutionSummary, reason: StuckExecution["reason"]) {
	return { execution_id, machine_name, reason, since: updated_at };
}
