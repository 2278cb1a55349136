/** Which exporters the environment asks for: OpenTelemetry's own variables, and the reference's (spec section 20). */
import { TelemetryError } from "./errors.ts";

export type ExporterName = "console" | "otlp";

/** Exporters of each kind; none = nothing of that kind is exported. */
export interface ExporterChoice {
	readonly traces: readonly ExporterName[];
	readonly metrics: readonly ExporterName[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const known = ["console", "otlp"] as const;

/**
 * @param given stands in for both variables
 * @throws TelemetryError `telemetry_exporter_unknown`, `telemetry_protocol_unknown`
 */
export function exporterChoice(environment: Environment, given?: ExporterName | "none"): ExporterChoice {
	if (isOn(environment.OTEL_SDK_DISABLED)) return { traces: [], metrics: [] };
	const traces = namesIn("OTEL_TRACES_EXPORTER", given ?? environment.OTEL_TRACES_EXPORTER);
	const metrics = hasMetrics(environment)
		? namesIn("OTEL_METRICS_EXPORTER", given ?? environment.OTEL_METRICS_EXPORTER)
		: [];
	if (traces.includes("otlp")) requireJson(environment, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");
	if (metrics.includes("otlp")) requireJson(environment, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL");
	return { traces, metrics };
}

/** Metrics are on unless the variable says otherwise (spec section 20). */
export function hasMetrics({ FLATAGENTS_METRICS_ENABLED: value }: Environment): boolean {
	return !/^\s*(?:false|0|no)\s*$/i.test(value ?? "");
}

function isOn(value: string | undefined): boolean {
	return /^\s*true\s*$/i.test(value ?? "");
}

function namesIn(variable: string, value = ""): ExporterName[] {
	const names = value.split(",").map((name) => name.trim().toLowerCase());
	return [...new Set(names)].flatMap((name) => {
		if (name === "" || name === "none") return [];
		const exporter = known.find((one) => one === name);
		if (exporter) return [exporter];
		throw new TelemetryError(
			"telemetry_exporter_unknown",
			`${variable} is \`${value}\`; flatstate has the exporters console and otlp. Set it to one of them or to none, or register an SDK of your own.`,
		);
	});
}

function requireJson(environment: Environment, variable: string): void {
	const [name, protocol] = [variable, "OTEL_EXPORTER_OTLP_PROTOCOL"]
		.map((each) => [each, environment[each]?.trim()] as const)
		.find(([, value]) => value) ?? [variable, "http/json"];
	if (protocol === "http/json") return;
	throw new TelemetryError(
		"telemetry_protocol_unknown",
		`${name} is \`${protocol}\`; flatstate exports by http/json. Set it so, or register an SDK of your own.`,
	);
}
