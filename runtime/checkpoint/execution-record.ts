/** What one execution has still to store: finished steps, the machine's position, machines that it is about to start. */
import type { AnyActorRef } from "xstate";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { isMachineContext, type MachineContext } from "../../compiler/xstate/machine-context.ts";
import { shared } from "../../compiler/xstate/names.ts";
import type { ExecutionNotes } from "../state/child-keeper.ts";
import type { Journal, JournalEntry, JournalRecord, StoredError } from "../steps/journal.ts";
import type { ExecutionStatus, ExecutionSummary } from "../store/execution-summary.ts";
import type { CheckpointWrite, ExecutionCommit } from "../store/persistence-backend.ts";
import { checkpointKey } from "./checkpoint-key.ts";
import { type LogEntry, launchedEntry, retryEntry, visitName, writeRows } from "./log.ts";
import type { CheckpointEvent, LaunchIntent } from "./machine-snapshot.ts";
import { isPure, Passage, type Passed } from "./passage.ts";
import { type Origin, storeRun } from "./progress.ts";
import { restingPlace } from "./resting-place.ts";
import { ToolLoopRecord } from "./tool-loop-record.ts";
import { type Checkpoint, checkpointOf, type RestingMachine } from "./xstate-snapshot.ts";

/** What a recorder tells its records. */
export interface RecordHost {
	now(): number;
	toText(value: unknown): string;
	/** Listed in `checkpoint_on`; null: whatever durability needs. */
	readonly events: ReadonlySet<CheckpointEvent> | null;
	/** Whether only the last position is ever stored, so that finished visits may be forgotten. */
	readonly isLazy: boolean;
	/** Something is to be stored soon. */
	dirty(record: ExecutionRecord): void;
	barrier(record: ExecutionRecord): Promise<void> | undefined;
}

export interface ExecutionIdentity {
	readonly id: string;
	readonly rootId: string;
	readonly parentId: string | null;
	readonly machineName: string;
	readonly configHash: string | null;
	readonly origin: Origin;
}

/** An execution as the store had it, where it is resumed. */
export interface EarlierLife {
	readonly summary: ExecutionSummary;
	readonly journals: ReadonlyMap<string, Journal>;
	readonly launches: readonly LaunchIntent[];
	/** Whether the store has its origin. */
	readonly hasOrigin: boolean;
	/** The checkpoint that it goes on from; absent where none was taken yet. */
	readonly checkpoint?: TakenCheckpoint;
	/** Whether it had failed, and what had failed is tried again from now on. */
	readonly retries: boolean;
}

/** How a machine came to rest. */
export interface Rest {
	readonly status: Exclude<ExecutionStatus, "active">;
	readonly error?: StoredError | null;
	readonly result?: unknown;
}

interface TakenCheckpoint {
	readonly key: string;
	/** When it was taken first; null where something else than flatstate has written what is no time. */
	readonly createdAt: string | null;
}

interface Place {
	readonly at: string;
	readonly step: number;
	/** Of a pause in the middle of the state. */
	readonly pausedOn?: string;
}

type LastCheckpoint = Pick<ExecutionSummary, "event" | "current_state" | "step" | "waiting_channel">;

const atStart: LastCheckpoint = { event: "machine_start", current_state: "start", step: 0, waiting_channel: null };

export class ExecutionRecord implements ExecutionNotes {
	readonly identity: ExecutionIdentity;
	readonly machine: AnyActorRef;
	readonly #config: JsonMachineConfig;
	readonly #host: RecordHost;
	readonly #journals: ReadonlyMap<string, Journal>;
	readonly #launches: Map<string, LaunchIntent>;
	readonly #createdAt: string;
	#log: LogEntry[] = [];
	/** Taken while the machine went through a state, where `checkpoint_on` asks for it. */
	#taken: Checkpoint[] = [];
	#written: Place | undefined;
	/** Where the last visit began, where no checkpoint has it. */
	#begun: RestingMachine | undefined;
	readonly #passage: Passage;
	readonly #toolLoop = new ToolLoopRecord();
	#last: LastCheckpoint;
	#launchesChanged = false;
	#originIsStored: boolean;
	#latest: TakenCheckpoint | undefined;
	#wakeAt: number | null = null;
	#rest: Rest | undefined;
	#isFinished = false;
	/** Whether the summary alone has changed. */
	#isNews = false;

