/**
 * Runs an execution again from what its log has, without a single call, and compares its way and its context with the
 * stored checkpoints (docs/executions.md, "Replay").
 */
import { type AnyActorRef, createActor } from "xstate";
import { isMachineContext, type MachineContext, withStartOptions } from "../../compiler/xstate/machine-context.ts";
import { parseCheckpointKey } from "../checkpoint/checkpoint-key.ts";
import { toJsonText } from "../checkpoint/json-text.ts";
import { journalsOf, readRows, visitName } from "../checkpoint/log.ts";
import { type MachineSnapshot, parseSnapshot } from "../checkpoint/machine-snapshot.ts";
import { positionOf } from "../checkpoint/position.ts";
import { readOrigin, readProgress } from "../checkpoint/progress.ts";
import { toXState } from "../checkpoint/xstate-snapshot.ts";
import { FlatstateError } from "../errors.ts";
import { InMemoryResultBackend } from "../results/memory-result-backend.ts";
import type { ChildKeeper } from "../state/child-keeper.ts";
import { createEnvironment, Ledger, setEnvironment } from "../state/run-environment.ts";
import type { RuntimeServices } from "../state/services.ts";
import { stepKey } from "../state/step-keys.ts";
import { errorRow, type Journal } from "../steps/journal.ts";
import { UnknownExecutionError } from "../store/errors.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";
import { firstDifference, type ReplayDifference } from "./replay-difference.ts";
import type { RunnableMachines } from "./runnable-machines.ts";

export interface ReplayOptions {
	/** Start from the checkpoint of this step; default: from the beginning, as far as there is one. */
	readonly from?: number;
	readonly signal?: AbortSignal;
}

/** Milliseconds, more than a timer whose time is over takes. */
const timersGoFirst = 20;

/** How a replay went. */
export interface ReplayReport {
	readonly executionId: string;
	/** Steps that were compared with a stored checkpoint. */
	readonly compared: number;
	/** The last step that was reached. */
	readonly lastStep: number;
	/** Null: the way and the context are as they were. */
	readonly difference: ReplayDifference | null;
	/** `ended` with the recorded run's end, or where the `recording` has no more. */
	readonly until: "ended" | "recording" | "difference";
}

/** The replay asks for a step that the execution does not have. */
export class ReplayStepError extends FlatstateError {
	constructor(executionId: string, step: number) {
		super("unknown_step", `Execution ${executionId} has no checkpoint of step ${step} to replay from.`);
	}
}

const noLimits = {
	max_steps: Number.MAX_SAFE_INTEGER,
	max_agent_calls: Number.MAX_SAFE_INTEGER,
	max_cost: Number.MAX_SAFE_INTEGER,
	max_tokens: Number.MAX_SAFE_INTEGER,
};

/**
 * Replays an execution with machine `planId`, which may have changed since.
 * @throws UnknownExecutionError, ReplayStepError, CorruptCheckpointError, SnapshotMismatchError, StoreError
 */
export async function replayMachine(
	set: RunnableMachines & { readonly services: RuntimeServices },
	planId: string,
	store: Store,
	executionId: string,
	{ from, signal }: ReplayOptions = {},
): Promise<ReplayReport> {
	const recording = await readRecording(store, executionId, from);
	const config = set.config(planId);
	const replay = new Replay(recording, (at, state) => positionOf(config, at, state).event);
	const environment = createEnvironment({
		ledger: new Ledger(),
		keeper: replay,
		results: new InMemoryResultBackend(),
		...(signal && { signal }),
	});
	const { origin, start } = recording;
	const input = origin?.input ?? {};
	const depth = origin?.depth ?? 0;
	if (from !== undefined && from > 0 && !start) throw new ReplayStepError(executionId, from);
	const actor = start
		? createActor(set.machine(planId), {
				snapshot: toXState(config, start.snapshot, { progress: start.progress, input, depth, limits: noLimits }),
			})
		: createActor(set.machine(planId), { input: withStartOptions(input, { executionId, depth, limits: noLimits }) });
	setEnvironment(actor, environment);
	const end = await new Promise<End>((resolve) => {
		replay.onEnd = resolve;
		actor.subscribe({
			complete: () => resolve({ type: "done" }),
			error: (error) => resolve({ type: "failed", error }),
		});
		environment.activity.onParked(() => resolve({ type: "recording" }));
		signal?.addEventListener("abort", () => resolve({ type: "recording" }), { once: true });
		actor.start();
	});
	const { context, output } = actor.getSnapshot();
	actor.stop();
	return replay.report(end, isMachineContext(context) ? context : undefined, output);
}

