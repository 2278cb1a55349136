/** Turns the events of a run into progress lines. */

/**
 * Makes an `onEvent` for `execute` and `run`.
 * @param {(line: string) => void} log
 */
export function printProgress(log) {
	return (event) => {
		switch (event.type) {
			case "state":
				return log(`${String(event.step).padStart(3)}  ${event.machine}: ${event.state}`);
			case "agent_end":
				return log(`     ${event.agent} ${event.error === undefined ? "answers" : `fails: ${event.error}`}`);
			case "retry":
				return log(`     retry ${event.attempt} in ${event.delaySeconds.toFixed(2)} s, because of ${event.error}`);
			case "launch":
				return log(`     launches ${event.machine}`);
		}
	};
}
