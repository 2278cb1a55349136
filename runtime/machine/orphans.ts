/** Children of an earlier life of a run that nobody waits for any more. */
import type { ExecutionCommit, PersistenceBackend } from "../store/persistence-backend.ts";
import { givenUpRow } from "./stopped.ts";

/**
 * Gives up those children that the run, which comes to rest, has not taken up: what waited for them has gone on without
 * them. Nothing is then taken for running, or wakes up, for nobody.
 * @param live ids of the executions that have not ended
 * @param now milliseconds since 1970
 */
export async function giveUpOrphans(
	persistence: PersistenceBackend,
	rootId: string,
	live: ReadonlySet<string>,
	now: number,
): Promise<ExecutionCommit[]> {
	const [active, waiting] = await Promise.all([
		persistence.listExecutions({ rootExecutionId: rootId, status: "active" }),
		persistence.listExecutions({ rootExecutionId: rootId, status: "waiting" }),
	]);
	const updated_at = new Date(now).toISOString();
	return [...active, ...waiting]
		.filter(({ execution_id: id }) => id !== rootId && !live.has(id))
		.map((row) => ({
			summary: { ...row, ...givenUpRow(), waiting_channel: null, wake_at: null, updated_at },
			log: [],
		}));
}
