/** Checks of plans beyond what a schema can say. */
export { type CheckOptions, type PlannedMachine, runChecks } from "./run-checks.ts";
export { tidyDiagnostics } from "./tidy.ts";
