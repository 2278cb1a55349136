/** Property tests: what `flatstate/testing` exports of them. fast-check is loaded by the first call that needs it. */
export { actionEffectOf, childOutputOf, errorOf, inputOf, outputOf, signalOf } from "./arbitraries.ts";
export type { BreachCause } from "./breach.ts";
export { type CheckInvariantsOptions, checkInvariants, type InvariantsReport } from "./check-invariants.ts";
export { InvalidInvariantError, MissingPackageError, UnknownNameError } from "./errors.ts";
export {
	type ForAllRunsOptions,
	forAllRuns,
	type RunCheck,
	RunCheckError,
	type RunsReport,
} from "./for-all-runs.ts";
export type { Invariants, InvariantTexts } from "./invariant.ts";
export { InvariantError, type Violation, type ViolationSource } from "./invariant-error.ts";
export type { Moment } from "./moments.ts";
export type { Run, RunReport } from "./run.ts";
export { type CompiledMachine, type RunOptions as RunArbitraryOptions, runArbitrary } from "./run-arbitrary.ts";
