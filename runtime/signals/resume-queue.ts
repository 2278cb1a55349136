/** Resumes executions: some at a time, and never one twice at once. */
import pLimit from "p-limit";
import type { Logger } from "../logging/logger.ts";
import { ExecutionLockedError, UnknownExecutionError } from "../store/errors.ts";

/**
 * - `locked`: somebody else runs it
 * - `unknown`: the store has no such execution
 * - `skipped`: its turn came after the end was asked for
 */
export type ResumeOutcome = "resumed" | "locked" | "unknown" | "failed" | "skipped";

export interface ResumeQueueOptions {
	/** Resumes one execution; resolves when it has parked or ended again. */
	readonly resume: (executionId: string) => Promise<unknown>;
	/** How many at the same time. */
	readonly concurrency: number;
	readonly logger: Logger;
}

export class ResumeQueue {
	readonly #resume: (executionId: string) => Promise<unknown>;
	readonly #logger: Logger;
	readonly #limit: ReturnType<typeof pLimit>;
	readonly #pending = new Set<string>();

	constructor({ resume, concurrency, logger }: ResumeQueueOptions) {
		this.#resume = resume;
		this.#logger = logger;
		this.#limit = pLimit(concurrency);
	}

	/** Whether the execution is being resumed, or will be. */
	has(executionId: string): boolean {
		return this.#pending.has(executionId);
	}

	/**
	 * Resumes when there is room. The execution must not be in the queue.
	 * @param signal once aborted, nothing more is begun
	 * @returns how it went; never rejects
	 */
	add(executionId: string, signal?: AbortSignal): Promise<ResumeOutcome> {
		this.#pending.add(executionId);
		return this.#limit(async () => {
			try {
				return signal?.aborted === true ? "skipped" : await this.#run(executionId);
			} finally {
				this.#pending.delete(executionId);
			}
		});
	}

	async #run(executionId: string): Promise<ResumeOutcome> {
		const fields = { execution_id: executionId };
		try {
			await this.#resume(executionId);
			return "resumed";
		} catch (error) {
			if (error instanceof ExecutionLockedError) {
				this.#logger.info(`${error.message} It keeps its signal.`, fields);
				return "locked";
			}
			if (error instanceof UnknownExecutionError) return "unknown";
			const reason = error instanceof Error ? error.message : String(error);
			this.#logger.error(`Execution ${executionId} could not be resumed: ${reason}`, { ...fields, error });
			return "failed";
		}
	}
}
