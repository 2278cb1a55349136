/** Turns signals, and times that are over, into jobs: parked executions are resumed by any worker. */
import type { Logger } from "../logging/logger.ts";
import { SignalDispatcher } from "../signals/dispatcher.ts";
import { UnknownExecutionError } from "../store/errors.ts";
import type { Store } from "../store/store.ts";
import type { JobQueue } from "./job-queue.ts";
import { resumeJob } from "./resume-job.ts";

export interface WakeOptions {
	readonly store: Store;
	readonly queue: Pick<JobQueue, "add">;
	readonly logger: Logger;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** A dispatcher that resumes nothing itself. Several in a fleet do no harm: they add the same jobs. */
export function wakingDispatcher({ store, queue, logger, now }: WakeOptions): SignalDispatcher {
	const { persistence, signals, name } = store;
	return new SignalDispatcher({
		signals,
		persistence,
		logger,
		now,
		async resume(executionId) {
			const stored = await persistence.loadExecution(executionId);
			if (!stored) throw new UnknownExecutionError(executionId, name);
			// Once for each time that it has parked.
			const id = `wake:${executionId}:${stored.summary.updated_at}`;
			await queue.add([resumeJob(stored, { id, reason: "signal" })]);
		},
	});
}
