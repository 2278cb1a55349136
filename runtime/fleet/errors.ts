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
	| "store_not_shared";

export class FleetError extends FlatstateError {
	declare readonly code: FleetErrorCode;

	constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}
