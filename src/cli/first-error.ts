/** Which of several errors is to be told: what went wrong first, not the closing that failed after it. */

/** The error behind a `SuppressedError`, which `await using` makes where closing fails too; every other error itself. */
export function firstError(error: unknown): unknown {
	let first = error;
	// Node 20 has no class to compare with.
	while (first instanceof Error && first.name === "SuppressedError" && "suppressed" in first) first = first.suppressed;
	return first;
}
