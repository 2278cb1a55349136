/** `--metrics-port PORT --metrics-host HOST`: what a worker does, for Prometheus. */
import type { WorkerMetrics, WorkerMetricsOptions } from "../../adapters/prometheus/worker-metrics.ts";
import type { RunConsole } from "./run-console.ts";
import { UsageError } from "./usage-error.ts";

export interface MetricsCommandOptions {
	/** 0: any free one. */
	readonly metricsPort?: number;
	/** Default: 127.0.0.1. */
	readonly metricsHost?: string;
}

export interface ServedMetrics extends AsyncDisposable {
	readonly metrics: WorkerMetrics;
	/** Where they are. */
	readonly url: string;
}

/** @returns undefined where they are not asked for @throws UsageError where it cannot listen there */
export async function serveWorkerMetrics(
	{ metricsPort: port, metricsHost: host }: MetricsCommandOptions,
	options: WorkerMetricsOptions,
	{ logger }: Pick<RunConsole, "logger">,
): Promise<ServedMetrics | undefined> {
	if (port === undefined) {
		if (host !== undefined) throw new UsageError("--metrics-host needs --metrics-port PORT.");
		return undefined;
	}
	const { workerMetrics } = await import("../../adapters/prometheus/worker-metrics.ts");
	const { serveMetrics } = await import("../../adapters/prometheus/metrics-server.ts");
	const metrics = await workerMetrics(options);
	try {
		const server = await serveMetrics({ port, metrics, logger, ...(host !== undefined && { host }) });
		return { metrics, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
	} catch (cause) {
		throw new UsageError(`Cannot serve metrics on port ${port}: ${reasonOf(cause)}`, { cause });
	}
}

function reasonOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause);
	const code = "code" in cause ? cause.code : undefined;
	if (code === "EADDRINUSE") return "another program uses it. Give another --metrics-port, or 0 for any free one.";
	if (code === "EACCES") return "permission is denied. Ports from 1024 up are for everybody.";
	if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "--metrics-host is no address of this host.";
	return cause.message;
}
