/** `--telemetry`, `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER`: what exports the traces and metrics of a command line. */
import { TelemetryError } from "../../adapters/telemetry/errors.ts";
import type { ExporterName } from "../../adapters/telemetry/exporter-choice.ts";
import { hasOpenTelemetry } from "../../adapters/telemetry/registered.ts";
import type { StartedTelemetry } from "../../adapters/telemetry/start-telemetry.ts";
import type { RunConsole } from "./run-console.ts";
import { UsageError } from "./usage-error.ts";

export interface TelemetryCommandOptions {
	/** Default: what the environment asks for. */
	readonly telemetry?: ExporterName | "none";
}

/**
 * Starts OpenTelemetry's SDK where it is asked for. One that the process has registered (`node --import`) goes before what
 * the environment says, which then is meant for that one.
 * @throws UsageError where the environment asks for what there is not, or a package is not installed
 */
export async function startRunTelemetry(
	{ telemetry: exporter }: TelemetryCommandOptions,
	console: RunConsole,
	environment = process.env,
): Promise<StartedTelemetry | undefined> {
	const { OTEL_TRACES_EXPORTER: traces, OTEL_METRICS_EXPORTER: metrics } = environment;
	if (exporter === undefined && (hasOpenTelemetry() || !(traces || metrics))) return undefined;
	const { startTelemetry } = await import("../../adapters/telemetry/start-telemetry.ts");
	try {
		const warn = (message: string) => console.logger.warn(message);
		return await startTelemetry({ ...(exporter && { exporter }), environment, warn });
	} catch (error) {
		if (error instanceof TelemetryError) throw new UsageError(error.message, { cause: error });
		throw error;
	}
}