type End =
	| { readonly type: "done" | "recording" }
	| { readonly type: "failed"; readonly error: unknown }
	| { readonly type: "difference"; readonly difference: ReplayDifference };

interface Recording {
	readonly executionId: string;
	readonly summary: ExecutionSummary;
	readonly origin: ReturnType<typeof readOrigin>;
	readonly journals: ReadonlyMap<string, Journal>;
	/** By step, then by event. */
	readonly checkpoints: ReadonlyMap<number, ReadonlyMap<string, MachineSnapshot>>;
	/** The first checkpoint of the step to start from. */
	readonly start:
		| { readonly snapshot: MachineSnapshot; readonly progress: ReturnType<typeof readProgress> }
		| undefined;
}

async function readRecording({ persistence, name }: Store, executionId: string, wanted?: number): Promise<Recording> {
	const stored = await persistence.loadExecution(executionId);
	if (!stored) throw new UnknownExecutionError(executionId, name);
	const origin = readOrigin(stored.origin);
	const keys = await persistence.listCheckpoints(executionId);
	const first = wanted === undefined || wanted === 0 ? recordedFrom(origin, keys) : wanted;
	const from = first ?? 0;
	const checkpoints = new Map<number, Map<string, MachineSnapshot>>();
	let start: Recording["start"];
	for (const key of keys) {
		const { step = 0, event = "" } = parseCheckpointKey(key);
		if (step < from) continue;
		const checkpoint = await persistence.loadCheckpoint(key);
		if (!checkpoint) continue;
		const snapshot = parseSnapshot(checkpoint.text, key);
		if (step === first) start ??= { snapshot, progress: readProgress(checkpoint.progress) };
		checkpoints.set(step, (checkpoints.get(step) ?? new Map<string, MachineSnapshot>()).set(event, snapshot));
	}
	const { summary } = stored;
	const journals = journalsOf(readRows(await persistence.loadLog(executionId, from)));
	return { executionId, summary, origin, journals, checkpoints, start };
}

/** Step of the first checkpoint, where nothing before it is recorded; undefined: it begins with the machine's start. */
function recordedFrom(origin: Recording["origin"], keys: readonly string[]): number | undefined {
	if (origin) return origin.begins_at;
	const steps = keys.flatMap((key) => parseCheckpointKey(key).step ?? []);
	return steps.length === 0 ? undefined : Math.min(...steps);
}

/** Answers from the recording, stops the run where it has no answer, and compares on the way. */
class Replay implements ChildKeeper {
	readonly storesResults = true;
	readonly #recording: Recording;
	readonly #eventOf: (at: string, state: string) => string;
	#compared = 0;
	#lastStep = 0;
	#isOver = false;
	#visits = 0;
	onEnd: (end: End) => void = () => undefined;

	constructor(recording: Recording, eventOf: (at: string, state: string) => string) {
		this.#recording = recording;
		this.#eventOf = eventOf;
	}

	readonly recorder: ChildKeeper["recorder"] = {
		recordOf: (visitor) => this.#recordOf(visitor),
		executionOf: () => undefined,
		fail: (error) => this.#end({ type: "failed", error }),
	};

	childOptions(): Record<string, never> {
		return {};
	}

