/** Runs small machines under OpenTelemetry's SDK with exporters in memory, for tests. */
import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { type ReadableSpan, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { TelemetryOptions } from "../../adapters/telemetry/open-telemetry.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import type { StoreChoice } from "../../src/machine-store.ts";
import type { ServiceOptions } from "../../src/services.ts";
import { documentOf } from "../runtime/flat.ts";

export interface Recording {
	readonly telemetry: TelemetryOptions;
	/** Spans that have ended, in the order in which they began. */
	spans(): ReadableSpan[];
	/** `+name` for each begin and `-name` for each end, in order. */
	readonly order: readonly string[];
	/** The one span of this name. */
	span(name: string): ReadableSpan;
	/** Names of spans as a tree, each level two blanks further in. */
	tree(): string;
	/** Values of a metric with their attributes. */
	metric(name: string): Promise<{ readonly attributes: unknown; readonly value: unknown }[]>;
	/** Everything that was exported, as text. */
	text(): Promise<string>;
}

export function recording(options: TelemetryOptions = {}): Recording {
	const begun: ReadableSpan[] = [];
	const order: string[] = [];
	// The SDK's times are too coarse to tell an order.
	const processor: SpanProcessor = {
		onStart(span) {
			begun.push(span);
			order.push(`+${span.name}`);
		},
		onEnd(span) {
			order.push(`-${span.name}`);
		},
		forceFlush: async () => undefined,
		shutdown: async () => undefined,
	};
	const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
	const tracerProvider = new TracerProvider({ spanProcessors: [processor] });
	const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 2 ** 30 });
	const meterProvider = new MeterProvider({ readers: [reader] });
	const spans = () => begun.filter(({ ended }) => ended);
	const collected = async () => {
		await meterProvider.forceFlush();
		return (metrics.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap((scope) => scope.metrics);
	};
	return {
		telemetry: { tracerProvider, meterProvider, environment: {}, ...options },
		spans,
		order,
		span(name) {
			const found = spans().filter((span) => span.name === name);
			const [span] = found;
			if (found.length !== 1 || !span) throw new Error(`${found.length} spans are called ${name}: ${treeOf(spans())}`);
			return span;
		},
		tree: () => treeOf(spans()),
		async metric(name) {
			const known = (await collected()).filter(({ descriptor }) => descriptor.name === name);
			return known.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
		},
		async text() {
			const texts = spans().map((span) => {
				const { name, attributes, events, links, status, resource } = span;
				return { name, attributes, events, links, status, resource: resource.attributes };
			});
			return JSON.stringify([texts, await collected()]);
		},
	};
}

function treeOf(spans: readonly ReadableSpan[]): string {
	const known = new Set(spans.map((span) => span.spanContext().spanId));
	const below = (parent: string | undefined, depth: number): string[] =>
		spans
			.filter(
				({ parentSpanContext }) =>
					(known.has(parentSpanContext?.spanId ?? "") ? parentSpanContext?.spanId : undefined) === parent,
			)
			.flatMap((span) => [`${"  ".repeat(depth)}${span.name}`, ...below(span.spanContext().spanId, depth + 1)]);
	return below(undefined, 0).join("\n");
}

export interface TracedOptions extends Omit<ServiceOptions, "telemetry"> {
	/** YAML of `data` of further machines, by their file's name. */
	readonly files?: Readonly<Record<string, string>>;
	readonly use?: readonly string[];
	readonly store?: StoreChoice;
}

/** @param data YAML of the machine's `data` */
export function traced(data: string, telemetry: false | TelemetryOptions, options: TracedOptions = {}): FlatMachine {
	const { files = {}, use = [], ...services } = options;
	const documents = Object.entries(files).map(([name, text]) => [`/${name}`, documentOf(text, { use })] as const);
	return new FlatMachine({
		config: documentOf(data, { use }),
		dir: "/",
		loader: memoryLoader(Object.fromEntries(documents)),
		telemetry,
		...services,
	});
}
