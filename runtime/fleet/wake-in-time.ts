/** Has an execution that is parked until a time resumed then, by any worker. */
import type { Store } from "../store/store.ts";
import type { JobQueue } from "./job-queue.ts";
import { resumeJob } from "./resume-job.ts";

export interface WakeInTimeOptions {
	readonly store: Pick<Store, "persistence">;
	readonly queue: Pick<JobQueue, "add">;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** Of the execution that it belongs to. */
	readonly priority?: number;
}

/** Adds a job for that time; nothing to do where the execution waits for none. @throws StoreError, FleetError */
export async function wakeInTime(id: string, options: WakeInTimeOptions): Promise<void> {
	const { store, queue, now, priority } = options;
	const stored = await store.persistence.loadExecution(id);
	const wakeAt = stored?.summary.wake_at ?? null;
	if (!stored || wakeAt === null) return;
	const delayMs = Math.max(0, wakeAt - now());
	const request = { id: `time:${id}:${wakeAt}`, reason: "time", delayMs } as const;
	await queue.add([resumeJob(stored, { ...request, ...(priority !== undefined && { priority }) })]);
}
