/** The row of an execution whose latest checkpoint came by `save`: something else than flatstate wrote it. */
import { parseCheckpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import { CorruptCheckpointError, parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import { summaryOfSnapshot } from "../../runtime/checkpoint/summary-of-snapshot.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";

/** What is known of the execution already. */
export interface KnownRow {
	readonly row: ExecutionSummary;
	/** Whether flatstate wrote it. */
	readonly committed: boolean;
}

/**
 * A snapshot that cannot be read leaves the row as it was, so that the execution is still found and resumes from the
 * checkpoint before. An execution of ours keeps its place in the family, whoever goes on with it: other runtimes forget
 * the parent when they resume (spec section 13.6), and no snapshot has the root.
 * @param now when it was saved, milliseconds since 1970
 */
export function summaryOfSaved(key: string, text: string, known: KnownRow | null, now: number): ExecutionSummary {
	const { executionId, step = 0, event = "" } = parseCheckpointKey(key);
	try {
		const summary = summaryOfSnapshot({ ...parseSnapshot(text, key), execution_id: executionId });
		if (known === null || !known.committed) return summary;
		const { root_execution_id, parent_execution_id, created_at } = known.row;
		return { ...summary, root_execution_id, parent_execution_id, created_at };
	} catch (error) {
		if (!(error instanceof CorruptCheckpointError)) throw error;
		const time = new Date(now).toISOString();
		return (
			known?.row ?? {
				execution_id: executionId,
				root_execution_id: executionId,
				parent_execution_id: null,
				machine_name: "",
				status: "active",
				event,
				current_state: "",
				step,
				waiting_channel: null,
				wake_at: null,
				total_api_calls: 0,
				total_cost: 0,
				error: null,
				created_at: time,
				updated_at: time,
			}
		);
	}
}
