/** One signal for all that ends a call: the caller's own, and the agent's time limit. */
import type { AgentErrorInfo } from "../../runtime/agents/agent.ts";
import { startLongTimer } from "../../runtime/steps/timer.ts";

/** Why a call was given up: its time limit, which is a failure of the agent and no cancellation. */
export class TimeLimitReached extends Error {
	constructor(seconds: number) {
		super(
			`The agent did not finish within ${seconds} s and was ended; raise its \`timeout\` (seconds) to wait longer.`,
		);
	}
}

/** The failure of a call that was given up; undefined where it was its caller who gave it up. */
export function failureOfAbort(reason: unknown): AgentErrorInfo | undefined {
	if (!(reason instanceof TimeLimitReached)) return undefined;
	return { code: "timeout", type: "TimeoutError", message: reason.message, retryable: true };
}

export interface TimeLimit extends Disposable {
	readonly signal: AbortSignal;
}

/**
 * @param seconds 0 = no limit
 * @param signal of the caller
 * @param start starts the timer; default: the system's
 */
export function timeLimit(
	seconds: number,
	signal: AbortSignal | undefined,
	start: typeof startLongTimer = startLongTimer,
): TimeLimit {
	const limit = new AbortController();
	const stop = seconds > 0 ? start(() => limit.abort(new TimeLimitReached(seconds)), seconds * 1000) : () => {};
	return {
		signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
		[Symbol.dispose]: stop,
	};
}
