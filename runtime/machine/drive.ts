/** Drives one machine, fresh or restored, until it ends, is aborted, parks, or its store fails. */

import { setMaxListeners } from "node:events";
import type { Actor, AnyActorRef, InspectionEvent, Observer } from "xstate";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import { initialMeta } from "../../compiler/xstate/initial-meta.ts";
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import type { Spending } from "../../compiler/xstate/spending.ts";
import { createEnvironment, type Ledger, type RunEnvironment, setEnvironment } from "../state/run-environment.ts";
import type { RuntimeServices } from "../state/services.ts";
import type { Parked } from "../steps/activity.ts";
import type { DurableStore } from "../store/durable-store.ts";
import type { MachineEnd } from "../telemetry/machine-trace.ts";
import { type MachineBegin, RunTrace } from "../telemetry/run-trace.ts";
import type { TelemetrySpan } from "../telemetry/telemetry.ts";
import type { ToolServerConnections } from "../tools/tool-servers.ts";
import type { DurableRun } from "./durable-run.ts";
import { type ResumeOptions, type RunResult, type RunTotals, spendingOf } from "./run-result.ts";
import type { RunnableMachines } from "./runnable-machines.ts";

/** What only runs inside of other runs say. */
export interface DriveOptions {
	/** Of the run that launched this one. */
	readonly ledger?: Ledger;
	/** The span of the state that launched this one, where that run is traced. */
	readonly above?: TelemetrySpan;
	/** Absent: nothing is stored. */
	readonly durable?: DurableStore;
	/** Of the run that launched this one, which closes them. */
	readonly toolServers?: ToolServerConnections;
	/** Of the machine that this one is a child of. */
	readonly maxDepth?: number;
	/** The join that waits for the end of this execution. */
	readonly join?: string;
	/** The span, in another process, that started this execution (`traceparent`). */
	readonly startedBy?: string;
	/** Called when the run can no longer be lost. */
	readonly onStarted?: () => void;
	/** Called when the run had to end because of its store. */
	readonly onLost?: (error: unknown) => void;
	/** Called at the end with what the execution has spent so far, by machine, state and agent. */
	readonly onSpent?: (rows: readonly Spending[]) => void;
}

type Inspect = { readonly inspect?: (event: InspectionEvent) => void };

export interface Drive {
	readonly set: RunnableMachines & { readonly services: Pick<RuntimeServices, "telemetry" | "toolServers" | "logger"> };
	readonly planId: string;
	readonly executionId: string;
	readonly options: ResumeOptions & DriveOptions;
	readonly ledger: Ledger;
	readonly durable: DurableRun | undefined;
	create(inspect: Inspect): Actor<FlatStateMachine>;
	/** Has the durable run follow the machine. */
	track(actor: AnyActorRef): void;
	/** Whether the machine had ended before: then there is nothing to store. */
	readonly isEnded?: boolean;
	/** For telemetry: what was known of the execution before. Default: it is a fresh one. */
	readonly life?: MachineBegin;
	/** Called when the machine runs and is stored. */
	readonly started?: (environment: RunEnvironment) => Promise<void>;
}

type End =
	| { readonly type: "done" }
	| { readonly type: "aborted" | "failed" | "storeFailed"; readonly error: unknown }
	| ({ readonly type: "parked" } & Parked);

/** Starts the machine, and resolves when the run is over and stored, and what it had opened is closed. */
export async function drive(request: Drive): Promise<RunResult> {
	const { set, options } = request;
	if (options.toolServers || !set.services.toolServers) return driveConnected(request, options.toolServers);
	await using toolServers = set.services.toolServers.open(set.services.logger);
	// Awaited here, since what is opened above is closed when this function returns.
	return await driveConnected(request, toolServers);
}

