/** Jobs of a fleet: executions that any worker may start or go on with (docs/scaling.md). Field names are those on the wire. */
import type { Limits } from "../../compiler/xstate/machine-context.ts";

/** A machine to start. Whoever takes it goes on with the execution where the store has it already. */
export interface StartJob {
	readonly kind: "start";
	readonly execution_id: string;
	/** Hash of the machine's stored configuration. */
	readonly config_hash: string;
	/** Portable id of the machine within that configuration. */
	readonly machine: string;
	/** Its file where it was compiled; only to find modules of hooks. Null for text and objects. */
	readonly file: string | null;
	readonly input: Readonly<Record<string, unknown>>;
	readonly parent_execution_id: string | null;
	readonly depth: number;
	readonly limits: Partial<Limits>;
	/** The join that waits for its end; null where nobody does. */
	readonly join: string | null;
	/** Whether the machine has hooks without a name, which the worker gives: never a child. */
	readonly injected_hooks?: true;
	/** Of the span that started it (`traceparent`). */
	readonly trace?: string;
	/** See `QueuedJob.priority`; its own children have it, too. */
	readonly priority?: number;
}

/** An execution to go on with. */
export interface ResumeJob {
	readonly kind: "resume";
	readonly execution_id: string;
	readonly reason: "children" | "signal" | "time" | "repair";
	/** Of the children that it goes on to start. */
	readonly priority?: number;
}

/** An execution that nobody waits for any more, with what it waits for itself. */
export interface CancelJob {
	readonly kind: "cancel";
	readonly execution_id: string;
}

export type ExecutionJob = StartJob | ResumeJob | CancelJob;

/** A job on its way into a queue. */
export interface QueuedJob {
	/** While a job of this id is queued or runs, another one is not added. */
	readonly id: string;
	readonly job: ExecutionJob;
	/** Name of the machine, by which numbers at a time can be limited. */
	readonly machine: string;
	/** What a worker must have to take it, sorted: `hooks:NAME`, `agent:TYPE`. Empty: any worker. */
	readonly requires: readonly string[];
	/** Lower ones first. Default 0: before all that have one. */
	readonly priority?: number;
	/** Milliseconds until it may be taken. */
	readonly delayMs?: number;
}
