/** The moments of a run at which invariants are looked at: each state as it is entered, and whatever changes after that. */
import type { InspectionEvent } from "xstate";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { isMachineContext, type MachineContext } from "../../../compiler/xstate/machine-context.ts";
import type { FlatContext } from "../solve/answer-space.ts";

export interface Moment {
	/** States entered so far, this one included: from 1. */
	readonly step: number;
	readonly state: string;
	/** The flat context, without `machine`. */
	readonly context: FlatContext;
	/** What the state's work gave; where a final state ends the run, its output; null before either. */
	readonly output: unknown;
}

/** Keys that the runtime sets when an error is routed. */
export const errorKeys: ReadonlySet<string> = new Set(["last_error", "last_error_type"]);

/** Follows a run through XState's inspection. */
export class MomentRecorder {
	readonly moments: Moment[] = [];
	#machine: { getSnapshot(): unknown } | undefined;
	#event: unknown;
	#context: MachineContext | undefined;
	readonly #initial: string;

	/** @param initial the machine's first state */
	constructor(initial: string) {
		this.#initial = initial;
	}

	readonly inspect = (event: InspectionEvent): void => {
		if (event.actorRef.sessionId !== event.rootId) return;
		if (event.type === "@xstate.actor") this.#machine = event.actorRef;
		if (event.type === "@xstate.microstep") this.#look(event.snapshot, event.event);
		if (event.type === "@xstate.snapshot") this.#look(event.snapshot, event.event);
	};

	/** Where the run stands now: what is asked for is asked for here. */
	now(): Pick<Moment, "step" | "state" | "context"> {
		const snapshot = this.#machine?.getSnapshot();
		this.#look(snapshot, undefined);
		const last = this.moments.at(-1);
		return last ?? { step: 1, state: this.#initial, context: {} };
	}

	#look(snapshot: unknown, event: unknown): void {
		const context = isRecord(snapshot) ? snapshot.context : undefined;
		if (!isMachineContext(context) || context === this.#context) return;
		const { machine, ...own } = context;
		const { step, current_state: state, run } = machine;
		if (step === 0) return;
		this.#context = context;
		const last = this.moments.at(-1);
		if (!last && step > 1) this.#addFirst(own);
		const isNewState = last?.step !== step;
		// A run that is stopped ends with an empty output that no state has given.
		const hasEnded = run.final !== undefined && !run.stopped;
		const output = hasEnded ? run.final : isNewState ? null : (this.#outputOf(event) ?? last.output);
		if (!isNewState && !hasEnded && output === last.output && hasSameEntries(own, last.context)) return;
		this.moments.push({ step, state, context: own, output });
	}

	/** XState tells of nothing before a first state without effects is left; up to there only an error can change anything. */
	#addFirst(own: FlatContext): void {
		const context = Object.fromEntries(Object.entries(own).filter(([key]) => !errorKeys.has(key)));
		this.moments.push({ step: 1, state: this.#initial, context, output: null });
	}

	/** The output in the event that ends a state's work; an event is looked at once. */
	#outputOf(event: unknown): unknown {
		if (event === this.#event) return undefined;
		this.#event = event;
		const result = isRecord(event) ? event.output : undefined;
		return isRecord(result) ? result.output : undefined;
	}
}

function hasSameEntries(one: FlatContext, other: FlatContext): boolean {
	const keys = Object.keys(one);
	return keys.length === Object.keys(other).length && keys.every((key) => Object.is(one[key], other[key]));
}
