/** Writes how an execution ended that nobody runs: it was given up, or no worker can run it. */
import { giveUpOrphans } from "../machine/orphans.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";

/** How it ended. */
export type ClosedRow = Pick<ExecutionSummary, "error"> & { readonly status: "stopped" | "failed" };

/** Whether an execution has no end yet. */
export function isOpen({ status }: ExecutionSummary): boolean {
	return status === "active" || status === "waiting" || status === "stopped";
}

/**
 * Writes the end into the row, under a lease of its own; nothing to do where the execution has ended, or never was. Children
 * of its own run are given up with it.
 * @param now milliseconds since 1970
 * @returns false where somebody runs it
 */
export async function closeExecution(
	executionId: string,
	end: ClosedRow,
	{ store: { persistence, lock }, now }: { readonly store: Store; readonly now: () => number },
): Promise<boolean> {
	const stored = await persistence.loadExecution(executionId);
	if (!stored || !isOpen(stored.summary)) return true;
	const lease = lock ? await lock.acquire(executionId) : null;
	if (lock && !lease) return false;
	try {
		// Between the look and the lease it may have ended.
		const known = await persistence.loadExecution(executionId);
		if (!known || !isOpen(known.summary)) return true;
		const time = now();
		const updated_at = new Date(time).toISOString();
		const summary = { ...known.summary, ...end, waiting_channel: null, wake_at: null, updated_at };
		const orphans = await giveUpOrphans(persistence, executionId, new Set(), time);
		await persistence.commit([...orphans, { summary, log: [] }], lease);
		return true;
	} finally {
		if (lease) await lock?.release(lease);
	}
}
