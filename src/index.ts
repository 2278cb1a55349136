/** The library `flatstate`. Importing it loads no model, database or framework SDK. */
export { type FileLoaderOptions, fileLoader } from "../adapters/files/file-loader.ts";
export * from "../adapters/scripted/index.ts";
export type { Diagnostic, Fix, RelatedPlace, Severity, SourceRange } from "../compiler/diagnostics/diagnostic.ts";
export { formatDiagnostic } from "../compiler/diagnostics/format.ts";
export type { Loader } from "../compiler/document/loader.ts";
export { memoryLoader } from "../compiler/document/memory-loader.ts";
export type * from "../compiler/plan/plan.ts";
export type { FlatStateMachine, MachineImplementations } from "../compiler/xstate/build.ts";
export { LimitReachedError, NoTransitionError, UnknownStateError } from "../compiler/xstate/errors.ts";
export type { JsonMachineConfig } from "../compiler/xstate/lower.ts";
export type {
	Limits,
	MachineContext,
	MachineEvent,
	MachineMeta,
	TokenUsage,
} from "../compiler/xstate/machine-context.ts";
export { actorName } from "../compiler/xstate/names.ts";
export type * from "../runtime/agents/agent.ts";
export { AgentError, describeError, errorNames, RetryableError, RuntimeError } from "../runtime/agents/errors.ts";
export { AgentAdapterRegistry, everyAgentType, UnknownAgentTypeError } from "../runtime/agents/registry.ts";
export { coerceAgentResult, payloadOf } from "../runtime/agents/result.ts";
export { FlatstateError } from "../runtime/errors.ts";
export { CompositeHooks, compositeHooks } from "../runtime/hooks/composite.ts";
export { type DefaultHooksOptions, defaultHooksRegistry } from "../runtime/hooks/default-registry.ts";
export { HookError, HookModuleError, HookNotFoundError } from "../runtime/hooks/errors.ts";
export type { Context, HooksFactory, MachineHooks, ToolProvider } from "../runtime/hooks/hooks.ts";
export { loadHooksModule } from "../runtime/hooks/load-hooks-module.ts";
export { LoggingHooks } from "../runtime/hooks/logging-hooks.ts";
export { MetricsHooks } from "../runtime/hooks/metrics-hooks.ts";
export { HooksRegistry } from "../runtime/hooks/registry.ts";
export { WebhookHooks } from "../runtime/hooks/webhook-hooks.ts";
export { loggerFromEnv } from "../runtime/logging/environment.ts";
export { createLogger, type Logger, silentLogger } from "../runtime/logging/logger.ts";
export type { RunOptions, RunResult } from "../runtime/machine/run-machine.ts";
export { InMemoryResultBackend } from "../runtime/results/memory-result-backend.ts";
export type { ReadOptions, ResultBackend } from "../runtime/results/result-backend.ts";
export { parseResultUri, resultUri } from "../runtime/results/result-uri.ts";
export {
	FileNotFoundError,
	MachineDepthError,
	NotSupportedError,
	TimeoutError,
	ValueError,
} from "../runtime/state/errors.ts";
export type { RunEvent } from "../runtime/state/run-event.ts";
export * from "./compile.ts";
export * from "./flat-machine.ts";
export { createServices, defaultAgentRegistry, type ServiceOptions } from "./services.ts";
