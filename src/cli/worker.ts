/** `flatstate worker`: takes the jobs of a fleet and runs them, until Ctrl-C or SIGTERM. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { WorkerMetrics } from "../../adapters/prometheus/worker-metrics.ts";
import { type FleetWorker, startFleetWorker } from "../../runtime/fleet/fleet-worker.ts";
import type { Capabilities } from "../../runtime/fleet/requirements.ts";
import type { ResumeOptions } from "../../runtime/machine/run-result.ts";
import { capabilitiesOf, fleetMachines } from "../fleet-machines.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Fleet, type FleetCommandOptions, withFleet } from "./fleet-store.ts";
import { listenBeside } from "./interrupt.ts";
import { counted } from "./print-diagnostics.ts";
import { openRunConsole, type RunConsole } from "./run-console.ts";
import { logRunEvent } from "./run-log.ts";
import {
	type LimitCommandOptions,
	limitsOf,
	openRunServices,
	type ServicesCommandOptions,
	tellRetry,
} from "./run-services.ts";
import { UsageError } from "./usage-error.ts";
import { packageVersion } from "./version.ts";
import { type MetricsCommandOptions, serveWorkerMetrics } from "./worker-metrics.ts";

export interface WorkerCommandOptions
	extends FleetCommandOptions,
		ServicesCommandOptions,
		MetricsCommandOptions,
		Omit<LimitCommandOptions, "wait" | "stream"> {
	/** Executions at the same time. */
	readonly concurrency?: number;
	/** Of machines, by name, of which fewer run at the same time here. */
	readonly machineConcurrency?: ReadonlyMap<string, number>;
	/** Folder of modules of code, and of files with keys, whose machines were compiled elsewhere. */
	readonly machines?: string;
	/** Children of one parent in the queue at a time. */
	readonly window?: number;
	/** Seconds. */
	readonly lock?: number;
	readonly quiet?: boolean;
}

/** Seconds: an execution that sleeps longer leaves its place to another. */
const parksSleepsOver = 10;
const defaultConcurrency = 16;
/** Seconds after which a worker that says nothing loses what it runs. */
const defaultLock = 15;
/** Seconds that a worker takes at least to hand over what it runs, where its server does not answer. */
const leastPatience = 5;

/** @throws UsageError, StoreError, FleetError where the worker cannot start */
export async function workerCommand(options: WorkerCommandOptions): Promise<ExitCode> {
	requireFolder(options.machines);
	const { lock = defaultLock, quiet = false } = options;
	let worker: FleetWorker | undefined;
	let handedOver = 0;
	using console = openRunConsole({ quiet, progress: () => (worker ? progressText(worker) : "starting") });
	using interrupt = listenBeside(
		console,
		"Stopping: what runs here is handed over to other workers. Press Ctrl-C again to exit at once.\n",
	);
	const { logger } = console;
	using _ = exitWhenStuck(interrupt.signal, console, Math.max(leastPatience, lock));
	return await withFleet(
		options,
		async (fleet) => {
			await using services = await openRunServices(options, console, async () => fleet.store);
			const { compileOptions } = services;
			const capabilities = capabilitiesOf(compileOptions);
			const { concurrency = defaultConcurrency, machineConcurrency, window, machines } = options;
			const folder = machines === undefined ? undefined : resolve(machines);
			const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`;
			const { queue } = fleet;
			const running = () => worker?.running.length ?? 0;
			const about = { workerId, version: packageVersion(), queue, concurrency, running };
			await using served = await serveWorkerMetrics(options, about, console);
			worker = await startFleetWorker({
				...fleet,
				machines: fleetMachines(fleet.store, compileOptions, folder),
				capabilities,
				workerId,
				concurrency,
				lockSeconds: lock,
				runOptions: runOptionsOf(options, console, served?.metrics),
				onJob: (report) => {
					if (report.outcome === "handed_over") handedOver += 1;
					served?.metrics.onJob(report);
				},
				logger,
				...(machineConcurrency && { machineConcurrency }),
				...(window !== undefined && { window }),
			});
			if (!quiet) console.write(startText(workerId, fleet, concurrency, capabilities));
			if (served && !quiet) console.write(`Metrics are at ${served.url}\n`);
			if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
			await worker.stop();
			if (!quiet) console.write(endText(workerId, worker.handled, handedOver));
			return exitCodes.done;
		},
		{ leaseSeconds: lock, logger },
	);
}

/**
 * A server that is gone would keep a worker from ending. Once its locks are over, waiting for it serves nobody.
 * @param ending aborted when the worker is to end
 */
function exitWhenStuck(ending: AbortSignal, console: RunConsole, seconds: number): Disposable {
	let timer: NodeJS.Timeout | undefined;
	const begin = () => {
		timer = setTimeout(() => {
			console.write(
				`The server has not answered for ${seconds} s: the worker ends without handing over. Others go on with what it ran.\n`,
			);
			process.exit(exitCodes.failed);
		}, seconds * 1000);
	};
	ending.addEventListener("abort", begin, { once: true });
	return {
		[Symbol.dispose]: () => {
			ending.removeEventListener("abort", begin);
			clearTimeout(timer);
		},
	};
}

function runOptionsOf(
	options: WorkerCommandOptions,
	console: RunConsole,
	metrics: WorkerMetrics | undefined,
): Omit<ResumeOptions, "signal" | "invoker"> {
	const { parkSleeps = parksSleepsOver } = options;
	return {
		...limitsOf({ ...options, parkSleeps }),
		onEvent: (event) => {
			logRunEvent(event, console.logger);
			metrics?.onEvent(event);
			if (event.type === "retry" && console.tellsRetries) tellRetry(event, console);
		},
	};
}

/** @throws UsageError */
function requireFolder(machines: string | undefined): void {
	if (machines === undefined) return;
	if (statSync(machines, { throwIfNoEntry: false })?.isDirectory()) return;
	throw new UsageError(`--machines: there is no folder ${machines}.`);
}

function startText(id: string, { queue }: Fleet, concurrency: number, capabilities: Capabilities): string {
	const { hooks, hasInjectedHooks, agentTypes, codeAgents } = capabilities;
	const named = [...hooks, ...(hasInjectedHooks ? ["those of the module's default export"] : [])];
	const agents = agentTypes ? [...agentTypes, ...codeAgents].join(", ") : "of any type";
	return `Worker ${id} takes jobs from ${queue.name}, ${concurrency} at a time. It has the hooks ${named.join(", ") || "none"}; agents ${agents}.\n`;
}

function endText(id: string, handled: number, handedOver: number): string {
	const over = handedOver > 0 ? `; ${counted(handedOver, "execution")} handed over` : "";
	return `Worker ${id} has ended: ${counted(handled - handedOver, "job")} handled${over}.\n`;
}

function progressText({ running, handled }: FleetWorker): string {
	return `${running.length} running · ${counted(handled, "job")} handled`;
}