	constructor(
		machine: AnyActorRef,
		config: JsonMachineConfig,
		identity: ExecutionIdentity,
		host: RecordHost,
		earlier?: EarlierLife,
	) {
		this.machine = machine;
		this.identity = identity;
		this.#config = config;
		this.#host = host;
		this.#journals = earlier?.journals ?? new Map();
		this.#launches = new Map(earlier?.launches.map((intent) => [intent.execution_id, intent]));
		this.#createdAt = earlier?.summary.created_at ?? new Date(host.now()).toISOString();
		this.#originIsStored = earlier?.hasOrigin ?? false;
		this.#latest = earlier?.checkpoint;
		this.#passage = new Passage(config, this.#latest ? earlier?.summary : undefined);
		const { event, current_state, step, waiting_channel } = earlier?.summary ?? atStart;
		this.#last = { event, current_state, step, waiting_channel };
		if (earlier?.retries) this.#log.push(retryEntry(step, host.now()));
	}

	/** The journal of the visit that runs in XState state `at`. */
	visit(at: string): JournalRecord {
		const context = this.#context();
		const step = context?.machine.step ?? 0;
		// Contexts are not changed in place: to hold on to one costs nothing.
		if (this.#host.isLazy && context) this.#begun = restingPlace(this.#config, at, context) ?? this.#begun;
		return {
			saved: this.#journals.get(visitName(step, at)) ?? {},
			journaled: (key, entry) => this.#journaled(step, at, key, entry),
			barrier: () => this.#host.barrier(this),
		};
	}

	#journaled(step: number, at: string, key: string, entry: JournalEntry): void {
		if (this.#isFinished) return;
		if (this.#host.isLazy && this.#log[0]?.step !== step) this.#log = [];
		this.#log.push({ step, at, key, entry, time: this.#host.now() });
		this.#host.dirty(this);
	}

	/** Machines that are about to be started, so that the next snapshot names them. */
	intend(intents: readonly LaunchIntent[]): void {
		for (const intent of intents) {
			if (this.#launches.has(intent.execution_id)) continue;
			this.#launches.set(intent.execution_id, intent);
			this.#launchesChanged = true;
		}
	}

	/** A launched machine has started: it is named in the next snapshot, and in later ones until it ends. */
	launched(intent: LaunchIntent): void {
		const known = { ...intent, launched: true };
		this.#launches.set(intent.execution_id, known);
		this.#launchesChanged = true;
		this.#log.push(launchedEntry(this.#context()?.machine.step ?? 0, this.#host.now(), known));
		this.#host.dirty(this);
	}

	/** A child or a launched machine has ended; later snapshots do not name it. */
	ended(executionId: string): void {
		this.#launches.delete(executionId);
	}

	/** Machines that were launched and, as far as the latest snapshot knew, have not ended. */
	get launches(): readonly LaunchIntent[] {
		return [...this.#launches.values()].filter(({ launched }) => launched);
	}

	/** A tool of a loop has given its result: the next snapshot has the loop. @param size of the chain, in characters */
	toolCalled(loop: Readonly<Record<string, unknown>>, size: number): void {
		this.#inToolLoop(loop, size, this.#host.events?.has("tool_call") ?? false);
	}

	/** A tool of a loop pauses: the snapshot that says so has the loop. @param size of the chain, in characters */
	toolPauses(loop: Readonly<Record<string, unknown>>, size: number): void {
		this.#inToolLoop(loop, size, false);
	}

	#inToolLoop(loop: Readonly<Record<string, unknown>>, size: number, isTaken: boolean): void {
		const context = this.#context();
		const { value } = this.machine.getSnapshot();
		if (this.#isFinished || !context || typeof value !== "string") return;
		const place = { at: value, step: context.machine.step };
		this.#toolLoop.called(place, loop, size);
		if (isTaken) {
			this.#taken.push(this.#toolLoop.addTo(place, this.#snapshot({ at: value, context })));
		}
		this.#host.dirty(this);
	}

	/** When the time of the state is over in which this execution may be parked, in milliseconds since 1970; null = never. */
	wakesAt(time: number | null): void {
		// A time that comes while the run is parking is still the one to wake it at.
		if (this.#rest || time === this.#wakeAt) return;
		this.#wakeAt = time;
		this.#isNews = true;
		this.#host.dirty(this);
	}

	/** The store is to know of the execution, also where it has done nothing yet. */
	announce(): void {
		if (this.#originIsStored) return;
		this.#isNews = true;
		this.#host.dirty(this);
	}

	/** The machine has ended, or the run around it stops: its last commit says how. */
	rest(rest: Rest): void {
		if (this.#isFinished) return;
		this.#rest = rest;
		this.#isNews = true;
		this.#isFinished = rest.status !== "waiting";
		this.#host.dirty(this);
	}

	/**
	 * The machine has been made and not started.
	 * @param reported what XState told of its first macrostep
	 */
	begin(reported: readonly unknown[]): void {
		if (!this.#host.events || this.#latest) return;
		this.#takeAll(this.#passage.begin(reported, this.machine.getSnapshot()));
	}

	/** The machine passes through a state, in the middle of a macrostep perhaps: takes what `checkpoint_on` asks for. */
	passed(snapshot: unknown): void {
		if (this.#host.events) this.#takeAll(this.#passage.pass(snapshot));
	}

	#takeAll(passed: readonly Passed[]): void {
		for (const { event, at, context } of passed) {
			if (!this.#host.events?.has(event)) continue;
			this.#taken.push(event === "machine_start" ? this.#startOf(context) : this.#at(event, at, context));
			this.#host.dirty(this);
		}
	}

	#at(event: CheckpointEvent, at: string, context: MachineContext): Checkpoint {
		const { snapshot, progress } = this.#snapshot({ at, context });
		const { current_state, run } = context.machine;
		// A state without effects has no actor to go on with: it is entered anew, and its step not counted again.
		const anew = { ...progress.run, next: at, resuming: true };
		const placed = isPure(this.#config, at) ? { ...progress, at: shared.pause, run: anew } : progress;
		const output = event === "state_exit" ? (run.final ?? null) : null;
		return { snapshot: { ...snapshot, event, current_state, output, waiting_channel: null }, progress: placed };
	}

	/** Everything that is to be stored, and marks it as stored. */
	collect(): ExecutionCommit[] {
		const context = this.#context();
		if (!context) return [];
		const checkpoints = [...this.#taken.map((made) => this.#write(made)), ...this.#checkpoint(context)];
		if (checkpoints.length === 0 && this.#log.length === 0 && !this.#isNews) return [];
		const log = writeRows(this.#log, (value) => this.#host.toText(value));
		this.#isNews = false;
		this.#taken = [];
		this.#log = [];
		const summary = this.#summary(context);
		const origin = this.#originIsStored ? {} : { origin: this.#host.toText(this.identity.origin) };
		this.#originIsStored = true;
		const rest = this.#rest;
		const result = rest && "result" in rest ? { result: this.#host.toText(rest.result) } : {};
		const [first, ...others] = checkpoints;
		return [
			{ summary, log, ...origin, ...result, ...(first && { checkpoint: first }) },
			...others.map((checkpoint) => ({ summary, log: [], checkpoint })),
		];
	}

	/** The machine's position, where it has changed since the last checkpoint and is to be stored. */
	#checkpoint(context: MachineContext): CheckpointWrite[] {
		const place = this.#place(context) ?? this.#begun;
		if (place === undefined) {
			// What ends before its first checkpoint is stored as it began, so that it can be resumed.
			return this.#latest || this.#host.events ? [] : [this.#write(this.#startOf(context))];
		}
		const { step, run } = place.context.machine;
		const here = { at: place.at, step, ...(run.pause && { pausedOn: run.pause.channel }) };
		const isNew = !isSamePlace(here, this.#written) || place.output !== undefined;
		if (!isNew && !this.#launchesChanged && !this.#toolLoop.isDue(here)) return [];
		const made = this.#toolLoop.addTo(here, this.#snapshot(place));
		const { event } = made.snapshot;
		// What the machine passes through has been taken then; here is where it rests.
		if (this.#host.events && (!this.#host.events.has(event) || (event !== "waiting" && event !== "machine_end")))
			return [];
		this.#written = here;
		return [this.#write(made)];
	}

	/** Where the machine can go on; undefined where only its latest checkpoint says so. */
	#place(context: MachineContext): RestingMachine | undefined {
		const { value, output } = this.machine.getSnapshot();
		if (typeof value !== "string" || this.#rest?.status === "failed") return undefined;
		const place = restingPlace(this.#config, value, context);
		return place && this.#rest?.status === "done" ? { ...place, output: output ?? {} } : place;
	}

	#snapshot(place: RestingMachine): Checkpoint {
		const { configHash } = this.identity;
		const launches = [...this.#launches.values()];
		return checkpointOf(this.#config, place, { now: this.#host.now(), configHash, launches });
	}

	#startOf(context: MachineContext): Checkpoint {
		const { run, ...meta } = context.machine;
		const initial = this.#config.context.machine;
		const fresh = { ...initial.run, limits: run.limits };
		const machine = { ...meta, step: 0, current_state: initial.current_state, run: fresh };
		const { snapshot } = this.#snapshot({ at: shared.start, context: { ...context, machine } });
		return { snapshot, progress: { format: 1, at: "", run: storeRun(fresh) } };
	}

	#write({ snapshot, progress }: Checkpoint): CheckpointWrite {
		const { event, current_state, step, waiting_channel } = snapshot;
		const key = checkpointKey(this.identity.id, step, event);
		// One that is taken again, perhaps in another life, is of the time when the machine came there.
		const created_at = (key === this.#latest?.key ? this.#latest.createdAt : null) ?? snapshot.created_at;
		this.#latest = { key, createdAt: created_at };
		this.#launchesChanged = false;
		this.#last = { event, current_state, step, waiting_channel };
		return {
			key,
			text: this.#host.toText(created_at === snapshot.created_at ? snapshot : { ...snapshot, created_at }),
			progress: this.#host.toText(progress),
		};
	}

	#summary({ machine }: MachineContext): ExecutionSummary {
		const { id, rootId, parentId, machineName } = this.identity;
		const status = this.#rest?.status ?? "active";
		const waits = this.#last.event === "waiting" && (status === "waiting" || status === "active");
		return {
			execution_id: id,
			root_execution_id: rootId,
			parent_execution_id: parentId,
			machine_name: machineName,
			status,
			...this.#last,
			waiting_channel: waits ? this.#last.waiting_channel : null,
			wake_at: waits || status === "waiting" ? this.#wakeAt : null,
			total_api_calls: machine.total_api_calls,
			total_cost: machine.total_cost,
			error: this.#rest?.error ?? null,
			created_at: this.#createdAt,
			updated_at: new Date(this.#host.now()).toISOString(),
		};
	}

	#context(): MachineContext | undefined {
		const { context } = this.machine.getSnapshot();
		return isMachineContext(context) ? context : undefined;
	}
}

function isSamePlace({ at, step, pausedOn }: Place, other: Place | undefined): boolean {
	return at === other?.at && step === other.step && pausedOn === other.pausedOn;
}
