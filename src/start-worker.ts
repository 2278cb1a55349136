/** `startWorker`: a worker of a fleet within a program of one's own, as `flatstate worker` is one. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type FleetWorker, type FleetWorkerOptions, startFleetWorker } from "../runtime/fleet/fleet-worker.ts";
import { silentLogger } from "../runtime/logging/logger.ts";
import type { CompileOptions } from "./compile.ts";
import { capabilitiesOf, fleetMachines } from "./fleet-machines.ts";

export interface WorkerOptions
	extends Omit<CompileOptions, "now" | "file" | "loader">,
		Omit<FleetWorkerOptions, "machines" | "capabilities" | "workerId" | "logger"> {
	/** Unique in the fleet. Default: one with the host's name and the process's id. */
	readonly workerId?: string;
}

/**
 * Takes jobs of a fleet and runs them with these hooks, agents and tools, until `stop()`: then what runs is handed over to
 * other workers. The store and the queue stay open; close them afterwards.
 * @throws FleetError `store_not_shared`, `queue_unreachable`; StoreError
 */
export function startWorker(options: WorkerOptions): Promise<FleetWorker> {
	const { logger = silentLogger, workerId = `${hostname()}-${process.pid}-${randomUUID().slice(0, 6)}` } = options;
	const machines = fleetMachines(options.store, options);
	return startFleetWorker({ ...options, logger, workerId, machines, capabilities: capabilitiesOf(options) });
}
