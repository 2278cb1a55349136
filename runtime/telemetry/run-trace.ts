/** Follows the machines of one run by XState's inspection events, and tells their executions and states to telemetry. */
import type { AnyActorRef, InspectionEvent } from "xstate";
import { isRecord, ownString } from "../../compiler/document/plain-data.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";
import { type MachineEnd, MachineTrace } from "./machine-trace.ts";
import type { Telemetry, TelemetrySpan } from "./telemetry.ts";

/** What is known of a machine beside its context, when it is about to start. */
export interface MachineBegin {
	/** Whether it goes on from what a store had of it. */
	readonly isResumed: boolean;
	/** The `traceparent` of its first life. */
	readonly earlier?: string | undefined;
}

export class RunTrace {
	readonly #above: Pick<Telemetry, "begin">;
	/** The run's own machine. */
	#root: MachineTrace | undefined;
	/** Machines that have begun and not ended. */
	readonly #open = new Map<object, MachineTrace>();
	readonly #byId = new Map<string, MachineTrace>();
	/** What a machine passed through before it was begun: XState takes its first steps when it makes the actor. */
	readonly #before = new WeakMap<object, MachineContext[]>();
	/** Machines that started without being begun: what somebody put in the place of an agent, perhaps. */
	readonly #foreign = new WeakSet<object>();
	#isOver = false;

	/** @param above where the run's own span begins: a span of the run that launched it, or telemetry itself */
	constructor(above: Pick<Telemetry, "begin">) {
		this.#above = above;
	}

	/** For the run's inspection: a state is entered, or a machine has ended. */
	inspect(event: InspectionEvent): void {
		if (this.#isOver) return;
		if (event.type === "@xstate.microstep") this.#passed(event.actorRef, event.snapshot);
		else if (event.type === "@xstate.snapshot") this.#changed(event.actorRef, event.snapshot);
		else if (event.type === "@xstate.event" && event.event.type === "xstate.init") this.#started(event.actorRef);
	}

	/**
	 * A machine is about to start.
	 * @param parent the machine whose state it belongs to; undefined for the run's own
	 */
	begin(machine: AnyActorRef, parent: AnyActorRef | undefined, { isResumed, earlier }: MachineBegin): void {
		const context = contextOf(machine.getSnapshot());
		const above = parent ? this.spanOf(parent) : this.#above;
		if (!context || !above) return;
		const { machine_name, execution_id, parent_execution_id, depth } = context.machine;
		const span = above.begin({
			kind: "execution",
			machine: machine_name,
			executionId: execution_id,
			parentExecutionId: parent_execution_id,
			depth,
			isResumed,
			...(earlier !== undefined && { earlier }),
		});
		const trace = new MachineTrace(span, execution_id);
		this.#root ??= trace;
		this.#open.set(machine, trace);
		this.#byId.set(execution_id, trace);
		const before = this.#before.get(machine) ?? [];
		this.#before.delete(machine);
		// XState tells of all first steps but the very first: that is where the machine stands, or what it left behind.
		const [first] = before;
		if (first?.machine.step === 2 && !isResumed) trace.entered(initialStateOf(machine) ?? "", 1);
		for (const passed of before) trace.pass(passed);
		trace.pass(context);
	}

	/** Where spans of what a machine's state does belong; undefined for a machine that has not begun, or has ended. */
	spanOf(machine: AnyActorRef): TelemetrySpan | undefined {
		return this.#open.get(machine)?.current;
	}

	/** Where the span of a machine belongs that this execution of the run launches, or has launched in an earlier life. */
	aboveLaunched(executionId: string): TelemetrySpan | undefined {
		return (this.#byId.get(executionId) ?? this.#root)?.current;
	}

	/** By which a later life of a machine's execution finds this one. */
	traceparentOf(machine: AnyActorRef): string | undefined {
		return this.#open.get(machine)?.execution.traceparent;
	}

	/** The run has come to rest, and its own machine so: what else is open rests with it, or was given up. */
	end(end: MachineEnd): void {
		if (this.#isOver) return;
		this.#isOver = true;
		// Children before their parents.
		const rests = end.status === "waiting" || end.status === "stopped";
		for (const trace of [...this.#open.values()].reverse()) trace.end(trace === this.#root || rests ? end : givenUp);
		this.#open.clear();
		this.#byId.clear();
	}

	#started(actor: object): void {
		if (!this.#open.has(actor)) this.#foreign.add(actor);
	}

	#passed(machine: object, snapshot: unknown): void {
		const context = contextOf(snapshot);
		if (!context || this.#foreign.has(machine)) return;
		const trace = this.#open.get(machine);
		if (trace) {
			trace.pass(context);
			return;
		}
		const before = this.#before.get(machine) ?? [];
		before.push(context);
		this.#before.set(machine, before);
	}

	/** Of the run's own machine, `end` tells how it ended. */
	#changed(machine: object, snapshot: unknown): void {
		const trace = this.#open.get(machine);
		if (!trace || trace === this.#root || !isRecord(snapshot) || snapshot.status === "active") return;
		const context = contextOf(snapshot);
		if (context) trace.pass(context);
		this.#open.delete(machine);
		this.#byId.delete(trace.executionId);
		const stopped = context?.machine.run.stopped;
		if (snapshot.status === "error") trace.end({ status: "failed", error: snapshot.error });
		else if (snapshot.status === "stopped") trace.end(givenUp);
		else trace.end(stopped ? { status: "stopped", reason: stopped } : { status: "done" });
	}
}

const givenUp: MachineEnd = { status: "stopped", reason: "given_up" };

function contextOf(snapshot: unknown): MachineContext | undefined {
	const context = isRecord(snapshot) ? snapshot.context : undefined;
	return isMachineContext(context) ? context : undefined;
}

function initialStateOf(machine: AnyActorRef): string | undefined {
	const logic: unknown = "logic" in machine ? machine.logic : undefined;
	return isRecord(logic) && isRecord(logic.config) ? ownString(logic.config, "initial") : undefined;
}
