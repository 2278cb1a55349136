/** What is wrong with how telemetry is asked for. */
import { FlatstateError } from "../../runtime/errors.ts";

/**
 * `telemetry_package_missing`: a package of OpenTelemetry's SDK is not installed. `telemetry_exporter_unknown`,
 * `telemetry_protocol_unknown`: the environment or an option asks for what flatstate does not have.
 */
export class TelemetryError extends FlatstateError {}
