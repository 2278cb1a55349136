/** What makes a run durable, as far as its states see it. */
import type { AnyActorRef } from "xstate";
import type { Limits } from "../../compiler/xstate/machine-context.ts";
import type { LaunchIntent } from "../checkpoint/machine-snapshot.ts";
import type { JournalRecord } from "../steps/journal.ts";
import type { SpawnOptions } from "../steps/spawn.ts";
import type { DurableStore } from "../store/durable-store.ts";

/** What the record of one execution is told. */
export interface ExecutionNotes {
	/** Machines that are about to be started, so that the next snapshot names them. */
	intend(intents: readonly LaunchIntent[]): void;
	/** A launched machine has started: it is named in the next snapshot, and in later ones until it ends. */
	launched(intent: LaunchIntent): void;
	/** A child or a launched machine has ended; later snapshots do not name it. */
	ended(executionId: string): void;
	/**
	 * A tool of a loop has given its result: the next snapshot has the loop.
	 * @param size of the chain, in characters
	 */
	toolCalled(loop: Readonly<Record<string, unknown>>, size: number): void;
	/** A tool of a loop pauses: the snapshot that says so has the loop. @param size as with `toolCalled` */
	toolPauses(loop: Readonly<Record<string, unknown>>, size: number): void;
	/** When the time of the state is over in which this execution may be parked, in milliseconds since 1970; null = never. */
	wakesAt(time: number | null): void;
}

/** What a run has done before, and where it is written down. */
export interface RunRecorder {
	/** The journal of a state's actor; undefined for a machine that is not followed. */
	recordOf(visitor: AnyActorRef): JournalRecord | undefined;
	executionOf(machine: AnyActorRef | undefined): ExecutionNotes | undefined;
	/** Of the machine that the run was started for. */
	readonly root?: ExecutionNotes | undefined;
	/** Ends the run because of the store. @returns a promise that never settles */
	fail(error: unknown): Promise<never>;
}

/** A child machine that a state is about to start or to take up again. */
export interface KeptChild {
	readonly childId: string;
	readonly planId: string;
	readonly parentId: string | null;
	readonly depth: number;
	readonly input: Readonly<Record<string, unknown>>;
	readonly limits: Partial<Limits>;
	/** Whether its id was decided in an earlier life of the run, so that the store may know it. */
	readonly isKnown: boolean;
	/** The join that waits for its end, where it runs on its own. */
	readonly join?: string;
}

/** A machine as other processes find it. */
export interface StoredConfig {
	readonly hash: string;
	/** Portable id of the machine within it. */
	readonly machine: string;
	/** Name of the machine. */
	readonly name: string;
	/** Its file here; null for text and objects. */
	readonly file: string | null;
	/** What a worker must have to run it, see `requirementsOf`. */
	readonly requires: readonly string[];
}

export interface ChildKeeper {
	/** Whether the run goes on from a failure, and tries again what had failed. */
	readonly retriesFailed?: boolean;
	readonly recorder: RunRecorder;
	/** Whether a child's result is stored together with its end. */
	readonly storesResults: boolean;
	/** For machines that are launched; absent where nothing is really stored. */
	readonly durable?: DurableStore;
	/** Stores a machine's configuration, by which other processes run it; null where it cannot be stored. Absent in a replay. */
	storedConfig?(planId: string): Promise<StoredConfig | null>;
	/** How a step starts the child, follows it and stores how it ended. */
	childOptions(child: KeptChild): Pick<SpawnOptions, "prepare" | "created" | "ended" | "givenUp">;
}
