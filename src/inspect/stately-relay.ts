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
	/** Events that are kept for those who come late; the oldest go first, but for those of actors. Default 10,000. */
	readonly mostKept?: number;
}

export class StatelyRelay {
	readonly #redaction: Redaction;
	readonly #mostKept: number;
	readonly #source = new StatelySource();
	#kept: StatelyMoment[] = [];
	readonly #viewers = new Set<StatelyConversion>();

	constructor({ redaction, mostKept = 10_000 }: StatelyRelayOptions) {
		this.#redaction = redaction;
		this.#mostKept = mostKept;
	}

	/** Takes an event of XState's inspection; nothing is made of it until somebody looks. */
	readonly inspect = (event: InspectionEvent): void => {
		const moment = this.#source.take(event);
		if (!moment) return;
		this.#keep(moment);
		for (const viewer of this.#viewers) viewer.show(moment);
	};

	readonly endpoint: Endpoint = {
		connected: (connection) => {
			let isGone = false;
			const viewer = new StatelyConversion(this.#redaction, this.#source.initial, (text) => {
				if (!isGone) connection.send(text);
			});
			for (const moment of this.#kept) viewer.show(moment);
			this.#viewers.add(viewer);
			return () => {
				isGone = true;
				this.#viewers.delete(viewer);
			};
		},
	};

	close(): void {
		this.#viewers.clear();
		this.#kept = [];
	}

	#keep(moment: StatelyMoment): void {
		this.#kept.push(moment);
		if (this.#kept.length <= this.#mostKept * 2) return;
		const newest = this.#kept.slice(-this.#mostKept);
		const actors = this.#kept.slice(0, -this.#mostKept).filter(({ event }) => event.type === "@xstate.actor");
		this.#kept = [...actors.slice(-this.#mostKept), ...newest];
	}
}
