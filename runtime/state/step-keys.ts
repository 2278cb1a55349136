/**
 * Names of a visit's steps in its journal. Each kind has a first part of its own, since what follows is a name of the
 * user's: a child machine may be called `exit`, an agent `launch`.
 */

/** Steps that a visit has at most once. */
export const stepKey = {
	start: "start",
	enter: "enter",
	exit: "exit",
	transition: "transition",
	error: "error",
	end: "end",
	toolCalls: "tool_calls",
	/** Time at which the state's time is over. */
	deadline: "deadline",
	signal: "signal",
	/** @param attempt `1`, `sample.2`, `vote.3`, in a tool loop `turn.4` and `final` */
	agent: (name: string, attempt: string) => `agent.${name}.${attempt}`,
	action: (name: string) => `action.${name}`,
	toolResult: (index: number) => `tool_result.${index}`,
	/** One call of a tool in a tool loop. @param name as the model wrote it, cut where it is too long for a tool */
	tool: (name: string, turn: number, position: number) => `tool.${name.slice(0, 64)}.${turn}.${position}`,
	/** Hooks hear of the calls of one turn of a tool loop. */
	turnCalls: (turn: number) => `tool_calls.${turn}`,
	/** Hooks hear of one tool's result in a tool loop. */
	turnResult: (turn: number, position: number) => `tool_result.${turn}.${position}`,
	/** When a tool loop began. */
	loopStart: "tool_loop.start",
	/** Whether the time of a tool loop was over before this turn. */
	loopIsLate: (turn: number) => `tool_loop.late.${turn}`,
	/** A child machine of `machine:`. */
	machine: (name: string) => `machine.${name}`,
	/** A child machine of `foreach:`. @param key the rendered `key`, or the index */
	item: (key: string) => `item.${key}`,
	launch: (index: number) => `launch.${index}`,
	/** The id of a child or of a launched machine. @param key its own key */
	id: (key: string) => `id.${key}`,
	/** When the attempt after this one begins. */
	backoff: (attempt: number) => `backoff.${attempt}`,
} as const;

/** Whether a step holds what was paid for: the result of a call, an action or a child, which another execution may use, too. */
export function isResult(key: string): boolean {
	return (
		/^(?:agent|action|machine|item|tool|tool_calls|tool_result)\./.test(key) ||
		key === stepKey.enter ||
		key === stepKey.toolCalls
	);
}

/** Whether a step is the result of one call of an agent. */
export function isAgentCall(key: string): boolean {
	return key.startsWith("agent.");
}

/** Whether a step is a time, which begins anew when a failed visit is tried again. */
export function isTime(key: string): boolean {
	return key === stepKey.deadline || key.startsWith("backoff.") || key.startsWith("tool_loop.");
}
