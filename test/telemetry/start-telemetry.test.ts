/** The SDK that flatstate starts itself: what the environment asks for, and what is said where that is not there. */
import { describe, expect, it } from "vitest";
import { TelemetryError } from "../../adapters/telemetry/errors.ts";
import { exporterChoice } from "../../adapters/telemetry/exporter-choice.ts";
import { startTelemetry, type TelemetryPackages } from "../../adapters/telemetry/start-telemetry.ts";

describe("the environment", () => {
	it.each([
		[{}, undefined, [], []],
		[{ OTEL_TRACES_EXPORTER: "console" }, undefined, ["console"], []],
		[{ OTEL_METRICS_EXPORTER: " OTLP , console" }, undefined, [], ["otlp", "console"]],
		[{ OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" }, undefined, [], []],
		[{ OTEL_TRACES_EXPORTER: "otlp" }, "console", ["console"], ["console"]],
		[{ OTEL_TRACES_EXPORTER: "otlp" }, "none", [], []],
		[{ FLATAGENTS_METRICS_ENABLED: "0" }, "console", ["console"], []],
		[{ OTEL_TRACES_EXPORTER: "otlp", OTEL_SDK_DISABLED: "true" }, undefined, [], []],
	] as const)("%j with option %s: traces to %j, metrics to %j", (environment, given, traces, metrics) => {
		expect(exporterChoice(environment, given)).toEqual({ traces, metrics });
	});

	it("says which exporters there are, and which protocol", () => {
		expect(() => exporterChoice({ OTEL_METRICS_EXPORTER: "prometheus" })).toThrow(
			/^OTEL_METRICS_EXPORTER is `prometheus`; flatstate has the exporters console and otlp\./,
		);
		expect(() => exporterChoice({ OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(
			/^OTEL_EXPORTER_OTLP_PROTOCOL is `grpc`; flatstate exports by http\/json\./,
		);
		const own = { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" };
		expect(exporterChoice({ OTEL_TRACES_EXPORTER: "otlp", ...own }).traces).toEqual(["otlp"]);
		expect(() => exporterChoice({ OTEL_METRICS_EXPORTER: "otlp", ...own })).toThrow(TelemetryError);
	});
});

const packages: TelemetryPackages = {
	api: () => import("@opentelemetry/api"),
	trace: () => import("@opentelemetry/sdk-trace"),
	metrics: () => import("@opentelemetry/sdk-metrics"),
	resources: () => import("@opentelemetry/resources"),
	traceOtlp: () => import("@opentelemetry/exporter-trace-otlp-http"),
	metricsOtlp: () => import("@opentelemetry/exporter-metrics-otlp-http"),
};

/** As Node fails for a package that is not installed. */
const missing = () => Promise.reject(Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }));

describe("the packages", () => {
	it("are not loaded where nothing is exported", async () => {
		const load = { api: missing, trace: missing, metrics: missing, resources: missing };
		await using started = await startTelemetry({ environment: {}, load: { ...packages, ...load } });
		expect(started.telemetry).toBeUndefined();
	});

	it.each([
		[
			"otlp",
			{ traceOtlp: missing },
			"resources sdk-trace sdk-metrics exporter-trace-otlp-http exporter-metrics-otlp-http",
		],
		["console", { metrics: missing }, "resources sdk-trace sdk-metrics"],
	] as const)(
		"that are missing for %s are named with the command that installs them",
		async (exporter, load, names) => {
			const started = startTelemetry({ exporter, environment: {}, load: { ...packages, ...load } });
			const list = names.split(" ").map((name) => `@opentelemetry/${name}`);
			await expect(started).rejects.toMatchObject({
				code: "telemetry_package_missing",
				message: `To export telemetry, install OpenTelemetry's SDK: \`npm install ${list.join(" ")}\`.`,
			});
		},
	);

	it("that fail otherwise fail as themselves", async () => {
		const broken = new TypeError("broken");
		const load = { ...packages, trace: () => Promise.reject(broken) };
		await expect(startTelemetry({ exporter: "console", environment: {}, load })).rejects.toBe(broken);
	});
});
