/** OpenTelemetry's SDK with exporters, for those who have not registered one: loaded only when it is asked for. */
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { ownString } from "../../compiler/document/plain-data.ts";
import { TelemetryError } from "./errors.ts";
import { type Environment, type ExporterName, exporterChoice } from "./exporter-choice.ts";
import type { TelemetryOptions } from "./open-telemetry.ts";

export interface StartTelemetryOptions {
	/** In place of what the environment asks for, of traces and of metrics. */
	readonly exporter?: ExporterName | "none";
	/**
	 * `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `FLATAGENTS_METRICS_ENABLED`, `OTEL_SERVICE_NAME`,
	 * `OTEL_METRIC_EXPORT_INTERVAL`. Default: the process's. Addresses and headers of OTLP the exporters read themselves, from
	 * the process's.
	 */
	readonly environment?: Environment;
	/** Told of what cannot be exported. Default: nobody is. */
	readonly warn?: (message: string) => void;
	/** How a package is imported; tests let one be missing. */
	readonly load?: TelemetryPackages;
}

export interface StartedTelemetry extends AsyncDisposable {
	/** For `FlatMachine`, `compile` and `resumeExecution`; undefined where nothing is exported. */
	readonly telemetry: Pick<TelemetryOptions, "tracerProvider" | "meterProvider"> | undefined;
	/** Exports what is left, and ends. What cannot be exported is told to `warn`. */
	shutdown(): Promise<void>;
}

/** The packages that users install beside flatstate. */
export interface TelemetryPackages {
	readonly api: () => Promise<typeof import("@opentelemetry/api")>;
	readonly trace: () => Promise<typeof import("@opentelemetry/sdk-trace")>;
	readonly metrics: () => Promise<typeof import("@opentelemetry/sdk-metrics")>;
	readonly resources: () => Promise<typeof import("@opentelemetry/resources")>;
	readonly traceOtlp: () => Promise<typeof import("@opentelemetry/exporter-trace-otlp-http")>;
	readonly metricsOtlp: () => Promise<typeof import("@opentelemetry/exporter-metrics-otlp-http")>;
}

const installed: TelemetryPackages = {
	api: () => import("@opentelemetry/api"),
	trace: () => import("@opentelemetry/sdk-trace"),
	metrics: () => import("@opentelemetry/sdk-metrics"),
	resources: () => import("@opentelemetry/resources"),
	traceOtlp: () => import("@opentelemetry/exporter-trace-otlp-http"),
	metricsOtlp: () => import("@opentelemetry/exporter-metrics-otlp-http"),
};

/** As the reference calls itself (spec section 20). */
const defaultServiceName = "flatagents";
/** Spans that wait for the next export; more are dropped. A `foreach` of thousands ends at once. */
const longestQueue = 100_000;
/** Milliseconds between exports of metrics (spec section 20). */
const interval = { console: 5000, otlp: 60_000 } as const;

/**
 * Starts what is asked for; nothing is registered with the process.
 *
 * ```ts
 * await using started = await startTelemetry({ exporter: "otlp" });
 * const machine = new FlatMachine({ file: "machine.yml", telemetry: started.telemetry });
 * ```
 * @throws TelemetryError where the environment asks for what there is not, or a package is not installed
 */
export async function startTelemetry(options: StartTelemetryOptions = {}): Promise<StartedTelemetry> {
	const { environment = process.env, load = installed, exporter } = options;
	const choice = exporterChoice(environment, exporter);
	const wanted = packagesFor(choice.traces, choice.metrics);
	if (wanted.length === 0) {
		return { telemetry: undefined, shutdown: async () => {}, async [Symbol.asyncDispose]() {} };
	}
	const { warn } = options;
	if (warn) await tellFailures(load, warn);
	const [tracerProvider, meterProvider] = await orInstall(wanted, async () => {
		const resource = await resourceOf(load, environment);
		return Promise.all([
			choice.traces.length > 0 ? tracerProviderOf(load, choice.traces, resource) : undefined,
			choice.metrics.length > 0 ? meterProviderOf(load, choice.metrics, resource, environment) : undefined,
		]);
	});
	const shutdown = async () => {
		const ended = await Promise.allSettled([tracerProvider?.shutdown(), meterProvider?.shutdown()]);
		for (const one of ended)
			if (one.status === "rejected") warn?.(`The last traces or metrics were not exported: ${String(one.reason)}`);
	};
	return {
		telemetry: { ...(tracerProvider && { tracerProvider }), ...(meterProvider && { meterProvider }) },
		shutdown,
		[Symbol.asyncDispose]: shutdown,
	};
}