async function driveConnected(request: Drive, toolServers: ToolServerConnections | undefined): Promise<RunResult> {
	const { set, planId, options, ledger, durable } = request;
	const { signal, onEvent } = options;
	// What this run launches, hundreds perhaps, listens to a signal of ours: to the caller's only the run itself does.
	const relay = new AbortController();
	const asked = traceOf(request);
	const trace = asked instanceof Promise ? await asked : asked;
	if (signal) setMaxListeners(0, relay.signal);
	const environment = createEnvironment({
		ledger,
		...(options.inspect && { inspect: options.inspect }),
		...(options.gate && { gate: options.gate }),
		...(onEvent && { onEvent }),
		...(options.stream && { streams: true }),
		...(options.awaitTimeouts && { awaitsTimeouts: true }),
		...(options.awaitSignals && { awaitsSignals: true }),
		...(options.parkSleepsOverSeconds !== undefined && { parkSleepsOverSeconds: options.parkSleepsOverSeconds }),
		...(signal && { signal: relay.signal }),
		...(durable && { keeper: durable, signals: durable.store.signals }),
		...(durable?.storesResults && { results: durable.store.results }),
		...(trace && { trace }),
		...(toolServers && { toolServers }),
		...(options.invoker && { invoker: options.invoker }),
	});
	const actor = request.create(inspectOptions(options.inspect, durable, trace));
	trace?.begin(actor, undefined, request.life ?? { isResumed: false });
	if (durable && trace) durable.trace = trace;
	request.track(actor);
	setEnvironment(actor, environment);

	const controller = { stopListening: (): void => undefined };
	const ended = new Promise<End>((resolve) => {
		const abort = () => {
			durable?.recorder.hold();
			relay.abort(signal?.reason);
			resolve({ type: "aborted", error: signal?.reason });
		};
		durable?.failure.then((error) => resolve({ type: "storeFailed", error }));
		actor.subscribe({
			complete: () => resolve({ type: "done" }),
			error: (error) => resolve({ type: "failed", error }),
		});
		environment.activity.onParked((parked) => resolve({ type: "parked", ...parked }));
		if (signal?.aborted) return abort();
		signal?.addEventListener("abort", abort, { once: true });
		controller.stopListening = () => signal?.removeEventListener("abort", abort);
		actor.start();
	});
	const end = await storeEnd(request, actor, await startAndWait(request, actor, environment, ended));
	const { context } = actor.getSnapshot();
	durable?.recorder.close();
	trace?.end(traceEnd(end, context));
	actor.stop();
	if (end.type === "storeFailed") {
		relay.abort(end.error);
		options.onLost?.(end.error);
	}
	await durable?.close();
	await Promise.allSettled(environment.background);
	controller.stopListening();

	// Without a context the machine failed before it had one: a template of `data.context` threw.
	const machine = isMachineContext(context) ? context.machine : initialMeta(set.plan(planId));
	options.onSpent?.(machine.run.spent ?? []);
	const totals: RunTotals = {
		executionId: machine.execution_id || request.executionId,
		state: machine.current_state,
		steps: machine.step,
		agentCalls: machine.total_api_calls,
		cost: machine.total_cost,
		usage: machine.run.usage,
		...spendingOf(machine.run.spent),
	};
	switch (end.type) {
		case "storeFailed":
		case "failed":
			return { ...totals, status: "failed", error: end.error };
		case "aborted":
			return { ...totals, status: "stopped", reason: "aborted", output: {}, error: end.error };
		case "parked": {
			const { waiting, sleeping } = end;
			return { ...totals, status: "waiting", channel: waiting[0]?.channel ?? null, waiting, sleeping };
		}
		case "done": {
			const { stopped } = machine.run;
			const { output } = actor.getSnapshot();
			if (stopped) return { ...totals, status: "stopped", reason: stopped, output: {} };
			return { ...totals, status: "done", output };
		}
	}
}

/** Makes the start durable, tells of it, and waits for the end. */
async function startAndWait(
	{ durable, options, started, isEnded }: Drive,
	actor: AnyActorRef,
	environment: RunEnvironment,
	ended: Promise<End>,
): Promise<End> {
	const { onStarted } = options;
	if (!durable && !onStarted) return ended;
	const begin = async (): Promise<End> => {
		// What has ended meanwhile is stored with its end.
		const isRunning = !isEnded && actor.getSnapshot().status === "active";
		if (durable?.storesResults && isRunning) {
			await (onStarted ? durable.recorder.storeStart() : durable.recorder.flush());
		}
		onStarted?.();
		// What cannot be stored is never taken up: then this run, too, has failed already.
		if (started) await Promise.race([started(environment), durable?.failure]);
		return ended;
	};
	try {
		return await begin();
	} catch (error) {
		return { type: "storeFailed", error };
	}
}

/** Stores how the run ended. What cannot be stored has not happened: then the run failed. */
async function storeEnd({ durable, isEnded }: Drive, actor: AnyActorRef, end: End): Promise<End> {
	if (!durable || isEnded || end.type === "storeFailed") return end;
	try {
		await durable.end(actor, end);
		return end;
	} catch (error) {
		return { type: "storeFailed", error };
	}
}

/** Undefined where nobody listens. No promise where there is nothing to load: then the run begins at once. */
function traceOf({ set, options }: Drive): RunTrace | undefined | Promise<RunTrace | undefined> {
	if (options.above) return new RunTrace(options.above);
	const telemetry = set.services.telemetry?.();
	if (!telemetry) return undefined;
	if ("begin" in telemetry) return new RunTrace(telemetry);
	return telemetry.then((known) => known && new RunTrace(known));
}

function traceEnd(end: End, context: unknown): MachineEnd {
	switch (end.type) {
		case "storeFailed":
		case "failed":
			return { status: "failed", error: end.error };
		case "aborted":
			return { status: "stopped", reason: "aborted" };
		case "parked":
			return { status: "waiting" };
		case "done": {
			const stopped = isMachineContext(context) ? context.machine.run.stopped : undefined;
			return stopped ? { status: "stopped", reason: stopped } : { status: "done" };
		}
	}
}

function inspectOptions(
	inspect: ResumeOptions["inspect"],
	durable: DurableRun | undefined,
	trace: RunTrace | undefined,
): Inspect {
	const listeners = [
		durable?.passed,
		trace && ((event: InspectionEvent) => trace.inspect(event)),
		inspect && listenerOf(inspect),
	].filter((listener) => listener !== undefined);
	const [only] = listeners;
	if (!only) return {};
	if (listeners.length === 1) return { inspect: only };
	return {
		inspect: (event) => {
			for (const listener of listeners) listener(event);
		},
	};
}

function listenerOf(inspect: NonNullable<ResumeOptions["inspect"]>): (event: InspectionEvent) => void {
	return typeof inspect === "function" ? inspect : (event) => observe(inspect, event);
}

function observe(observer: Observer<InspectionEvent>, event: InspectionEvent): void {
	observer.next?.(event);
}
