/** Errors of a state's work; each may be routed by its name in `on_error`. */
import { FlatstateError } from "../errors.ts";

/** A state's `timeout` expired (decisions: Running). */
export class TimeoutError extends FlatstateError {
	constructor(state: string, seconds: number) {
		super("timeout", `State \`${state}\` did not end within its timeout of ${seconds} s.`);
	}
}

/** A state's key results did not hold in all of its attempts (fsm-agent-flow 4 and 18.2). */
export class MaxRetriesExceeded extends FlatstateError {
	readonly state: string;
	readonly maxRetries: number;
	/** What failed in the last attempt, and why. */
	readonly feedback: string;

	constructor(state: string, maxRetries: number, feedback: string) {
		const attempts = maxRetries === 0 ? "its only attempt" : `${maxRetries + 1} attempts`;
		super("max_retries_exceeded", `State \`${state}\` did not meet its key results in ${attempts}: ${feedback}`);
		this.state = state;
		this.maxRetries = maxRetries;
		this.feedback = feedback;
	}
}

/** A value is not what the state needs, for example `foreach` over something that is no list. */
export class ValueError extends FlatstateError {
	constructor(message: string) {
		super("invalid_value", message);
	}
}

/** Child machines are nested deeper than `settings.max_depth`. */
export class MachineDepthError extends FlatstateError {
	constructor(depth: number, maxDepth: number) {
		super(
			"max_depth",
			`Machine depth limit exceeded: depth=${depth} > max_depth=${maxDepth}. Raise settings.max_depth if so many levels are meant.`,
		);
	}
}

/** The file of an agent or machine does not exist (decisions: Versions). */
export class FileNotFoundError extends FlatstateError {
	constructor(kind: "agent" | "machine", name: string, file: string) {
		super("file_not_found", `The file of ${kind} \`${name}\` does not exist: ${file}`);
	}
}
