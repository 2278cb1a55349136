/** `FlatMachine`: a compiled machine under our runtime, the class that most users meet first. */
import { type Actor, createActor, type InspectionEvent, type Observer } from "xstate";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { MachinePlan } from "../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../compiler/xstate/lower.ts";
import { withStartOptions } from "../compiler/xstate/machine-context.ts";
import { type FromXStateOptions, fromXState } from "../runtime/checkpoint/from-xstate.ts";
import type { MachineSnapshot } from "../runtime/checkpoint/machine-snapshot.ts";
import { type RestoredSnapshot, type RestoreOptions, toXState } from "../runtime/checkpoint/xstate-snapshot.ts";
import { awaitEnd } from "../runtime/fleet/await-end.ts";
import { FleetError } from "../runtime/fleet/errors.ts";
import { requireShared } from "../runtime/fleet/fleet-worker.ts";
import type { MachineInvoker } from "../runtime/fleet/invoker.ts";
import type { JobQueue } from "../runtime/fleet/job-queue.ts";
import { wakeInTime } from "../runtime/fleet/wake-in-time.ts";
import type { CompiledSet } from "../runtime/machine/compiled-set.ts";
import { type ReplayOptions, type ReplayReport, replayMachine } from "../runtime/machine/replay-machine.ts";
import { resumeMachine } from "../runtime/machine/resume-machine.ts";
import { runMachine } from "../runtime/machine/run-machine.ts";
import { type ResumeOptions, type RunOptions, type RunResult, waitingOutput } from "../runtime/machine/run-result.ts";
import type { DurableStore } from "../runtime/store/durable-store.ts";
import { UnknownExecutionError } from "../runtime/store/errors.ts";
import type { Store } from "../runtime/store/store.ts";
import { type Compiled, type CompileOptions, compile, compileFile } from "./compile.ts";
import { openFleetQueue } from "./fleet-queue.ts";
import { type InvokerChoice, invokerOf, queueInvoker, workAddressOf } from "./machine-invoker.ts";
import { openMachineStore, type StoreChoice, storeAddressOf } from "./machine-store.ts";
import { beginRun, type Run } from "./run-events.ts";
import { StoredMachines } from "./stored-machine.ts";

/** Where the machine comes from: a file, or its text or object. */
export type MachineSource = { readonly file: string } | { readonly config: string | Readonly<Record<string, unknown>> };

export type FlatMachineOptions = MachineSource &
	CompileOptions & {
		/**
		 * Where executions are kept: a store, or its address, e.g. `sqlite:runs.db`; null = nowhere. Default: what
		 * `data.persistence` asks for, else the memory of this process.
		 */
		readonly store?: StoreChoice;
		/**
		 * Who runs child machines and launched machines: a fleet of workers by their queue, processes, or `inline`, this
		 * process (docs/fleet-api.md). Default: what `settings.backends.work` asks for, else `inline`.
		 */
		readonly invoker?: InvokerChoice;
	};

export interface ResumeExecutionOptions extends ResumeOptions {
	/**
	 * Go on with this machine where it has changed since the execution was started. Default: with the configuration that
	 * the execution was started with.
	 */
	readonly useCurrent?: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * A flatmachine, compiled and ready to run.
 *
 * ```ts
 * const machine = new FlatMachine({ file: "machine.yml", hooks });
 * const output = await machine.execute({ product: "a kettle" });
 * ```
 */
export class FlatMachine implements AsyncDisposable {
	readonly #compiled: Compiled;
	readonly #options: FlatMachineOptions;
	#store: Promise<DurableStore | undefined> | undefined;
	/** Opened for `settings.backends.work`. */
	#queue: Promise<JobQueue> | undefined;

	/** @throws CompileError with every problem of every file */
	constructor(options: FlatMachineOptions) {
		this.#options = options;
		this.#compiled = "file" in options ? compileFile(options.file, options) : compile(options.config, options);
	}

	get plan(): MachinePlan {
		return this.#compiled.plan;
	}

	/** The XState machine, for `createActor`, `provide`, or as a child of another machine. */
	get machine(): FlatStateMachine {
		return this.#compiled.machine;
	}

	get config(): JsonMachineConfig {
		return this.#compiled.config;
	}

