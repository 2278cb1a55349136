/** Decides what a YAML state needs: an actor, hook steps, an entry of its own. Lowering and the runtime ask here. */
import type { MachinePlan, StatePlan } from "../plan/plan.ts";
import { part } from "./names.ts";

/** Hooks that are given in code, beside those that the YAML names. */
export interface InjectedHooks {
	/** Hooks for every state that declares none. */
	readonly state: boolean;
	/** Hooks for the machine's start and end. */
	readonly lifecycle: boolean;
}

export const noInjectedHooks: InjectedHooks = { state: false, lifecycle: false };

export interface StateShape {
	/** Whether hooks may be called around this state. */
	readonly hooked: boolean;
	/** Whether the state runs the state actor. */
	readonly works: boolean;
	readonly waits: boolean;
	/** Whether the run ends here: a final state, or one without transitions. */
	readonly ends: boolean;
	/** The XState state that transitions to this YAML state go to. */
	readonly entry: string;
}

/** What `state` of `plan` is lowered to. */
export function shapeOf(plan: MachinePlan, state: StatePlan, injected: InjectedHooks): StateShape {
	const hooked = state.hooks.length > 0 || plan.machineHooks.length > 0 || injected.state;
	const waits = state.waitFor !== undefined;
	const ends = state.kind === "final" || state.transitions.length === 0;
	const hasEffect =
		state.action !== undefined ||
		state.launch.length > 0 ||
		state.machine !== undefined ||
		state.foreach !== undefined ||
		state.agent !== undefined;
	// An output that fails must reach `on_error`, which an XState final state could not.
	const mayRoute = ends && state.output !== undefined && state.onError !== undefined;
	return {
		hooked,
		waits,
		ends,
		works: hasEffect || hooked || waits || mayRoute,
		entry: waits && hooked ? part.enter(state.name) : state.name,
	};
}

/** Whether hooks may be called at the machine's start and end. */
export function hasLifecycle(plan: MachinePlan, injected: InjectedHooks): boolean {
	return plan.lifecycleHooks.length > 0 || plan.machineHooks.length > 0 || injected.lifecycle;
}
