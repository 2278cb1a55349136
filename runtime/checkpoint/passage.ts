/** What a machine passes through, in the words of `checkpoint_on`: the events of spec section 13.2, in their order. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";
import { part, shared } from "../../compiler/xstate/names.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { CheckpointEvent } from "./machine-snapshot.ts";
import { stateOf } from "./position.ts";

/** An event, and where the machine stood. */
export interface Passed {
	readonly event: CheckpointEvent;
	/** The XState state. */
	readonly at: string;
	readonly context: MachineContext;
}

type Place = Omit<Passed, "event">;

/** Events that a step has once, in their order. */
const ofStep: readonly string[] = ["state_enter", "execute", "state_exit"];

/** Follows one machine. `waiting` and `machine_end` are where it rests: those it does not tell. */
export class Passage {
	readonly #config: JsonMachineConfig;
	#before: Place | undefined;
	/** The step for which each event was told last. */
	readonly #told = new Map<string, number>();

	/** @param earlier the latest checkpoint, where the machine goes on from one */
	constructor(config: JsonMachineConfig, earlier?: Pick<ExecutionSummary, "event" | "step">) {
		this.#config = config;
		if (!earlier || earlier.event === "machine_start") return;
		const last = ofStep.indexOf(earlier.event);
		const told = last >= 0 ? ofStep.slice(0, last + 1) : earlier.event === "machine_end" ? ofStep : ofStep.slice(0, 2);
		for (const event of told) this.#told.set(event, earlier.step);
	}

	/**
	 * A fresh machine starts.
	 * @param reported what XState told of its first macrostep: all microsteps but the first
	 * @param snapshot where the machine stands after it
	 */
	begin(reported: readonly unknown[], snapshot: unknown): Passed[] {
		const [first] = reported;
		const before = first === undefined ? [] : [this.#beforeFirst(first)];
		return [...before, ...reported, ...(first === undefined ? [snapshot] : [])].flatMap((seen, index) => {
			const place = placeOf(seen);
			if (!place) return [];
			const start: Passed[] = index === 0 ? [{ ...place, event: "machine_start" }] : [];
			return [...start, ...this.#pass(place)];
		});
	}

	/** A microstep. */
	pass(snapshot: unknown): Passed[] {
		const place = placeOf(snapshot);
		return place ? this.#pass(place) : [];
	}

	/** The initial state, from what came after it: a state without effects, which changes nothing but may have failed. */
	#beforeFirst(next: unknown): unknown {
		const place = placeOf(next);
		if (!place) return undefined;
		const { machine, ...flat } = place.context;
		const { failure, failure_names: _, ...run } = machine.run;
		const { last_error: __, last_error_type: ___, ...unfailed } = flat;
		const { initial } = this.#config;
		const first = { ...machine, step: 1, current_state: initial, run: { ...run, next: undefined, resuming: false } };
		return { value: initial, context: { ...(failure === undefined ? flat : unfailed), machine: first } };
	}

	#pass(place: Place): Passed[] {
		const { at, context } = place;
		const { current_state: state } = context.machine;
		const before = this.#before;
		if (before?.at === at && before.context.machine.step === context.machine.step) return [];
		this.#before = place;
		const passed: Passed[] = [];
		// What has no effect exits when the machine leaves it; what has one passes through its route or its end.
		if (before && this.#isPure(before.at) && at !== shared.pause && before.context.machine.run.failure === undefined) {
			passed.push(...this.#once("state_exit", before));
		} else if (at === part.route(state) || at === part.end(state) || at === shared.finish) {
			passed.push(...this.#once("state_exit", place));
		}
		if (at === part.enter(state)) passed.push(...this.#once("state_enter", place));
		if (at !== state) return passed;
		passed.push(...this.#once("state_enter", place), ...this.#once("execute", place));
		const { type } = stateOf(this.#config, at) ?? {};
		if (type === "final" && context.machine.run.failure === undefined) passed.push(...this.#once("state_exit", place));
		return passed;
	}

	/** Whether the state has no actor and is not the end: the machine goes on from it by itself. */
	#isPure(at: string): boolean {
		return isPure(this.#config, at);
	}

	#once(event: CheckpointEvent, place: Place): Passed[] {
		const { step } = place.context.machine;
		if (this.#told.get(event) === step) return [];
		this.#told.set(event, step);
		return [{ ...place, event }];
	}
}

/** Whether XState state `at` is a state of the YAML without an actor, and not the machine's end. */
export function isPure(config: JsonMachineConfig, at: string): boolean {
	const state = stateOf(config, at);
	return state?.meta?.yaml !== undefined && state.invoke === undefined && state.type !== "final";
}

function placeOf(snapshot: unknown): Place | undefined {
	if (!isRecord(snapshot) || typeof snapshot.value !== "string") return undefined;
	const { value: at, context } = snapshot;
	return isMachineContext(context) ? { at, context } : undefined;
}
