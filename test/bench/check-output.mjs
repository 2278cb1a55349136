/** A benchmark that computes the wrong thing measures nothing. */
export function checkOutput(actual, expected) {
	if (actual !== expected) throw new Error(`the run gave ${JSON.stringify(actual)} instead of ${expected}`);
}
