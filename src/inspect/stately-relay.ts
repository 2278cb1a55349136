/**
 * Shows a run to inspectors that speak Stately's protocol. In place of the package's own server, which listens on every
 * address of the machine, asks for no token and looks at no origin: the events are the package's, the server is ours.
 */
import type { InspectionEvent } from "xstate";
import type { Endpoint } from "./client-connection.ts";
import type { Redaction } from "./redaction.ts";
import { StatelyConversion, type StatelyMoment, StatelySource } from "./stately-conversion.ts";

export interface StatelyRelayOptions {
	readonly redaction: Redaction;
	/** Actors, and events beside them, that are kept for those who come late, each; the oldest go first. Default 5,000. */
	readonly mostKept?: number;
}

interface Kept {
	readonly moment: StatelyMoment;
	/** Its place among all that came. */
	readonly place: number;
}

export class StatelyRelay {
	readonly #redaction: Redaction;
	readonly #source = new StatelySource();
	readonly #actors: Latest;
	readonly #others: Latest;
	#place = 0;
	readonly #viewers = new Set<StatelyConversion>();

	constructor({ redaction, mostKept = 5000 }: StatelyRelayOptions) {
		this.#redaction = redaction;
		this.#actors = new Latest(mostKept);
		this.#others = new Latest(mostKept);
	}

	/** Takes an event of XState's inspection; nothing is made of it until somebody looks. */
	readonly inspect = (event: InspectionEvent): void => {
		const moment = this.#source.take(event);
		if (!moment) return;
		const kept = moment.event.type === "@xstate.actor" ? this.#actors : this.#others;
		kept.add({ moment, place: this.#place++ });
		for (const viewer of this.#viewers) viewer.show(moment);
	};

	readonly endpoint: Endpoint = {
		connected: (connection) => {
			let isGone = false;
			const viewer = new StatelyConversion(this.#redaction, this.#source.initial, (text) => {
				if (!isGone) connection.send(text);
			});
			const known = [...this.#actors.all(), ...this.#others.all()].sort((a, b) => a.place - b.place);
			for (const { moment } of known) viewer.show(moment);
			this.#viewers.add(viewer);
			return () => {
				isGone = true;
				this.#viewers.delete(viewer);
			};
		},
	};

	close(): void {
		this.#viewers.clear();
		this.#actors.clear();
		this.#others.clear();
	}
}

/** The latest of what came. Twice as many are let gather, so that dropping the oldest takes no time for each. */
class Latest {
	readonly #most: number;
	#kept: Kept[] = [];

	constructor(most: number) {
		this.#most = most;
	}

	add(kept: Kept): void {
		this.#kept.push(kept);
		if (this.#kept.length >= this.#most * 2) this.#kept = this.all();
	}

	all(): Kept[] {
		return this.#kept.slice(-this.#most);
	}

	clear(): void {
		this.#kept = [];
	}
}