	#end(end: End): Promise<never> {
		if (!this.#isOver) {
			this.#isOver = true;
			this.onEnd(end);
		}
		return new Promise(() => undefined);
	}

	#recordOf(visitor: AnyActorRef): ReturnType<ChildKeeper["recorder"]["recordOf"]> {
		const context: unknown = visitor._parent?.getSnapshot().context;
		if (!isMachineContext(context)) return undefined;
		const { step, current_state: state } = context.machine;
		const at = visitor.id;
		const saved = this.#recording.journals.get(visitName(step, at)) ?? {};
		const difference = this.#compare(context, this.#eventOf(at, state));
		if (difference) void this.#end({ type: "difference", difference });
		this.#visits += 1;
		return {
			saved: difference ? {} : saved,
			journaled: () => undefined,
			barrier: () => this.#endOfRecording(Object.hasOwn(saved, stepKey.deadline)),
		};
	}

	/** Where the visit had a timeout, it may have been this that ended it: its time is over, so its timer goes first. */
	#endOfRecording(mayTimeOut: boolean): Promise<never> {
		if (!mayTimeOut) return this.#end({ type: "recording" });
		const visit = this.#visits;
		setTimeout(() => {
			if (this.#visits === visit) void this.#end({ type: "recording" });
		}, timersGoFirst);
		return new Promise(() => undefined);
	}

	#compare(context: MachineContext, event: string): ReplayDifference | undefined {
		const { checkpoints, summary } = this.#recording;
		const { step, current_state: state } = context.machine;
		this.#lastStep = Math.max(this.#lastStep, step);
		const recorded = checkpoints.get(step);
		const same = recorded?.get(event);
		if (same) {
			this.#compared += 1;
			return firstDifference(step, { state, context }, same);
		}
		const [other] = recorded?.values() ?? [];
		if (other && other.current_state !== state) return firstDifference(step, { state, context }, other);
		if (recorded || step > summary.step) return undefined;
		// States without effects have no checkpoints: the recorded run was in one, or was further already.
		const next = [...checkpoints.keys()].filter((known) => known > step).sort((a, b) => a - b)[0];
		const following = next === undefined ? undefined : [...(checkpoints.get(next)?.values() ?? [])][0];
		return { kind: "path", step, recorded: following ? following.current_state : null, replayed: state };
	}

	report(end: End, context: MachineContext | undefined, output: unknown): ReplayReport {
		const { executionId, summary, checkpoints } = this.#recording;
		const step = context?.machine.step ?? this.#lastStep;
		const report = (until: ReplayReport["until"], difference: ReplayDifference | null): ReplayReport => ({
			executionId,
			compared: this.#compared,
			lastStep: step,
			difference,
			until: difference ? "difference" : until,
		});
		if (end.type === "difference") return report("difference", end.difference);
		const recordedEnd = [...checkpoints.values()].map((events) => events.get("machine_end")).find(Boolean);
		if (end.type === "done") {
			const state = context?.machine.current_state ?? "";
			if (!recordedEnd) return report("ended", { kind: "end", step, recorded: summary.status, replayed: "done" });
			if (recordedEnd.step !== step) {
				return report("ended", { kind: "path", step, recorded: recordedEnd.current_state, replayed: state });
			}
			return report("ended", outputDifference(step, recordedEnd.output, output));
		}
		if (end.type === "failed") {
			const error = errorRow(end.error);
			if (summary.status === "failed" && summary.error?.message === error.message) return report("ended", null);
			const replayed = `${error.name}: ${error.message}`;
			return report("ended", { kind: "end", step, recorded: summary.status, replayed });
		}
		// The recording ends in the middle of its last step; before it, something is asked that was not asked then.
		if (step < summary.step || (recordedEnd && summary.status === "done")) {
			const state = context?.machine.current_state ?? "";
			return report("recording", { kind: "effect", step, recorded: null, replayed: state });
		}
		return report("recording", null);
	}
}

function outputDifference(step: number, recorded: unknown, replayed: unknown): ReplayDifference | null {
	const text = toJsonText(replayed ?? {}, () => undefined);
	const value: unknown = JSON.parse(text);
	return (
		firstDifference(
			step,
			{ state: "end", context: { output: value } },
			{ current_state: "end", context: { output: recorded } },
		) ?? null
	);
}
