/**
 * Shows a run to inspectors that speak Stately's protocol. In place of the package's own server, which listens on every
 * address of the machine, asks for no token and looks at no origin: the events are the package's, the server is ours.
 */
import { createInspector, type StatelyInspectionEvent } from "@statelyai/inspect";
import type { InspectionEvent, Snapshot } from "xstate";
import type { Connection, Endpoint } from "./local-server.ts";
import type { Redaction } from "./redaction.ts";
import { redactStatelyEvent, serializationDepthLimit } from "./stately-event.ts";
import { statelyRelevant } from "./stately-relevant.ts";

export interface StatelyRelayOptions {
	readonly redaction: Redaction;
	/** Events that are kept for those who come late; the oldest go first, but for those of actors. Default 10,000. */
	readonly mostKept?: number;
}

interface Kept {
	readonly event: InspectionEvent;
	/** Milliseconds since 1970, as the protocol has it. */
	readonly createdAt: string;
}

type InitialSnapshots = WeakMap<object, Snapshot<unknown>>;

export class StatelyRelay {
	readonly #redaction: Redaction;
	readonly #mostKept: number;
	#kept: Kept[] = [];
	readonly #viewers = new Set<Viewer>();
	readonly #isRelevant = statelyRelevant();
	/** What actors stood at when they were started: the package would show what they stand at when they are shown. */
	readonly #initial: InitialSnapshots = new WeakMap();

	constructor({ redaction, mostKept = 10_000 }: StatelyRelayOptions) {
		this.#redaction = redaction;
		this.#mostKept = mostKept;
	}

	/** Takes an event of XState's inspection; nothing is made of it until somebody looks. */
	readonly inspect = (event: InspectionEvent): void => {
		if (!this.#isRelevant(event)) return;
		const kept = { event, createdAt: Date.now().toString() };
		if (event.type === "@xstate.event" && event.event.type === "xstate.init") this.#keepInitial(event);
		this.#keep(kept);
		for (const viewer of this.#viewers) viewer.show(kept);
	};

	readonly endpoint: Endpoint = {
		connected: (connection) => {
			const viewer = new Viewer(connection, this.#redaction, this.#initial);
			for (const kept of this.#kept) viewer.show(kept);
			this.#viewers.add(viewer);
			return () => {
				viewer.isGone = true;
				this.#viewers.delete(viewer);
			};
		},
	};

	close(): void {
		this.#viewers.clear();
		this.#kept = [];
	}

	#keepInitial({ actorRef }: Extract<InspectionEvent, { type: "@xstate.event" }>): void {
		if ("getSnapshot" in actorRef) this.#initial.set(actorRef, actorRef.getSnapshot());
	}

	#keep(kept: Kept): void {
		this.#kept.push(kept);
		if (this.#kept.length <= this.#mostKept * 2) return;
		const newest = this.#kept.slice(-this.#mostKept);
		const actors = this.#kept.slice(0, -this.#mostKept).filter(({ event }) => event.type === "@xstate.actor");
		this.#kept = [...actors.slice(-this.#mostKept), ...newest];
	}
}

/** One inspector that looks: the package's conversion, in the order of the events. */
class Viewer {
	isGone = false;
	readonly #connection: Connection;
	readonly #redaction: Redaction;
	readonly #initial: InitialSnapshots;
	/** Those that the package is about to convert, in later turns of the event loop. */
	readonly #shown: Kept[] = [];
	readonly #inspector = createInspector(
		{ send: (event) => this.#send(event) },
		{ serializationDepthLimit, serialize: (event) => this.#asItWas(event) },
	);

	constructor(connection: Connection, redaction: Redaction, initial: InitialSnapshots) {
		this.#connection = connection;
		this.#redaction = redaction;
		this.#initial = initial;
	}

	show(kept: Kept): void {
		this.#shown.push(kept);
		this.#inspector.inspect.next?.(kept.event);
	}

	#asItWas(converted: StatelyInspectionEvent): StatelyInspectionEvent {
		const { event, createdAt = converted.createdAt } = this.#shown.shift() ?? {};
		const snapshot = event && this.#initial.get(event.actorRef);
		if (converted.type !== "@xstate.actor" || !snapshot) return { ...converted, createdAt };
		return { ...converted, createdAt, snapshot };
	}

	#send(event: StatelyInspectionEvent): void {
		if (!this.isGone) this.#connection.send(this.#redaction.message(redactStatelyEvent(event, this.#redaction)));
	}
}
