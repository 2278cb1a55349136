/** The row that a store keeps of every execution, by which executions are looked up. Field names are those on the wire. */
import type { StoredError } from "../steps/journal.ts";

export const executionStatuses = ["active", "waiting", "stopped", "failed", "done"] as const;

/**
 * - `active`: runs, or was killed while it ran
 * - `waiting`: parked until a signal comes, or until `wake_at`
 * - `stopped`: a limit was reached or the run was aborted; goes on when it is resumed
 * - `failed`: an error that nothing routed; resuming tries again what failed
 * - `done`: has its output
 */
export type ExecutionStatus = (typeof executionStatuses)[number];

export interface ExecutionSummary {
	readonly execution_id: string;
	/** The execution whose run this one is part of; its own id, unless it is a child that its parent waits for. */
	readonly root_execution_id: string;
	readonly parent_execution_id: string | null;
	readonly machine_name: string;
	readonly status: ExecutionStatus;
	/** Of the latest checkpoint. */
	readonly event: string;
	readonly current_state: string;
	readonly step: number;
	readonly waiting_channel: string | null;
	/** When the waiting times out or the sleep is over, in milliseconds since 1970; null = never. */
	readonly wake_at: number | null;
	readonly total_api_calls: number;
	/** US dollars. */
	readonly total_cost: number;
	/** Why it failed, or which limit stopped it. */
	readonly error: StoredError | null;
	/** ISO 8601, UTC. */
	readonly created_at: string;
	readonly updated_at: string;
}

/** Which executions to look up; all that is given must hold (spec section 13.4). */
export interface ExecutionFilter {
	/** Event of the latest checkpoint. */
	readonly event?: string;
	readonly waitingChannel?: string;
	readonly parentExecutionId?: string;
	readonly rootExecutionId?: string;
	/** Leaves out the children that a parent waits for, or waited for: those with another root than themselves. */
	readonly rootsOnly?: boolean;
	readonly status?: ExecutionStatus;
	/** Last changed before this time, in milliseconds since 1970. */
	readonly updatedBefore?: number;
	/** Waiting for a time that has come at this time, in milliseconds since 1970. */
	readonly wakeBefore?: number;
	/** At most so many, in the order of their ids. */
	readonly limit?: number;
	/** Only ids after this one, for the next page. */
	readonly after?: string;
}
