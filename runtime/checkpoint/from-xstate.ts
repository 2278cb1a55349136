/** An actor's snapshot as a `MachineSnapshot`, for those who run compiled machines under XState themselves. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";
import { actorName, shared } from "../../compiler/xstate/names.ts";
import { stateOf } from "./position.ts";
import { restingPlace } from "./resting-place.ts";
import { type Checkpoint, checkpointOf, type RestingMachine, SnapshotMismatchError } from "./xstate-snapshot.ts";

export interface FromXStateOptions {
	/** Milliseconds since 1970; default: the system's clock. */
	readonly now?: () => number;
	/** Of the machine's stored configuration, where there is one (spec section 13.5). */
	readonly configHash?: string | null;
}

/**
 * Where an actor stands, as the specification has it (spec section 13.3), and the `progress` beside it, which says exactly
 * where within a state. `toXState` takes them, or the first alone, back. Of a machine that has failed it is the state
 * that failed, so that it is tried again; of one that a limit has stopped, where it goes on with a higher one.
 *
 * What a state had finished before it was interrupted is in neither: `actor.getPersistedSnapshot()` has that, too.
 * @param config of the actor's machine
 * @param state what `actor.getSnapshot()` or `actor.getPersistedSnapshot()` gives
 * @throws SnapshotMismatchError for a snapshot of another machine, and of one that failed before it had a context
 */
export function fromXState(
	config: JsonMachineConfig,
	state: unknown,
	{ now = Date.now, configHash = null }: FromXStateOptions = {},
): Checkpoint {
	const { value, context, status, output } = isRecord(state) ? state : {};
	if (typeof value !== "string" || stateOf(config, value) === undefined || !isMachineContext(context)) {
		throw new SnapshotMismatchError(`This is no snapshot of machine \`${config.id}\` that it could go on from.`);
	}
	const place = status === "error" ? undefined : restingPlace(config, value, context);
	const resting = place ?? placeBefore(config, context);
	const ended = status === "done" && value !== shared.stopped ? { output: output ?? {} } : {};
	return checkpointOf(config, { ...resting, ...ended }, { now: now(), configHash, launches: [] });
}

/** Where a machine that failed, or was stopped in the middle of a state's work, does that work again. */
function placeBefore(config: JsonMachineConfig, context: MachineContext): RestingMachine {
	const { machine } = context;
	const { current_state: name, step, run } = machine;
	const { failure, failure_names: _, stopped, final, ...rest } = run;
	const at = (place: string, more: Partial<typeof run> = {}): RestingMachine => ({
		at: place,
		context: { ...context, machine: { ...machine, run: { ...rest, ...more } } },
	});
	if (step === 0) return at(shared.start);
	// The end hooks failed: the output was there.
	if (stopped === undefined && final !== undefined && stateOf(config, shared.finish))
		return at(shared.finish, { final });
	const { invoke } = stateOf(config, name) ?? {};
	// What waits finds out its channel when it is entered.
	if (invoke && invoke.src !== actorName.wait) return at(name);
	return at(shared.pause, { next: name, resuming: true });
}
