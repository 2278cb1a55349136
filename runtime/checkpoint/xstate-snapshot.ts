/** XState's persisted snapshot and `MachineSnapshot`, both ways (spec section 13.3; docs/durability.md). */
import type { Snapshot } from "xstate";
import type { JsonInvoke, JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import type { Limits, MachineContext, MachineMeta, RunData } from "../../compiler/xstate/machine-context.ts";
import { actorName, part, type StatePhase, shared } from "../../compiler/xstate/names.ts";
import { FlatstateError } from "../errors.ts";
import type { LaunchIntent, MachineSnapshot } from "./machine-snapshot.ts";
import { positionOf, stateOf } from "./position.ts";
import { type Progress, reviveRun, storeRun } from "./progress.ts";
import { isoMicroseconds } from "./time-text.ts";

/** The machine has no place for what the snapshot says, e.g. its state was renamed since. */
export class SnapshotMismatchError extends FlatstateError {
	constructor(message: string) {
		super("snapshot_mismatch", message);
	}
}

/** What a snapshot of a machine in rest is made of. */
export interface RestingMachine {
	/** The XState state. */
	readonly at: string;
	readonly context: MachineContext;
	/** Of a machine that has ended. */
	readonly output?: unknown;
}

export interface SnapshotDetails {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly configHash: string | null;
	readonly launches: readonly LaunchIntent[];
}

/** A machine's `MachineSnapshot` and the progress beside it. */
export interface Checkpoint {
	readonly snapshot: MachineSnapshot;
	readonly progress: Progress;
}

/** The checkpoint of a machine in rest. */
export function checkpointOf(
	config: JsonMachineConfig,
	{ at, context, output }: RestingMachine,
	{ now, configHash, launches }: SnapshotDetails,
): Checkpoint {
	const { machine: meta, ...flat } = context;
	const { event: passed, currentState } = positionOf(config, at, meta.current_state);
	const { pause } = meta.run;
	const pauses = pause !== undefined && passed === "execute";
	const event = pauses ? "waiting" : passed;
	const channel = pauses ? pause.channel : meta.run.channel;
	const { execution_id, machine_name, parent_execution_id, spec_version, step } = meta;
	const { current_state, total_api_calls, total_cost } = meta;
	const machine = {
		execution_id,
		machine_name,
		parent_execution_id,
		spec_version,
		step,
		current_state,
		total_api_calls,
		total_cost,
	};
	const snapshot: MachineSnapshot = {
		execution_id,
		machine_name,
		spec_version,
		current_state: currentState,
		context: { ...flat, machine },
		step,
		created_at: isoMicroseconds(now),
		event,
		output: event === "machine_end" ? (output ?? meta.run.final ?? {}) : null,
		total_api_calls,
		total_cost,
		parent_execution_id,
		pending_launches: launches.length > 0 ? launches : null,
		waiting_channel: event === "waiting" ? (channel ?? null) : null,
		tool_loop_state: null,
		config_hash: configHash,
	};
	return { snapshot, progress: { format: 1, at, run: storeRun(meta.run) } };
}

export interface RestoreOptions {
	/** Absent for a snapshot that something else than flatstate wrote. */
	readonly progress?: Progress | undefined;
	/** What the execution was started with. */
	readonly input?: Readonly<Record<string, unknown>>;
	readonly depth?: number;
	/** New limits; those that are absent stay as they were. */
	readonly limits?: Partial<Limits>;
}

/** A snapshot for `createActor(machine, { snapshot })`. */
export type RestoredSnapshot = Snapshot<unknown> & { readonly context: MachineContext };

/**
 * The XState snapshot to start a machine from: `createActor(machine, { snapshot: toXState(config, snapshot) })`. The
 * state that was interrupted does its work again, but for what `options.progress` and a store know to be done; a state
 * that was left goes on to its transitions (docs/embedding.md, "MachineSnapshot").
 * @param config of the machine that goes on
 * @param snapshot as the specification has it (spec section 13.3); `readSnapshot` makes one of what was JSON
 * @throws SnapshotMismatchError where the machine has no such state
 */
export function toXState(
	config: JsonMachineConfig,
	snapshot: MachineSnapshot,
	options: RestoreOptions = {},
): RestoredSnapshot {
	const { progress } = options;
	const initial = config.context.machine;
	const meta = restoredMeta(initial, snapshot, options);
	const { machine: _, ...flat } = snapshot.context;
	const resting = (value: string, run: Partial<RunData> = {}, invoke?: JsonInvoke): RestoredSnapshot =>
		persisted(value, { ...flat, machine: { ...meta, run: { ...meta.run, ...run } } }, invoke);

	if (snapshot.event === "machine_end" && progress?.at !== shared.finish) {
		const ended = resting(stateOf(config, shared.done) ? shared.done : shared.ended);
		return { ...ended, status: "done", output: snapshot.output ?? {}, error: undefined };
	}
	const exact = progress === undefined ? undefined : stateOf(config, progress.at)?.invoke;
	if (progress && exact) return resting(progress.at, {}, exact);

	if (snapshot.event === "machine_start") {
		const start = stateOf(config, shared.start)?.invoke;
		if (start) return resting(shared.start, {}, start);
		return resting(shared.pause, { next: initial.current_state, resuming: false }, pauseOf(config));
	}
	const name = knownState(config, snapshot);
	const lowered = stateOf(config, name)?.invoke;
	if (lowered && snapshot.event === "state_exit" && !(needsOutput(config, name) && progress === undefined)) {
		const received = stateOf(config, part.received(name))?.invoke;
		const [at, invoke] = received ? [part.received(name), received] : [name, lowered];
		const final = meta.run.final ?? snapshot.output ?? undefined;
		return resting(at, final === undefined ? {} : { final }, inPhase(invoke, "exited"));
	}
	const waits = lowered?.src === actorName.wait;
	if (lowered && !waits) return resting(name, {}, lowered);
	if (lowered && snapshot.event === "waiting" && snapshot.waiting_channel !== null) {
		return resting(name, { channel: snapshot.waiting_channel }, lowered);
	}
	// The state is entered anew, and its step is not counted again.
	return resting(shared.pause, { next: name, resuming: true }, pauseOf(config));
}

/** The state to go on at. Snapshots of a run's start say `start`, whatever the initial state is called. */
function knownState(config: JsonMachineConfig, { current_state: name, execution_id: id }: MachineSnapshot): string {
	const initial = config.context.machine.current_state;
	if (isYamlState(config, name)) return name;
	if (name === "start") return initial;
	const known = Object.keys(config.states).filter((state) => isYamlState(config, state));
	throw new SnapshotMismatchError(
		`Execution ${id} stands in state \`${name}\`, which machine \`${config.id}\` does not have. It has: ${known.map((state) => `\`${state}\``).join(", ")}.`,
	);
}

/** Whether the conditions of a state that works read its `output`, which a MachineSnapshot does not have: it works again. */
function needsOutput(config: JsonMachineConfig, name: string): boolean {
	const state = stateOf(config, name);
	return state?.meta?.reads === "output" && state.invoke?.src !== actorName.wait;
}

function isYamlState(config: JsonMachineConfig, name: string): boolean {
	return stateOf(config, name)?.meta?.yaml !== undefined;
}

function restoredMeta(
	initial: MachineMeta,
	snapshot: MachineSnapshot,
	{ progress, input = {}, depth = 0, limits = {} }: RestoreOptions,
): MachineMeta {
	const { machine: stored } = snapshot.context;
	const run = reviveRun(progress?.run ?? {}, initial.run);
	const given = Object.entries(limits).filter(([, limit]) => limit !== null && limit !== undefined);
	const lastState =
		typeof stored === "object" && stored !== null && "current_state" in stored ? stored.current_state : undefined;
	return {
		execution_id: snapshot.execution_id,
		machine_name: initial.machine_name,
		parent_execution_id: snapshot.parent_execution_id,
		spec_version: initial.spec_version,
		step: snapshot.step,
		current_state:
			snapshot.event === "machine_start" || snapshot.event === "machine_end"
				? typeof lastState === "string"
					? lastState
					: initial.current_state
				: snapshot.current_state,
		total_api_calls: snapshot.total_api_calls,
		total_cost: snapshot.total_cost,
		depth,
		run: {
			...run,
			input,
			effect_step: snapshot.step,
			limits: { ...run.limits, ...Object.fromEntries(given) },
			...(snapshot.tool_loop_state && inToolLoop(snapshot) && { tool_loop: snapshot.tool_loop_state }),
		},
	};
}

/** Whether a snapshot was taken in a tool loop: after a tool, or where one waits for its answer. */
function inToolLoop({ event }: MachineSnapshot): boolean {
	return event === "tool_call" || event === "waiting";
}

function pauseOf(config: JsonMachineConfig): JsonInvoke | undefined {
	return stateOf(config, shared.pause)?.invoke;
}

function inPhase(invoke: JsonInvoke, phase: StatePhase): JsonInvoke {
	return { ...invoke, src: actorName.state, input: { ...invoke.input, phase } };
}

interface PersistedMachine {
	readonly status: "active";
	readonly output: undefined;
	readonly error: undefined;
	readonly value: string;
	readonly historyValue: Record<string, never>;
	readonly context: MachineContext;
	readonly children: Readonly<Record<string, unknown>>;
}

function persisted(value: string, context: MachineContext, invoke: JsonInvoke | undefined): PersistedMachine {
	const children = invoke ? { [invoke.id]: { src: invoke.src, syncSnapshot: false, snapshot: activity(invoke) } } : {};
	return { status: "active", output: undefined, error: undefined, value, historyValue: {}, context, children };
}

function activity({ input }: JsonInvoke): Record<string, unknown> {
	return { status: "active", output: undefined, error: undefined, input, journal: {}, children: {} };
}
