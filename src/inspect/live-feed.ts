/** Follows a run by XState's inspection events: its actors, the states of its machines, its agent calls. */
import type { AnyActorRef, InspectionEvent } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { isMachineContext, type MachineContext, patchBetween } from "../../compiler/xstate/machine-context.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { Passage, type Passed } from "../../runtime/checkpoint/passage.ts";
import { stateOf } from "../../runtime/checkpoint/position.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { callOutcome } from "./call-outcome.ts";
import { ContextView } from "./context-view.ts";
import { contextOf, dataOf, isActor, partsOf } from "./inspection-parts.ts";
import type { InspectedActor } from "./protocol.ts";
import type { InspectionSession } from "./session.ts";

/** The machines that may take part in the run. */
export interface InspectedMachines {
	/** The plan behind an actor's logic; undefined for what is none of these machines. */
	planOf(logic: unknown): string | undefined;
	config(planId: string): JsonMachineConfig;
	/** The name of a plan for others: the same wherever its files are. */
	nameOf(planId: string): string;
}

interface MachineFacts {
	readonly kind: "machine";
	readonly actor: Actor;
	readonly planId: string;
	readonly config: JsonMachineConfig;
	readonly passage: Passage;
	readonly view: ContextView;
	/** What it passed through before it was started. */
	before: unknown[] | undefined;
	/** Of the frame before. */
	context: MachineContext | undefined;
}

interface LeafFacts {
	readonly kind: "agent" | "work";
	readonly actor: Actor;
	readonly input?: unknown;
}

/** An actor of ours that does what a state asks for: it is not shown, what it starts is shown as its machine's. */
interface VisitFacts {
	readonly kind: "visit";
	readonly actor: Actor;
	state: string;
}

type Facts = MachineFacts | LeafFacts | VisitFacts;

type Actor = { -readonly [Field in keyof InspectedActor]: InspectedActor[Field] };

const ownActors: readonly unknown[] = [actorName.state, actorName.wait, actorName.pause];
const agentPrefix = actorName.agent("");
const machinePrefix = actorName.machine("");

export class LiveFeed {
	readonly #session: InspectionSession;
	readonly #machines: InspectedMachines;
	readonly #now: () => number;
	readonly #facts = new WeakMap<AnyActorRef, Facts>();
	/** Session ids of machines by the ids of their executions. */
	readonly #executions = new Map<string, string>();
	/** Channels by the ids of the executions that wait on them, in the order of their coming. */
	readonly #waiting = new Map<string, string>();

	/** @param now milliseconds since 1970 */
	constructor(session: InspectionSession, machines: InspectedMachines, now: () => number) {
		this.#session = session;
		this.#machines = machines;
		this.#now = now;
	}

	/** For `RunOptions.inspect`. */
	readonly inspect = (event: InspectionEvent): void => {
		const { actorRef } = event;
		if (!isActor(actorRef)) return;
		switch (event.type) {
			case "@xstate.actor":
				this.#created(actorRef);
				return;
			case "@xstate.event":
				if (event.event.type === "xstate.init") this.#started(actorRef, Reflect.get(event.event, "input"));
				else this.#received(actorRef, event.event);
				return;
			case "@xstate.microstep":
				this.#passed(actorRef, event.snapshot);
				return;
			case "@xstate.snapshot":
				this.#changed(actorRef, event.snapshot);
				return;
		}
	};

	/** For `RunOptions.onEvent`. */
	readonly tell = (event: RunEvent): void => {
		if (event.type !== "retry" && event.type !== "launch") return;
		const { type, executionId, ...data } = event;
		this.#log(this.#executions.get(executionId) ?? executionId, type, data);
	};

	/** Whether an execution belongs to this run and has not ended. */
	has(executionId: string): boolean {
		return this.#executions.has(executionId);
	}

	/** The execution that has waited longest on a channel. It is given once, until it waits anew. */
	takeWaiting(channel: string): string | undefined {
		for (const [id, waitsOn] of this.#waiting) {
			if (waitsOn !== channel) continue;
			this.#waiting.delete(id);
			return id;
		}
		return undefined;
	}

