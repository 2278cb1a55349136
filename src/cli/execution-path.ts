/** The way that an execution has gone through its states, as its checkpoints tell it. */
import { parseCheckpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import { type MachineSnapshot, parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import { isCorrupt } from "./executions-store.ts";

/** One checkpoint, and what was spent in its state as far as the checkpoints around it tell. */
export interface PathStep {
	readonly step: number | null;
	readonly state: string | null;
	readonly event: string | null;
	/** When the checkpoint was taken, ISO 8601; null where it cannot be read. */
	readonly at: string | null;
	/** Null where nothing is known. */
	readonly seconds: number | null;
	readonly calls: number;
	/** US dollars. */
	readonly cost: number;
	/** Why the checkpoint cannot be read. */
	readonly problem?: string;
}

export interface ExecutionPath {
	readonly steps: readonly PathStep[];
	/** Checkpoints before these. */
	readonly earlier: number;
}

/** Checkpoints that are read at once: a store on the network answers them together, and memory stays small. */
const readAtOnce = 20;

/** @param last at most so many checkpoints, the newest; Infinity for all */
export async function executionPath(
	persistence: PersistenceBackend,
	summary: ExecutionSummary,
	last: number,
): Promise<ExecutionPath> {
	const keys = await persistence.listCheckpoints(summary.execution_id);
	const earlier = Math.max(0, keys.length - last);
	const marks: Mark[] = [];
	// The one before the first that is shown may say what that one has cost.
	const first = Math.max(0, earlier - 1);
	for (let at = first; at < keys.length; at += readAtOnce) {
		const read = await Promise.all(keys.slice(at, at + readAtOnce).map((key) => readMark(persistence, key)));
		marks.push(...read.filter((mark) => mark !== undefined));
	}
	const steps = stepsOf(marks, summary);
	return { steps: earlier === first ? steps : steps.slice(1), earlier };
}

/** What had been spent at a time. */
interface Total {
	readonly at: string | null;
	readonly calls: number;
	readonly cost: number;
}

interface Spent {
	readonly seconds: number | null;
	readonly calls: number;
	readonly cost: number;
}

const nothing: Spent = { seconds: null, calls: 0, cost: 0 };

/** What is kept of a checkpoint: not its context, which may be large. */
interface Mark extends Total {
	readonly step: number | null;
	readonly event: string | null;
	readonly state: string | null;
	readonly problem?: string;
}

/** @returns undefined for a checkpoint that was deleted meanwhile */
async function readMark(persistence: PersistenceBackend, key: string): Promise<Mark | undefined> {
	try {
		const stored = await persistence.loadCheckpoint(key);
		if (stored === null) return undefined;
		return markOf(parseSnapshot(stored.text, key));
	} catch (error) {
		if (!isCorrupt(error)) throw error;
		const { step = null, event = null } = parseCheckpointKey(key);
		return { step, event, state: null, at: null, calls: 0, cost: 0, problem: error.message };
	}
}

function markOf({ step, event, current_state, created_at, total_api_calls, total_cost }: MachineSnapshot): Mark {
	return { step, event, state: current_state, at: created_at, calls: total_api_calls, cost: total_cost };
}

function stepsOf(marks: readonly Mark[], summary: ExecutionSummary): PathStep[] {
	const spent = new Map<Mark, Spent>();
	const add = (mark: Mark, { seconds, calls, cost }: Spent) => {
		const sum = spent.get(mark) ?? nothing;
		spent.set(mark, {
			seconds: seconds === null ? sum.seconds : (sum.seconds ?? 0) + seconds,
			calls: sum.calls + calls,
			cost: sum.cost + cost,
		});
	};
	let before: Mark | undefined;
	for (const mark of marks) {
		if (mark.problem !== undefined) continue;
		if (before) add(isOfLater(before, mark) ? mark : before, between(before, mark));
		else if (mark.event === "state_exit" && (mark.step ?? 0) <= 1) add(mark, { ...mark, seconds: null });
		before = mark;
	}
	const { updated_at: at, total_api_calls: calls, total_cost: cost } = summary;
	const since = before && between(before, { at, calls, cost });
	// The row of the execution is newer than its latest checkpoint where that state has begun something since.
	if (before && before === marks.at(-1) && since && ((since.seconds ?? 0) > 0 || since.calls > 0)) add(before, since);
	return marks.map((mark) => {
		const { step, state, event, at, problem } = mark;
		const { seconds, calls, cost } = spent.get(mark) ?? nothing;
		// Sums of fractions of a cent: they must not show how computers add them.
		const own = {
			step,
			state,
			event,
			at,
			seconds: seconds === null ? null : rounded(seconds),
			calls,
			cost: rounded(cost),
		};
		return problem === undefined ? own : { ...own, problem };
	});
}

/** Whether what was spent between two checkpoints was spent in the later one's state: it is the first of its step, and was taken when the state was left. */
function isOfLater(before: Mark, mark: Mark): boolean {
	return mark.event === "state_exit" && mark.step !== before.step;
}

function between(from: Total, to: Total): Spent {
	const milliseconds = Date.parse(to.at ?? "") - Date.parse(from.at ?? "");
	return {
		seconds: Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds / 1000),
		calls: Math.max(0, to.calls - from.calls),
		cost: Math.max(0, to.cost - from.cost),
	};
}

/** To nine digits behind the point. */
export function rounded(value: number): number {
	return Number(value.toFixed(9));
}
