/**
 * States without an effect leave no checkpoint. Where a machine has gone from one checkpoint to the next through such
 * states, its conditions say through which: they are evaluated again, on the context that the later checkpoint has.
 */
import { getMicrosteps } from "xstate";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";
import { part, shared } from "../../compiler/xstate/names.ts";
import { stateOf } from "../../runtime/checkpoint/position.ts";

export interface Place {
	readonly state: string;
	readonly step: number;
}

/** Pauses of a long chain of states; each has some 200 states before it. */
const mostPauses = 100;

/**
 * The contexts of the states between two places, without those themselves.
 * @param from null = from the machine's start
 * @param context of the later place
 * @returns empty where the conditions lead elsewhere: something else than they has decided, an error or a hook
 */
export function effectlessSteps(
	machine: FlatStateMachine,
	config: JsonMachineConfig,
	from: Place | null,
	to: Place,
	context: MachineContext,
): MachineContext[] {
	if (to.step - (from?.step ?? 0) <= 1) return [];
	const start = from === null ? shared.goto : exitOf(config, from.state);
	if (start === undefined) return [];
	const { run, ...meta } = context.machine;
	const before = {
		...context,
		machine: {
			...meta,
			step: from?.step ?? 0,
			current_state: from?.state ?? config.context.machine.current_state,
			run: { ...run, ...fresh, ...(from === null && { next: config.context.machine.current_state }) },
		},
	};
	const passed: MachineContext[] = [];
	let at: string = start;
	let standing: MachineContext = before;
	let event = { type: "flatstate.look" };
	for (let pauses = 0; pauses < mostPauses; pauses++) {
		for (const [snapshot] of getMicrosteps(machine, machine.resolveState({ value: at, context: standing }), event)) {
			if (typeof snapshot.value !== "string" || !isMachineContext(snapshot.context)) return [];
			at = snapshot.value;
			standing = snapshot.context;
			if (at === standing.machine.current_state) passed.push(standing);
		}
		if (at !== shared.pause) break;
		event = { type: `xstate.done.actor.${shared.pause}` };
	}
	const { current_state: state, step } = standing.machine;
	if (state !== to.state || step !== to.step) return [];
	return passed.filter(({ machine: { step: own } }) => own < to.step && own > (from?.step ?? 0));
}

/** What belongs to the state that a machine stood in, and nothing that ends the way early. */
const fresh = {
	effect_step: 0,
	next: null,
	asks: false,
	resuming: false,
	failure: undefined,
	stopped: undefined,
} as const;

/** The XState state from which the conditions of a YAML state are looked at. */
function exitOf(config: JsonMachineConfig, state: string): string | undefined {
	const route = part.route(state);
	if (stateOf(config, route)) return route;
	return stateOf(config, state)?.always ? state : undefined;
}
