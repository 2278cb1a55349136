/** Follows a replay through XState's inspection: which YAML states are entered, and which transitions are taken. */
import type { InspectionEvent } from "xstate";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { isMachineContext, type MachineContext } from "../../../compiler/xstate/machine-context.ts";
import type { RouteTable } from "./route-table.ts";
import type { TransitionId } from "./scenario.ts";

export class RouteRecorder {
	readonly #table: RouteTable;
	readonly #initial: string;
	readonly path: string[] = [];
	readonly taken: TransitionId[] = [];
	#machine: { getSnapshot(): unknown } | undefined;

	/** @param initial the machine's first state */
	constructor(table: RouteTable, initial: string) {
		this.#table = table;
		this.#initial = initial;
	}

	readonly inspect = (event: InspectionEvent): void => {
		if (event.actorRef.sessionId !== event.rootId) return;
		if (event.type === "@xstate.actor") this.#machine = event.actorRef;
		if (event.type !== "@xstate.microstep") return;
		const transitions: unknown = Reflect.get(event, "_transitions");
		for (const transition of Array.isArray(transitions) ? transitions : []) {
			const id = isRecord(transition) ? this.#table.get(transition) : undefined;
			if (id) this.taken.push(id);
		}
		this.#enter(Reflect.get(event.snapshot, "context"));
	};

	/** Where the machine stands; undefined before it has a context. */
	context(): MachineContext | undefined {
		const snapshot = this.#machine?.getSnapshot();
		const context = isRecord(snapshot) ? snapshot.context : undefined;
		this.#enter(context);
		return isMachineContext(context) ? context : undefined;
	}

	/** A step is a state that is entered; XState tells of no microstep before the first state. */
	#enter(context: unknown): void {
		if (!isMachineContext(context)) return;
		const { step, current_state: state } = context.machine;
		if (step > 0 && this.path.length === 0) this.path.push(this.#initial);
		if (step > this.path.length) this.path.push(state);
	}
}