type Resource = ReturnType<Awaited<ReturnType<TelemetryPackages["resources"]>>["resourceFromAttributes"]>;

async function resourceOf(load: TelemetryPackages, environment: Environment): Promise<Resource> {
	const { resourceFromAttributes, detectResources, envDetector } = await load.resources();
	const name = environment.OTEL_SERVICE_NAME?.trim() || undefined;
	// `OTEL_RESOURCE_ATTRIBUTES` may name the service, too.
	return resourceFromAttributes({ "service.name": defaultServiceName })
		.merge(detectResources({ detectors: [envDetector] }))
		.merge(resourceFromAttributes(name === undefined ? {} : { "service.name": name }));
}

async function tracerProviderOf(load: TelemetryPackages, names: readonly ExporterName[], resource: Resource) {
	const sdk = await load.trace();
	const spanProcessors = await Promise.all(
		names.map(async (name) => {
			if (name === "console") return new sdk.SimpleSpanProcessor({ exporter: new sdk.ConsoleSpanExporter() });
			const { OTLPTraceExporter } = await load.traceOtlp();
			const exporter: SpanExporter = new OTLPTraceExporter();
			return new sdk.BatchSpanProcessor({ exporter, maxQueueSize: longestQueue });
		}),
	);
	return new sdk.TracerProvider({ resource, spanProcessors });
}

async function meterProviderOf(
	load: TelemetryPackages,
	names: readonly ExporterName[],
	resource: Resource,
	{ OTEL_METRIC_EXPORT_INTERVAL: given }: Environment,
) {
	const sdk = await load.metrics();
	const readers = await Promise.all(
		names.map(async (name) => {
			const exporter: PushMetricExporter =
				name === "console" ? new sdk.ConsoleMetricExporter() : new (await load.metricsOtlp()).OTLPMetricExporter();
			const milliseconds = Number(given) > 0 ? Number(given) : interval[name];
			const exportTimeoutMillis = Math.min(milliseconds, 30_000);
			return new sdk.PeriodicExportingMetricReader({
				exporter,
				exportIntervalMillis: milliseconds,
				exportTimeoutMillis,
			});
		}),
	);
	return new sdk.MeterProvider({ resource, readers });
}

/** The SDK itself says what it cannot export to nobody but the API's `diag`. */
async function tellFailures(load: TelemetryPackages, warn: (message: string) => void): Promise<void> {
	const { diag, DiagLogLevel } = await load.api();
	const tell = (message: string) => warn(`OpenTelemetry: ${withoutStack(message)}`);
	const quiet = () => undefined;
	const logger = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
	diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** The SDK tells errors as JSON with their stacks. */
function withoutStack(message: string): string {
	try {
		return ownString(JSON.parse(message), "message") ?? message;
	} catch {
		return message;
	}
}

function packagesFor(traces: readonly ExporterName[], metrics: readonly ExporterName[]): string[] {
	const packages = [
		...(traces.length > 0 ? ["sdk-trace"] : []),
		...(metrics.length > 0 ? ["sdk-metrics"] : []),
		...(traces.includes("otlp") ? ["exporter-trace-otlp-http"] : []),
		...(metrics.includes("otlp") ? ["exporter-metrics-otlp-http"] : []),
	];
	return packages.length === 0 ? [] : ["resources", ...packages].map((name) => `@opentelemetry/${name}`);
}

function isMissingModule(error: unknown): boolean {
	const code = ownString(error, "code");
	return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}

/** @throws TelemetryError `telemetry_package_missing` with the command that installs the packages */
async function orInstall<T>(packages: readonly string[], load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch (cause) {
		if (!isMissingModule(cause)) throw cause;
		throw new TelemetryError(
			"telemetry_package_missing",
			`To export telemetry, install OpenTelemetry's SDK: \`npm install ${packages.join(" ")}\`.`,
			{ cause },
		);
	}
}
