/** What can go wrong with a store. */
import { FlatstateError } from "../errors.ts";
import type { LeaseHolder } from "./execution-lock.ts";

export type StoreErrorCode =
	| "invalid_checkpoint_key"
	| "invalid_prune"
	| "invalid_signal"
	| "invalid_worker"
	| "invalid_work_item"
	| "unknown_worker"
	| "unknown_work_item"
	| "store_closed"
	| "store_driver_missing"
	| "store_unreachable"
	| "store_read_failed"
	| "store_write_failed"
	| "store_corrupt"
	| "store_version"
	| "invalid_store_url";

/** A store cannot do what it was asked; `cause` is the driver's error. */
export class StoreError extends FlatstateError {
	declare readonly code: StoreErrorCode;

	constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}

/** Somebody else has taken over the execution since: this process must not write it any more. */
export class LeaseLostError extends FlatstateError {
	constructor(key: string, holder: LeaseHolder | null, options?: ErrorOptions) {
		const by = holder === null ? "" : ` It is held by ${describeHolder(holder)} now.`;
		super("lease_lost", `The lease on execution ${key} is lost; nothing more is written here.${by}`, options);
	}
}

/** Somebody else runs the execution. */
export class ExecutionLockedError extends FlatstateError {
	readonly holder: LeaseHolder | null;

	constructor(key: string, holder: LeaseHolder | null) {
		const by = holder === null ? "another process" : describeHolder(holder);
		super("execution_locked", `Execution ${key} is being run by ${by}. Wait until it ends, or stop it.`);
		this.holder = holder;
	}
}

/** No execution has this id. */
export class UnknownExecutionError extends FlatstateError {
	constructor(executionId: string, store: string) {
		super(
			"unknown_execution",
			`There is no execution ${executionId} in ${store}. \`flatstate executions list\` shows which there are.`,
		);
	}
}

/** An execution is started under an id that one has already. */
export class ExecutionExistsError extends FlatstateError {
	constructor(executionId: string, status: string) {
		super(
			"execution_exists",
			`There is an execution ${executionId} already (${status}). Resume it, or start another under a new id.`,
		);
	}
}

/** An execution that is part of another one's run is to be resumed by itself. */
export class ChildExecutionError extends FlatstateError {
	constructor(executionId: string, rootId: string) {
		super(
			"child_execution",
			`Execution ${executionId} is a child that ${rootId} waits for. Resume ${rootId}: it takes up its children.`,
		);
	}
}

function describeHolder({ label, acquiredAt, expiresAt }: LeaseHolder): string {
	const since = new Date(acquiredAt).toISOString();
	const until =
		expiresAt === null ? "" : `, its lease ends at ${new Date(expiresAt).toISOString()} unless it is renewed`;
	return `${label} since ${since}${until}`;
}
