/**
 * The port to joins: which executions on other workers an execution waits for, and which of them have ended. An execution
 * that waits holds no memory; whoever ends its last child is told to have it resumed (docs/scaling.md).
 */

/** What is waited for. Written once; opening an open join again changes nothing. */
export interface OpenJoin {
	/** Unique for a visit of a state: derived, so that a visit that runs again opens the same. */
	readonly id: string;
	/** The execution that waits. */
	readonly executionId: string;
	/** How many ends complete it: the number of members, or 1 for `mode: any`. At least 1. */
	readonly needed: number;
	/**
	 * Jobs, as text, that are held back, in order: each end of a member lets the next one go, so that at most so many run as
	 * were let go in the beginning. Empty where none is held back.
	 */
	readonly held: readonly string[];
	/** The job, as text, that resumes the execution that waits; due when the join is complete. */
	readonly wake: string;
}

/** A member that has ended. */
export interface JoinedMember {
	/** Id of its execution. */
	readonly member: string;
	/** How it ended, as text that only the runtime reads. */
	readonly outcome: string;
}

/** Where a join stands. */
export interface JoinState {
	readonly executionId: string;
	readonly needed: number;
	/** How many members have ended. */
	readonly ended: number;
	readonly wake: string;
}

/**
 * All methods reject with a StoreError. Each is atomic, and can be made again: whoever was killed after it and before what
 * follows from it makes it again, and is told the same.
 */
export interface JoinBackend {
	/** Opens a join; nothing changes where it is open. It is closed with its execution's deletion at the latest. */
	open(join: OpenJoin): Promise<void>;
	/**
	 * Says that a member has ended. The first outcome of a member stays; its rank among those that have ended, too.
	 * @returns the jobs that are due because of this end, the same ones when it is said again: the held one of this rank
	 * (that of the first end is 0), unless the join is complete with this end, and the waking one where this end was the one
	 * that completed it, or where the join is complete and the end is said again. Null where no such join is open.
	 */
	end(id: string, member: string, outcome: string): Promise<readonly string[] | null>;
	/** Null where no such join is open. */
	state(id: string): Promise<JoinState | null>;
	/**
	 * Members that have ended, in the order in which they did.
	 * @param from rank of the first to give, from 0
	 * @param limit at most so many
	 */
	outcomes(id: string, from: number, limit: number): Promise<readonly JoinedMember[]>;
	/** Forgets a join; nothing to do where none is open. */
	close(id: string): Promise<void>;
	/**
	 * Ids of joins in which nothing has happened since `before` (milliseconds since 1970), oldest first, at most `limit`.
	 * Something happens when a join is opened, a member ends for the first time, or it is given here: so each is given again
	 * only after a time.
	 */
	idle(before: number, limit: number): Promise<readonly string[]>;
}
