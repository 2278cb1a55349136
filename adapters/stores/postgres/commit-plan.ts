/** What a list of commits writes, table by table, each row once. */
import type { CheckpointWrite, ExecutionCommit } from "../../../runtime/store/persistence-backend.ts";
import { checkCommit } from "../check-commit.ts";
import { assertStorable } from "./stored-name.ts";
import { columnsOf, type SummaryColumns } from "./summary-row.ts";

export interface ExecutionRow extends SummaryColumns {
	/** Null: what it was stays. */
	readonly latest_key: string | null;
}

export interface TextRow {
	readonly id: string;
	readonly text: string;
}

export interface CommitPlan {
	readonly executions: readonly ExecutionRow[];
	readonly origins: readonly TextRow[];
	readonly checkpoints: readonly CheckpointWrite[];
	/** In the order of writing. */
	readonly log: readonly (TextRow & { readonly step: number })[];
	readonly results: readonly TextRow[];
}

/**
 * An execution may be listed several times, for several checkpoints: its last row counts, and of a checkpoint's key the
 * last text.
 * @throws StoreError `store_write_failed` for a text that would not come out as it went in, `invalid_checkpoint_key`
 */
export function planCommits(commits: readonly ExecutionCommit[]): CommitPlan {
	const executions = new Map<string, ExecutionRow>();
	const origins = new Map<string, TextRow>();
	const checkpoints = new Map<string, CheckpointWrite>();
	const results = new Map<string, TextRow>();
	const log: (TextRow & { readonly step: number })[] = [];
	for (const commit of commits) {
		checkCommit(commit);
		const { summary, checkpoint, origin, result, log: rows } = commit;
		const columns = columnsOf(summary);
		const { id } = columns;
		if (checkpoint) {
			assertStorable(checkpoint.key, checkpoint.text, checkpoint.progress);
			checkpoints.set(checkpoint.key, checkpoint);
		}
		const latest_key = checkpoint?.key ?? executions.get(id)?.latest_key ?? null;
		executions.set(id, { ...columns, latest_key });
		if (origin !== undefined) {
			assertStorable(origin);
			origins.set(id, { id, text: origin });
		}
		if (result !== undefined) {
			assertStorable(result);
			results.set(id, { id, text: result });
		}
		for (const { step, text } of rows) {
			assertStorable(text);
			log.push({ id, step, text });
		}
	}
	return {
		executions: [...executions.values()],
		origins: [...origins.values()],
		checkpoints: [...checkpoints.values()],
		log,
		results: [...results.values()],
	};
}
