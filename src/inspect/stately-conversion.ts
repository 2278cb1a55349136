/** XState's inspection events in Stately's protocol, as `@statelyai/inspect` makes them, and without secrets. */
import { createInspector, type StatelyInspectionEvent } from "@statelyai/inspect";
import type { InspectionEvent, Snapshot } from "xstate";
import type { Redaction } from "./redaction.ts";
import { redactStatelyEvent, serializationDepthLimit } from "./stately-event.ts";
import { type StatelyRelevantEvent, statelyRelevant } from "./stately-relevant.ts";

/** An event as it came, of which nothing has been made yet. */
export interface StatelyMoment {
	readonly event: StatelyRelevantEvent;
	/** Milliseconds since 1970, as the protocol has it. */
	readonly createdAt: string;
}

/** What actors stood at when they were started: the package would show what they stand at when they are shown. */
export type InitialSnapshots = WeakMap<object, Snapshot<unknown>>;

/** Takes the events of one run, without those that the protocol does not have. */
export class StatelySource {
	readonly initial: InitialSnapshots = new WeakMap();
	readonly #isRelevant = statelyRelevant();

	/** @returns undefined for what is not told */
	take(event: InspectionEvent): StatelyMoment | undefined {
		if (!this.#isRelevant(event)) return undefined;
		const { actorRef } = event;
		const isStart = event.type === "@xstate.event" && event.event.type === "xstate.init";
		if (isStart && "getSnapshot" in actorRef) this.initial.set(actorRef, actorRef.getSnapshot());
		return { event, createdAt: Date.now().toString() };
	}
}

/** Makes texts of moments, in their order and in later turns of the event loop. */
export class StatelyConversion {
	readonly #redaction: Redaction;
	readonly #initial: InitialSnapshots;
	readonly #tell: (text: string) => void;
	/** Those that the package is about to convert. */
	readonly #shown: StatelyMoment[] = [];
	readonly #inspector = createInspector(
		{ send: (event) => this.#tell(this.#redaction.message(redactStatelyEvent(event, this.#redaction))) },
		{ serializationDepthLimit, serialize: (event) => this.#asItWas(event) },
	);

	constructor(redaction: Redaction, initial: InitialSnapshots, tell: (text: string) => void) {
		this.#redaction = redaction;
		this.#initial = initial;
		this.#tell = tell;
	}

	show(moment: StatelyMoment): void {
		this.#shown.push(moment);
		this.#inspector.inspect.next?.(moment.event);
	}

	/** With the snapshot itself: the package has made JSON of it, in which an error has lost its message. */
	#asItWas(converted: StatelyInspectionEvent): StatelyInspectionEvent {
		const { event, createdAt = converted.createdAt } = this.#shown.shift() ?? {};
		if (converted.type === "@xstate.event" || event === undefined) return { ...converted, createdAt };
		const snapshot = event.type === "@xstate.snapshot" ? event.snapshot : this.#initial.get(event.actorRef);
		return { ...converted, createdAt, ...(snapshot && { snapshot }) };
	}
}
