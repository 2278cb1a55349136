/** What the process's exit code says; the same for every command. */

export const exitCodes = Object.freeze({
	done: 0,
	failed: 1,
	/** Wrong arguments, or a document that does not compile. */
	usage: 2,
	/** A limit or a hook ended the run early. */
	stopped: 3,
	/** The run can only wait for a signal. */
	waiting: 4,
	interrupted: 130,
});

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