	/** Warnings of the compilation. */
	get diagnostics(): readonly Diagnostic[] {
		return this.#compiled.diagnostics;
	}

	get set(): CompiledSet {
		return this.#compiled.set;
	}

	/**
	 * Runs to the end and gives the output; `{}` where a limit stopped the run (decisions: Running).
	 * A run that can only wait for a signal gives `{ _waiting: true, _channel }`, as the reference does (spec section 11.1);
	 * `run()` tells the two apart for certain. Where workers run its children, it waits until one of them has come to the end.
	 * @throws what failed the run and no `on_error` routed; an AbortError where `signal` aborted it
	 */
	async execute(input: Input = {}, options: RunOptions = {}): Promise<unknown> {
		const result = await this.run(input, options);
		return outputOf(await this.#endOf(result, options));
	}

	/** Of a run that has parked until workers have run its children: the end to which one of these brings it. */
	async #endOf(result: RunResult, { signal, awaitSignals }: RunOptions): Promise<RunResult> {
		if (!waitsForChildren(result)) return result;
		const { store } = await this.#storeOf(result.executionId);
		return awaitEnd(store, result.executionId, { ...(signal && { signal }), ...(awaitSignals && { awaitSignals }) });
	}

	/**
	 * Runs and says how it ended: `done`, `failed`, `stopped` at a limit, or `waiting` for a signal. What happens meanwhile
	 * is in `events` of what it gives.
	 * @throws ExecutionExistsError, ExecutionLockedError, StoreError where the run cannot begin; never what happens in it
	 */
	run(input: Input = {}, options: RunOptions = {}): Run {
		return beginRun((onEvent) => this.#run(input, { ...options, onEvent }), options.onEvent);
	}

	async #run(input: Input, options: RunOptions): Promise<RunResult> {
		const { set, plan } = this.#compiled;
		const durable = await this.#durable();
		const invoker = options.invoker ?? (await this.#invoker(durable));
		const result = await runMachine(set, plan.id, input, {
			...options,
			...(durable && { durable }),
			...(invoker && { invoker }),
		});
		if (durable) await this.#wakeInTime(result, durable, invoker);
		return result;
	}

	/** Parked until a time, an execution of a fleet is woken by its workers. */
	async #wakeInTime(result: RunResult, { store }: DurableStore, invoker: MachineInvoker | undefined): Promise<void> {
		if (result.status !== "waiting" || invoker?.kind !== "queue") return;
		const { queue } = invoker;
		await wakeInTime(result.executionId, { store, queue, now: () => this.set.services.now() });
	}

