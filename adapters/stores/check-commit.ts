/** Refuses a commit that would leave what nobody finds again. */
import { latestKey, parseCheckpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import type { ExecutionCommit } from "../../runtime/store/persistence-backend.ts";

/**
 * @returns the step of the commit's checkpoint; -1 where there is none
 * @throws StoreError `invalid_checkpoint_key` for a key or an id that is none, or that do not belong together
 */
export function checkCommit({ summary, checkpoint }: ExecutionCommit): number {
	const id = summary.execution_id;
	const { executionId, step = -1 } = parseCheckpointKey(checkpoint?.key ?? latestKey(id));
	if (executionId === id) return step;
	throw new StoreError(
		"invalid_checkpoint_key",
		`Checkpoint ${checkpoint?.key} does not belong to execution ${id}, with which it is written.`,
	);
}