	#created(ref: AnyActorRef): void {
		const actor: Actor = {
			id: ref.sessionId,
			parent: this.#parentOf(ref),
			name: this.#session.redaction.text(ref.id),
			kind: "work",
			status: "active",
			startedAt: this.#now(),
		};
		const { src, logic } = partsOf(ref);
		const planId = this.#machines.planOf(logic);
		if (planId !== undefined) this.#facts.set(ref, this.#machine(actor, planId, src));
		else if (ownActors.includes(src)) this.#facts.set(ref, { kind: "visit", actor, state: "" });
		else if (typeof src === "string" && src.startsWith(agentPrefix)) {
			const name = src.slice(agentPrefix.length);
			this.#facts.set(ref, { kind: "agent", actor: Object.assign(actor, { kind: "agent", name }) });
		} else this.#facts.set(ref, { kind: "work", actor });
	}

	#machine(actor: Actor, planId: string, src: unknown): MachineFacts {
		const config = this.#machines.config(planId);
		// A child goes by its own name, or its place in a `foreach`.
		const isChild = typeof src === "string" && src.startsWith(machinePrefix);
		Object.assign(actor, {
			kind: "machine",
			machine: this.#machines.nameOf(planId),
			...(!isChild && { name: config.id }),
		});
		const view = new ContextView(this.#session.redaction);
		const passage = new Passage(config);
		return { kind: "machine", actor, planId, config, passage, view, before: [], context: undefined };
	}

	/** The nearest actor above that is shown. */
	#parentOf({ _parent: parent }: AnyActorRef): string | null {
		if (!parent) return null;
		const facts = this.#facts.get(parent);
		return facts?.kind === "visit" ? facts.actor.parent : (facts?.actor.id ?? null);
	}

	#started(ref: AnyActorRef, input: unknown): void {
		const facts = this.#facts.get(ref);
		if (!facts) return;
		facts.actor.startedAt = this.#now();
		if (facts.kind === "visit") {
			if (isRecord(input) && typeof input.state === "string") facts.state = input.state;
			return;
		}
		if (facts.kind === "machine") this.#machineStarted(facts, ref.getSnapshot());
		else {
			this.#facts.set(ref, { ...facts, input });
			if (facts.kind === "agent") this.#call(ref, { ...facts, input }, {});
		}
		this.#touch(facts.actor);
	}

	#machineStarted(facts: MachineFacts, snapshot: unknown): void {
		const { before = [], actor, passage } = facts;
		facts.before = undefined;
		const context = contextOf(snapshot);
		if (context) {
			const { execution_id: executionId, parent_execution_id: parentId, run } = context.machine;
			this.#session.redaction.learn(run.input);
			actor.executionId = executionId;
			this.#executions.set(executionId, actor.id);
			// A launched machine has no actor above it.
			actor.parent ??= (parentId !== null && this.#executions.get(parentId)) || null;
		}
		this.#frames(facts, passage.begin(before, snapshot));
		this.#place(facts, snapshot);
		if (isRecord(snapshot) && snapshot.status === "error") this.#ended(facts, snapshot);
	}

	#received(ref: AnyActorRef, event: { readonly type: string }): void {
		const facts = this.#facts.get(ref);
		if (facts?.kind === "machine") this.#log(facts.actor.id, event.type, dataOf(event));
	}

	#passed(ref: AnyActorRef, snapshot: unknown): void {
		const facts = this.#facts.get(ref);
		if (facts?.kind !== "machine") return;
		if (facts.before) facts.before.push(snapshot);
		else {
			this.#frames(facts, facts.passage.pass(snapshot));
			this.#place(facts, snapshot);
		}
	}

	#changed(ref: AnyActorRef, snapshot: unknown): void {
		const facts = this.#facts.get(ref);
		if (!facts || facts.kind === "visit" || !isRecord(snapshot) || snapshot.status === "active") return;
		if (facts.actor.endedAt !== undefined) return;
		if (facts.kind === "machine") this.#lastFrame(facts, snapshot);
		this.#ended(facts, snapshot);
		if (facts.kind === "agent") this.#call(ref, facts, snapshot);
	}

	#frames(facts: MachineFacts, passed: readonly Passed[]): void {
		for (const { event, context } of passed) if (event === "execute") this.#frame(facts, context);
	}

	/** What a final state's work has changed is in no frame of a state that was entered. */
	#lastFrame(facts: MachineFacts, snapshot: Readonly<Record<string, unknown>>): void {
		const context = contextOf(snapshot);
		if (snapshot.status !== "done" || !context || !facts.context) return;
		if (Object.keys(patchBetween(facts.context, context)).length > 0) this.#frame(facts, context);
	}

	#frame(facts: MachineFacts, context: MachineContext): void {
		facts.context = context;
		const { actor, view } = facts;
		const at = this.#now();
		this.#session.add(() => ({ type: "frame", frame: { at, actor: actor.id, ...view.frame(context) } }));
	}

	/** In which state a machine stands, and whether it waits there. */
	#place({ actor, config }: MachineFacts, snapshot: unknown): void {
		const context = contextOf(snapshot);
		if (!context || actor.endedAt !== undefined) return;
		const at = isRecord(snapshot) && typeof snapshot.value === "string" ? snapshot.value : "";
		const { current_state: state } = context.machine;
		const { pause, channel: waitsOn } = context.machine.run;
		const name = stateOf(config, at)?.invoke?.src === actorName.wait ? waitsOn : pause?.channel;
		const status = typeof name === "string" ? "waiting" : "active";
		const channel = typeof name === "string" ? this.#session.redaction.text(name) : undefined;
		if (state === actor.state && status === actor.status && channel === actor.channel) return;
		Object.assign(actor, { state, status, channel });
		this.#waiting.delete(context.machine.execution_id);
		if (typeof name === "string") this.#waiting.set(context.machine.execution_id, name);
		this.#touch(actor);
	}

	#ended(
		{ actor }: MachineFacts | LeafFacts,
		{ status, output, error, context }: Readonly<Record<string, unknown>>,
	): void {
		// What waits when its run comes to rest goes on waiting.
		if (status === "stopped" && actor.status === "waiting") return;
		actor.endedAt = this.#now();
		if (actor.executionId !== undefined) {
			this.#executions.delete(actor.executionId);
			this.#waiting.delete(actor.executionId);
		}
		const isLimited = isMachineContext(context) && context.machine.run.stopped;
		actor.status = status === "error" ? "error" : status === "done" && !isLimited ? "done" : "stopped";
		const { redaction } = this.#session;
		// What an agent gave is at its call.
		if (status === "done" && !isLimited && actor.kind !== "agent") {
			actor.output = actor.parent === null ? redaction.value(output ?? null) : redaction.excerpt(output ?? null);
		}
		if (status === "error") actor.error = redaction.error(error);
		this.#touch(actor);
	}

	#call(
		ref: AnyActorRef,
		{ actor, input }: LeafFacts,
		{ status, output, error }: Readonly<Record<string, unknown>>,
	): void {
		const { redaction } = this.#session;
		const visit = ref._parent && this.#facts.get(ref._parent);
		const state = visit?.kind === "visit" ? visit.state : "";
		const { id, parent, name: agent, startedAt: at, endedAt } = actor;
		this.#session.add(() => {
			const started = { id, actor: parent ?? id, state, agent, at };
			if (status === undefined) return { type: "call", call: { ...started, input: redaction.value(input) } };
			return {
				type: "call",
				call: { ...started, ...(endedAt !== undefined && { endedAt }), ...this.#outcome(status, output, error) },
			};
		});
	}

	#outcome(status: unknown, output: unknown, error: unknown): ReturnType<typeof callOutcome> {
		const { redaction } = this.#session;
		if (status === "done") return callOutcome(output, redaction);
		return { error: status === "error" ? redaction.error(error) : "given up" };
	}

	#log(actor: string, event: string, data: unknown): void {
		const at = this.#now();
		const { redaction } = this.#session;
		this.#session.add(() => ({
			type: "event",
			event: {
				at,
				actor,
				event: redaction.text(event),
				...(data !== undefined && { data: redaction.excerpt(data) }),
			},
		}));
	}

	#touch(actor: Actor): void {
		this.#session.actor(actor.id, () => ({ ...actor }));
	}
}