	/**
	 * Goes on with an execution that was killed, waits, was stopped or has failed (docs/durability.md). What had finished is
	 * not run again; what had failed is tried again. One that is done gives its result.
	 * @throws UnknownExecutionError, ChildExecutionError, ExecutionLockedError, SnapshotMismatchError,
	 * CorruptCheckpointError, StoreError, CompileError for a stored configuration
	 */
	resume(executionId: string, options: ResumeExecutionOptions = {}): Run {
		return beginRun((onEvent) => this.#resume(executionId, { ...options, onEvent }), options.onEvent);
	}

	async #resume(executionId: string, options: ResumeExecutionOptions): Promise<RunResult> {
		const durable = await this.#storeOf(executionId);
		const { useCurrent = false, ...rest } = options;
		const machines = new StoredMachines(durable.store, this.#options);
		const { set, planId, chosenFor } = await machines.machineOf(executionId, this.#compiled, { useCurrent });
		const invoker = rest.invoker ?? (await this.#invoker(durable));
		const given = { ...rest, durable, chosenFor, ...(invoker && { invoker }) };
		const result = await resumeMachine(set, planId, executionId, given);
		await this.#wakeInTime(result, durable, invoker);
		return result;
	}

	/**
	 * Runs an execution again from what its store has recorded, without a single call, with this machine as it is now, and
	 * says where its way or its context parts from the recorded one. Nothing is stored.
	 * @throws UnknownExecutionError, ReplayStepError, CorruptCheckpointError, SnapshotMismatchError, StoreError
	 */
	async replay(executionId: string, options: ReplayOptions = {}): Promise<ReplayReport> {
		const { store } = await this.#storeOf(executionId);
		const machines = new StoredMachines(store, this.#options);
		const { set, planId } = await machines.machineOf(executionId, this.#compiled, { replays: true });
		return replayMachine(set, planId, store, executionId, options);
	}

	/** The store of this machine's executions; undefined with `store: null`. @throws StoreError */
	async store(): Promise<Store | undefined> {
		return (await this.#durable())?.store;
	}

	/** @throws FleetError `invalid_queue_url`, `queue_unreachable`, `queue_driver_missing`, `store_not_shared` */
	async #invoker(durable: DurableStore | undefined): Promise<MachineInvoker | undefined> {
		const { invoker: choice, store, logger } = this.#options;
		if (choice !== undefined) return invokerOf(choice);
		const { plan } = this.#compiled;
		const kept =
			typeof store === "string" ? store : store === undefined ? storeAddressOf(plan, process.env) : undefined;
		const address = workAddressOf(plan, kept, process.env);
		if (address === undefined) return undefined;
		if (!durable || durable.isLazy) {
			throw new FleetError(
				"store_not_shared",
				"`settings.backends.work` needs a store that workers share: give a redis:// or postgres:// store, or `persistence.backend`.",
			);
		}
		requireShared(durable.store);
		this.#queue ??= openFleetQueue(address, logger ? { logger } : {});
		return queueInvoker({ queue: await this.#queue });
	}

	/** Closes the store, unless it was given as one, and the queue that `settings.backends.work` had it open. */
	async close(): Promise<void> {
		const opened = this.#store;
		const queue = this.#queue;
		this.#store = undefined;
		this.#queue = undefined;
		await (await queue?.catch(() => undefined))?.close();
		if (typeof this.#options.store === "object") return;
		// Whoever asked for a store that could not be opened has been told.
		await (await opened?.catch(() => undefined))?.store.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #storeOf(executionId: string): Promise<DurableStore> {
		const durable = await this.#durable();
		if (durable) return durable;
		throw new UnknownExecutionError(executionId, "no store: the machine has `store: null`");
	}

	#durable(): Promise<DurableStore | undefined> {
		const { set, plan } = this.#compiled;
		this.#store ??= openMachineStore(plan, this.#options.store, () => set.services.now());
		return this.#store;
	}

	/**
	 * Where an actor of this machine stands, as a `MachineSnapshot` (spec section 13.3). `fromXState` also gives the progress
	 * beside it.
	 * @throws SnapshotMismatchError for an actor of another machine, and one that failed before it had a context
	 */
	toSnapshot(actor: { getSnapshot(): unknown }, options: FromXStateOptions = {}): MachineSnapshot {
		return fromXState(this.config, actor.getSnapshot(), options).snapshot;
	}

	/**
	 * A `MachineSnapshot` for XState: `createActor(machine.machine, { snapshot: machine.toXState(snapshot) })` goes on from
	 * it. The input that the execution was started with, and new limits, are `options`: a MachineSnapshot has neither.
	 * @param snapshot `parseSnapshot` reads one from its JSON
	 * @throws SnapshotMismatchError where the machine has no such state
	 */
	toXState(snapshot: MachineSnapshot, options: RestoreOptions = {}): RestoredSnapshot {
		return toXState(this.config, snapshot, options);
	}

	/** An XState actor of this machine, not started. Wake a waiting state with `actor.send({ type: "signal.<channel>", data })`. */
	actor(
		input: Input = {},
		options: Pick<RunOptions, "executionId"> & {
			readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void);
		} = {},
	): Actor<FlatStateMachine> {
		const { executionId, inspect } = options;
		return createActor(this.machine, {
			input: withStartOptions(input, executionId === undefined ? {} : { executionId }),
			...(inspect && { inspect }),
		});
	}
}

function waitsForChildren(result: RunResult): boolean {
	return result.status === "waiting" && result.waiting.some(({ children }) => children !== undefined);
}

/** The output of a run, for those who want no more (see `FlatMachine.execute`). */
export function outputOf(result: RunResult): unknown {
	switch (result.status) {
		case "done":
			return result.output;
		case "failed":
			throw result.error;
		case "waiting":
			return waitingOutput(result);
		case "stopped":
			if (result.reason === "aborted") throw result.error ?? new DOMException("The run was aborted.", "AbortError");
			return result.output;
	}
}
