/** What a store knows of an execution, its children and what they launched. */
import { readRows } from "../../runtime/checkpoint/log.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";

export interface Known {
	readonly executions: readonly ExecutionSummary[];
	/** Names of finished agent calls and hooks, as the processes' lines have them. */
	readonly finished: ReadonlySet<string>;
	/** Values that must never change once they are decided: ids, deadlines and signals, by name, as JSON. */
	readonly decided: ReadonlyMap<string, string>;
}

const callKey = /^(?:(?:agent|action)\..+|enter|exit|transition)$/;
const decidedKey = /^(?:deadline|signal|(?:backoff|id)\..+)$/;

/** Reads everything that belongs to `root`. */
export async function readKnown({ persistence }: Store, root: string): Promise<Known> {
	const executions: ExecutionSummary[] = [];
	const stored = await persistence.loadExecution(root);
	let level = stored ? [stored.summary] : [];
	while (level.length > 0) {
		executions.push(...level);
		const below = level.map(({ execution_id: id }) => persistence.listExecutions({ parentExecutionId: id }));
		level = (await Promise.all(below)).flat();
	}
	const logs = executions.map(async ({ execution_id: id }) => [id, await persistence.loadLog(id, 0)] as const);
	const finished = new Set<string>();
	const decided = new Map<string, string>();
	for (const [id, rows] of await Promise.all(logs)) {
		for (const { step, at, key, entry } of readRows(rows)) {
			const name = `${id}/${step}/${at}/${key}`;
			if (callKey.test(key)) finished.add(name);
			if (decidedKey.test(key) && "output" in entry) decided.set(name, JSON.stringify(entry.output));
		}
	}
	return { executions, finished, decided };
}
