/** What can go wrong with a fleet of workers. */
import { FlatstateError } from "../errors.ts";

export type FleetErrorCode =
	/** The queue's server cannot be asked. */
	| "queue_unreachable"
	/** The package that speaks to it is not installed. */
	| "queue_driver_missing"
	/** An address or a name is no queue's. */
	| "invalid_queue_url"
	/** A job's data are no job. */
	| "invalid_job"
	/** Executions cannot be run by workers with this store. */
	| "store_not_shared"
	/** An execution waits for machines on workers, and is resumed by somebody who has none. */
	| "needs_workers";

export class FleetError extends FlatstateError {
	declare readonly code: FleetErrorCode;

	constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}

/** An execution's workers have ended again and again without an end of its own: what it does kills them. */
export class WorkerLostError extends FlatstateError {
	/** @param times how many were lost */
	constructor(executionId: string, times: number) {
		super(
			"worker_lost",
			`${times} workers were lost while they ran execution ${executionId}. Look at what it does in its current state: \`flatstate executions show ${executionId}\`.`,
		);
	}
}
