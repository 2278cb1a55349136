/** What a worker says of itself with each heartbeat, in the metadata of its registration. */
import { isRecord } from "../../compiler/document/plain-data.ts";

export interface WorkerFigures extends Readonly<Record<string, unknown>> {
	/** Tells workers of a fleet from those of pools. */
	readonly kind: "fleet";
	/** Name of the queue, and after ` at ` the address of its server. */
	readonly queue: string;
	/** Executions that may run at the same time. */
	readonly concurrency: number;
	readonly running: number;
	/** Jobs since the start. */
	readonly handled: number;
	/** Between the last two heartbeats. */
	readonly jobs_per_second: number;
	/** Resident memory in bytes. */
	readonly memory: number;
}

/** @returns undefined for the metadata of a worker of something else */
export function readFigures(metadata: unknown): WorkerFigures | undefined {
	if (!isRecord(metadata) || metadata.kind !== "fleet" || typeof metadata.queue !== "string") return undefined;
	const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);
	return {
		kind: "fleet",
		queue: metadata.queue,
		concurrency: number(metadata.concurrency),
		running: number(metadata.running),
		handled: number(metadata.handled),
		jobs_per_second: number(metadata.jobs_per_second),
		memory: number(metadata.memory),
	};
}
