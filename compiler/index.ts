/**
 * The compiler alone, `flatstate/compiler`: documents to diagnostics, plans and XState configs. It does no I/O but
 * through the loader it is given, and runs no agent; `flatstate` adds the actors that do.
 */

export { type DiagnosticCode, diagnosticCodes } from "./diagnostics/codes.ts";
export type { Diagnostic, Fix, RelatedPlace, Severity, SourceRange } from "./diagnostics/diagnostic.ts";
export { formatDiagnostic } from "./diagnostics/format.ts";
export type { DocumentPath, SourceDocument } from "./document/document.ts";
export type { Loader } from "./document/loader.ts";
export { memoryLoader } from "./document/memory-loader.ts";
export {
	compileCondition,
	compileTemplate,
	compileValue,
	ExpressionError,
	ExpressionSyntaxError,
	mayThrow,
	parseCondition,
	parseTemplate,
	references,
	truthy,
} from "./expression/index.ts";
export type * from "./expression/nodes.ts";
export { applyFixes, fixesByFile } from "./fix/index.ts";
export { type Analysis, type AnalyzeOptions, type AnalyzeSource, analyze } from "./plan/analyze.ts";
export type * from "./plan/plan.ts";
export {
	type ActorTable,
	type BuiltMachine,
	buildMachine,
	type FlatStateMachine,
	type MachineImplementations,
} from "./xstate/build.ts";
export { LimitReachedError, NoTransitionError, UnknownStateError } from "./xstate/errors.ts";
export type { Guard, GuardArguments } from "./xstate/guards.ts";
export { type JsonMachineConfig, lowerMachine } from "./xstate/lower.ts";
export type { MachineContext, MachineEvent, MachineMeta } from "./xstate/machine-context.ts";
export { actionName, actorName, guardName, part, shared } from "./xstate/names.ts";
export type { CompilerServices } from "./xstate/services.ts";
