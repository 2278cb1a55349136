/** Telemetry through `@opentelemetry/api`: whichever SDK is registered, or given, gets the spans and metrics. */
import {
	createNoopMeter,
	type Meter,
	type MeterProvider,
	metrics,
	ProxyTracerProvider,
	type Tracer,
	type TracerProvider,
	trace,
} from "@opentelemetry/api";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { type AgentMetrics, agentMetrics } from "./agent-metrics.ts";
import { hasMetrics } from "./exporter-choice.ts";
import { type SecretOptions, safeText } from "./safe-text.ts";
import { beginSpan } from "./span.ts";

export interface TelemetryOptions extends SecretOptions {
	/**
	 * Whether prompts and answers, arguments and results of tools, and messages of errors are recorded. Default: what the
	 * environment's `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` says, else false.
	 */
	readonly content?: boolean;
	/** Default: the one that is registered. */
	readonly tracerProvider?: TracerProvider;
	/** Default: the one that is registered. */
	readonly meterProvider?: MeterProvider;
}

const name = "flatstate";

/** @returns undefined where no SDK would hear of anything */
export function openTelemetry(options: TelemetryOptions = {}): Telemetry | undefined {
	const { environment = process.env } = options;
	const tracer = tracerOf(options);
	const meter = hasMetrics(environment) ? meterOf(options) : undefined;
	if (!tracer && !meter) return undefined;
	const safe = safeText(options);
	const record: AgentMetrics | undefined = meter && agentMetrics(meter, safe);
	const context = {
		tracer: tracer ?? trace.getTracer(name),
		safe,
		hasContent: options.content ?? capturesContent(environment.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT),
		record,
	};
	return { begin: (start) => beginSpan(context, start) };
}

function tracerOf({ tracerProvider }: TelemetryOptions): Tracer | undefined {
	const provider = tracerProvider ?? trace.getTracerProvider();
	// The API's own provider stands for one that may be registered later.
	return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(name) : provider.getTracer(name);
}

function meterOf({ meterProvider }: TelemetryOptions): Meter | undefined {
	const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(name);
	return meter === createNoopMeter() ? undefined : meter;
}

function capturesContent(value: string | undefined): boolean {
	return /^\s*(?:true|1|span_only|span_and_event)\s*$/i.test(value ?? "");
}
