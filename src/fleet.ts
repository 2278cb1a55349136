/** `flatstate/fleet`: children and machines on a fleet of workers, or in processes of their own, and workers in code. */
export { MemoryJobQueue } from "../adapters/queues/memory/index.ts";
export { type AwaitEndOptions, awaitEnd } from "../runtime/fleet/await-end.ts";
export { FleetError, type FleetErrorCode, WorkerLostError } from "../runtime/fleet/errors.ts";
export type { FleetWorker } from "../runtime/fleet/fleet-worker.ts";
export type { MachineInvoker, ProcessInvoker, QueueInvoker } from "../runtime/fleet/invoker.ts";
export type { CancelJob, ExecutionJob, QueuedJob, ResumeJob, StartJob } from "../runtime/fleet/job.ts";
export type * from "../runtime/fleet/job-queue.ts";
export type * from "../runtime/fleet/join-backend.ts";
export type * from "../runtime/workers/registration-backend.ts";
export { type FleetQueueOptions, openFleetQueue } from "./fleet-queue.ts";
export { type InvokeOptions, type InvokeRequest, invoke, launch } from "./invoke.ts";
export { type InvokerChoice, type QueueChoice, queueInvoker } from "./machine-invoker.ts";
export { type ProcessInvokerOptions, processInvoker } from "./process-invoker.ts";
export { startWorker, type WorkerOptions } from "./start-worker.ts";
