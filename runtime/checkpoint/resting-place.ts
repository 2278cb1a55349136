/** Where a machine in rest can go on: also one that a limit has stopped. */
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import type { MachineContext } from "../../compiler/xstate/machine-context.ts";
import { part, shared } from "../../compiler/xstate/names.ts";
import { stateOf } from "./position.ts";
import type { RestingMachine } from "./xstate-snapshot.ts";

/**
 * @param at the XState state that the machine rests in
 * @returns undefined where the machine went no further than its latest checkpoint says: it failed, or a limit stopped it
 * in the middle of a state's work
 */
export function restingPlace(
	config: JsonMachineConfig,
	at: string,
	context: MachineContext,
): RestingMachine | undefined {
	const { run, current_state: state } = context.machine;
	// Until the error hooks have a way out, the state has failed: there its work is tried again.
	if (at === shared.failed || at === part.rescue(state)) return undefined;
	if (at !== shared.stopped) return { at, context };
	if (typeof run.next !== "string") return undefined;
	const isExited = run.resuming === true && stateOf(config, part.route(state)) !== undefined;
	const changed = {
		...run,
		stopped: undefined,
		final: undefined,
		...(isExited && { next: undefined, resuming: false }),
	};
	const resting = { ...context, machine: { ...context.machine, run: changed } };
	return { at: isExited ? part.route(state) : shared.pause, context: resting };
}
