/** The library `flatstate`. Importing it loads no model, database or framework SDK. */

export {
	type AgentApprovalRequest,
	type Approve,
	type ClaudeCodeAdapterOptions,
	claudeCodeAdapter,
} from "../adapters/claude-code/adapter.ts";
export { type CodexAdapterOptions, codexCliAdapter } from "../adapters/codex-cli/adapter.ts";
export * from "../adapters/coding-tools/index.ts";
export { type FileLoaderOptions, fileLoader } from "../adapters/files/file-loader.ts";
export {
	AgentPermissionError,
	MissingTaskError,
	NotImplementedError,
	PackageError,
} from "../adapters/frameworks/errors.ts";
export type { CodingGrants, CodingPermission } from "../adapters/frameworks/grants.ts";
export * from "../adapters/mcp/index.ts";
export { type OpenAiAgentsAdapterOptions, openAiAgentsAdapter } from "../adapters/openai-agents/index.ts";
export { piAgentAdapter } from "../adapters/pi-agent/adapter.ts";
export * from "../adapters/scripted/index.ts";
export { type SmolagentsAdapterOptions, smolagentsAdapter } from "../adapters/smolagents/adapter.ts";
export { TelemetryError } from "../adapters/telemetry/errors.ts";
export type { TelemetryOptions } from "../adapters/telemetry/open-telemetry.ts";
export {
	type StartedTelemetry,
	type StartTelemetryOptions,
	startTelemetry,
} from "../adapters/telemetry/start-telemetry.ts";
export { TriggerError } from "../adapters/triggers/errors.ts";
export { type FileTriggerOptions, fileTrigger, listenFile } from "../adapters/triggers/file-trigger.ts";
export { listenSocket, type SocketTriggerOptions, socketTrigger } from "../adapters/triggers/socket-trigger.ts";
export { type Bundle, BundleError, type BundleErrorCode } from "../compiler/bundle/bundle.ts";
export { type ChangedFile, changedFiles } from "../compiler/bundle/changed-files.ts";
export { type KindOfWork, kindOfWork, type Standing, whatDoesNotFit } from "../compiler/bundle/fits.ts";
export { readBundle } from "../compiler/bundle/read-bundle.ts";
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
export type { Pause, PauseRequest } from "../compiler/xstate/pause.ts";
export type * from "../runtime/agents/agent.ts";
export {
	type AgentCallInfo,
	type AgentFunction,
	type CodeAgent,
	type CodeAgents,
	MissingCodeAgentError,
} from "../runtime/agents/code-agents.ts";
export { AgentError, describeError, errorNames, RetryableError, RuntimeError } from "../runtime/agents/errors.ts";
export type * from "../runtime/agents/interruption.ts";
export { AgentAdapterRegistry, everyAgentType, UnknownAgentTypeError } from "../runtime/agents/registry.ts";
export { coerceAgentResult, payloadOf } from "../runtime/agents/result.ts";
export {
	type CloneExecutionOptions,
	type CloneSnapshotOptions,
	cloneExecution,
	cloneSnapshot,
} from "../runtime/checkpoint/clone-snapshot.ts";
export { type FromXStateOptions, fromXState } from "../runtime/checkpoint/from-xstate.ts";
export {
	type CheckpointEvent,
	CorruptCheckpointError,
	checkpointEvents,
	type LaunchIntent,
	type MachineSnapshot,
	parseSnapshot,
	readSnapshot,
} from "../runtime/checkpoint/machine-snapshot.ts";
export type { Progress } from "../runtime/checkpoint/progress.ts";
export {
	type Checkpoint,
	type RestoredSnapshot,
	type RestoreOptions,
	SnapshotMismatchError,
	toXState,
} from "../runtime/checkpoint/xstate-snapshot.ts";
export { FlatstateError } from "../runtime/errors.ts";
export type * from "../runtime/fleet/rate-limit-backend.ts";
export {
	InvalidRateLimitError,
	type RateLimit,
	RateLimiter,
	type RateLimiterOptions,
	type RateLimits,
} from "../runtime/fleet/rate-limiter.ts";
export type { ActionMachine, ActionRun } from "../runtime/hooks/action-run.ts";
export { CompositeHooks, compositeHooks } from "../runtime/hooks/composite.ts";
export { type DefaultHooksOptions, defaultHooksRegistry } from "../runtime/hooks/default-registry.ts";
export { DistributedWorkerHooks } from "../runtime/hooks/distributed-worker-hooks.ts";
export { HookError, HookModuleError, HookNotFoundError } from "../runtime/hooks/errors.ts";
export type { ActionInfo, CheckAnswer, Context, HooksFactory, MachineHooks } from "../runtime/hooks/hooks.ts";
export { loadHooksModule } from "../runtime/hooks/load-hooks-module.ts";
export { LoggingHooks } from "../runtime/hooks/logging-hooks.ts";
export { MetricsHooks } from "../runtime/hooks/metrics-hooks.ts";
export { HooksRegistry } from "../runtime/hooks/registry.ts";
export { WebhookHooks } from "../runtime/hooks/webhook-hooks.ts";
export { loggerFromEnv } from "../runtime/logging/environment.ts";
export { createLogger, type Logger, silentLogger } from "../runtime/logging/logger.ts";
export type { ReplayDifference } from "../runtime/machine/replay-difference.ts";
export { type ReplayOptions, type ReplayReport, ReplayStepError } from "../runtime/machine/replay-machine.ts";
export type { ResumeOptions, RunOptions, RunResult, RunTotals } from "../runtime/machine/run-result.ts";
export { InvalidOptionError } from "../runtime/permission-options.ts";
export { ResultError, ResultTimeoutError } from "../runtime/results/errors.ts";
export { InMemoryResultBackend } from "../runtime/results/memory-result-backend.ts";
export type { ReadOptions, ResultBackend } from "../runtime/results/result-backend.ts";
export { parseResultUri, resultUri } from "../runtime/results/result-uri.ts";
export {
	type DispatchOptions,
	type ListenOptions,
	SignalDispatcher,
	type SignalDispatcherOptions,
} from "../runtime/signals/dispatcher.ts";
export { type SendOptions, sendAndNotify } from "../runtime/signals/send-and-notify.ts";
export type { Signal, SignalBackend } from "../runtime/signals/signal-backend.ts";
export { noTrigger, type TriggerBackend } from "../runtime/signals/trigger-backend.ts";
export type { TriggerListener } from "../runtime/signals/trigger-listener.ts";
export type { KeyResultVerdict } from "../runtime/state/attempts/verdict.ts";
export {
	FileNotFoundError,
	MachineDepthError,
	MaxRetriesExceeded,
	TimeoutError,
	ValueError,
} from "../runtime/state/errors.ts";
export type { RunEvent } from "../runtime/state/run-event.ts";
export type { Parked, SleepingExecution, WaitingExecution } from "../runtime/steps/activity.ts";
export type { StoredError } from "../runtime/steps/journal.ts";
export { type ConfigStore, configHash } from "../runtime/store/config-store.ts";
export * from "../runtime/store/errors.ts";
export type * from "../runtime/store/execution-lock.ts";
export type * from "../runtime/store/execution-summary.ts";
export type * from "../runtime/store/persistence-backend.ts";
export type { Store, StoreOptions } from "../runtime/store/store.ts";
export * from "../runtime/tools/index.ts";
export type { MachineProcess, MachineProcesses } from "../runtime/workers/machine-processes.ts";
export type * from "../runtime/workers/registration-backend.ts";
export type * from "../runtime/workers/work-backend.ts";
export type { WorkerBackends } from "../runtime/workers/worker-backends.ts";
export type { CodingAgentOptions } from "./coding-agents.ts";
export * from "./compile.ts";
export * from "./compile-bundle.ts";
export * from "./flat-machine.ts";
export { type MachineProcessOptions, machineProcesses, ProcessStartError } from "./machine-processes.ts";
export type { StoreChoice } from "./machine-store.ts";
export { type OpenStoreOptions, openStore, parseStoreUrl, type StoreAddress } from "./open-store.ts";
export { resumeExecution } from "./resume-execution.ts";
export type { Run } from "./run-events.ts";
export { createServices, defaultAgentRegistry, type ServiceOptions } from "./services.ts";
export * from "./stored-machine.ts";
