/** `flatstate dispatch --interrupted`: goes on with what no signal wakes, since its process was killed or stopped. */
import type { Logger } from "../../runtime/logging/logger.ts";
import { isStoppedByLimit } from "../../runtime/machine/stopped.ts";
import { ResumeQueue } from "../../runtime/signals/resume-queue.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import { executionPages } from "./executions-list.ts";

export interface InterruptedOptions {
	readonly persistence: PersistenceBackend;
	/** Resolves when the execution has parked or ended again. */
	readonly resume: (executionId: string) => Promise<unknown>;
	/** How many at the same time. */
	readonly concurrency: number;
	readonly logger: Logger;
	/** Once aborted, nothing more is begun. */
	readonly signal: AbortSignal;
}

/**
 * Resumes the executions that are under way with nobody who runs them, and those that were aborted. What another process
 * runs, and what a limit or a hook has stopped, is left alone.
 * @returns the ids of those that were resumed, when all have parked or ended
 * @throws StoreError where the store cannot be read; an execution that fails is logged only
 */
export async function resumeInterrupted(options: InterruptedOptions): Promise<readonly string[]> {
	const { persistence, resume, concurrency, logger, signal } = options;
	const ids: string[] = [];
	for (const status of ["active", "stopped"] as const) {
		for await (const page of executionPages(persistence, { status, rootsOnly: true })) {
			for (const row of page) if (!isStoppedByLimit(row)) ids.push(row.execution_id);
		}
	}
	const queue = new ResumeQueue({ resume, concurrency, logger });
	const outcomes = await Promise.all(ids.map((id) => queue.add(id, signal)));
	return ids.filter((_, index) => outcomes[index] === "resumed");
}
