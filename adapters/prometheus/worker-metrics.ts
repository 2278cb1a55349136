/** What a worker of a fleet does, as metrics for Prometheus. Labels have few values: none is an id, a machine or a model. */
import type { JobQueue } from "../../runtime/fleet/job-queue.ts";
import type { JobReport } from "../../runtime/fleet/job-report.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";

export interface WorkerMetricsOptions {
	readonly workerId: string;
	/** Of this package. */
	readonly version: string;
	readonly queue: Pick<JobQueue, "name" | "depths">;
	/** Executions that may run at the same time. */
	readonly concurrency: number;
	/** Executions that run now. */
	readonly running: () => number;
}

export interface WorkerMetrics {
	readonly contentType: string;
	onJob(report: JobReport): void;
	onEvent(event: RunEvent): void;
	/** All metrics as text, with the queues as they are now. */
	text(): Promise<string>;
}

/** Seconds: most jobs are quick, and some wait for slow models. */
const buckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
/** Queues with a value of their own; there is one for each set of things that jobs require. */
const mostQueues = 50;

/** Also measures the process. prom-client is loaded here, not before. */
export async function workerMetrics(options: WorkerMetricsOptions): Promise<WorkerMetrics> {
	const { workerId, version, queue, concurrency, running } = options;
	const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = (await import("prom-client")).default;
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry });
	new Gauge({
		name: "flatstate_worker_info",
		help: "Which worker this is; always 1.",
		labelNames: ["worker_id", "queue", "version"],
		registers,
	}).set({ worker_id: workerId, queue: queue.name, version }, 1);
	new Gauge({
		name: "flatstate_worker_concurrency",
		help: "Executions that may run at the same time.",
		registers,
	}).set(concurrency);
	new Gauge({
		name: "flatstate_executions_running",
		help: "Executions that run on this worker.",
		registers,
		collect() {
			this.set(running());
		},
	});
	const jobs = new Counter({
		name: "flatstate_jobs_total",
		help: "Jobs handled, by kind and by how their execution came to rest.",
		labelNames: ["kind", "outcome"],
		registers,
	});
	const seconds = new Histogram({
		name: "flatstate_job_duration_seconds",
		help: "Seconds from taking a job to the end of its handling.",
		labelNames: ["kind"],
		buckets,
		registers,
	});
	const calls = new Counter({
		name: "flatstate_agent_calls_total",
		help: "Calls of agents.",
		labelNames: ["status"],
		registers,
	});
	const cost = new Counter({
		name: "flatstate_agent_cost_dollars_total",
		help: "What agents have cost, in US dollars.",
		registers,
	});
	const depth = new Gauge({
		name: "flatstate_queue_jobs",
		help: "Jobs in the queue, on all workers, by what they require.",
		labelNames: ["requires", "state"],
		registers,
	});
	const isUp = new Gauge({
		name: "flatstate_queue_up",
		help: "Whether the queue could be asked.",
		registers,
	});
	const lookIntoQueue = async () => {
		try {
			const depths = await queue.depths();
			depth.reset();
			for (const [index, { requires, ...counts }] of depths.entries()) {
				const name = index < mostQueues ? requires.join(" ") || "nothing" : "others";
				for (const state of ["waiting", "delayed", "running"] as const) {
					depth.inc({ requires: name, state }, counts[state]);
				}
			}
			isUp.set(1);
		} catch {
			// That is what the metric says.
			depth.reset();
			isUp.set(0);
		}
	};
	return {
		contentType: registry.contentType,
		onJob({ kind, outcome, seconds: taken }) {
			jobs.inc({ kind, outcome });
			seconds.observe({ kind }, taken);
		},
		onEvent(event) {
			if (event.type !== "agent_end") return;
			calls.inc({ status: event.error === undefined ? "success" : "error" }, Math.max(1, event.calls));
			if (event.cost > 0) cost.inc(event.cost);
		},
		async text() {
			await lookIntoQueue();
			return registry.metrics();
		},
	};
}
