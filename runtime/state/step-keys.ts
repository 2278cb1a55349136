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
	/** What a pause in the middle of the work asks, and where. @param key of what pauses */
	pause: (key: string) => `pause.${key}`,
	/** Time at which the time of a pause is over. */
	pauseDeadline: (key: string) => `pause_deadline.${key}`,
	/** The signal that is the answer. */
	answer: (key: string) => `answer.${key}`,
	/** When the answer came. */
	answeredAt: (key: string) => `answered_at.${key}`,
	/** @param attempt `1`, `sample.2`, `vote.3`, in a tool loop `turn.4` and `final` */
	agent: (name: string, attempt: string) => `agent.${name}.${attempt}`,
	action: (name: string) => `action.${name}`,
	toolResult: (index: number) => `tool_result.${index}`,
	/** One call of a tool. @param name as the model wrote it, cut where it is too long for a tool */
	tool: (name: string, turn: number | string, position: number) => `tool.${name.slice(0, 64)}.${turn}.${position}`,
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
	/** That the children of this visit run elsewhere, whoever resumes it. */
	remote: "remote",
	/** A key result that an action decides. */
	check: (name: string) => `check.${name}`,
	/** Whether the key results of an attempt hold. */
	verdict: "verdict",
} as const;

/** Prefixes of the keys of steps that belong to a part of a visit. The first attempt has none. */
export const stepPrefix = {
	/** A further attempt at key results. @param number from 0 */
	attempt: (number: number) => (number === 0 ? "" : `attempt.${number}/`),
	/** The judge's call, which may be of the same agent as the work. */
	judge: "judge/",
} as const;

const prefixes = /^(?:attempt\.(\d+)\/)?(judge\/)?/;

/** A step's key without its prefixes, and what these say. */
export function partOf(key: string): { readonly attempt: number; readonly isJudge: boolean; readonly key: string } {
	const [prefix = "", number = "0", judge] = prefixes.exec(key) ?? [];
	return { attempt: Number(number), isJudge: judge !== undefined, key: key.slice(prefix.length) };
}

/** Whether a step holds what was paid for: the result of a call, an action or a child, which another execution may use, too. */
export function isResult(whole: string): boolean {
	const { key } = partOf(whole);
	return (
		/^(?:agent|action|machine|item|tool|tool_calls|tool_result|answer|check)\./.test(key) ||
		key === stepKey.verdict ||
		key === stepKey.enter ||
		key === stepKey.toolCalls
	);
}

/** Whether a step is done by attempts at key results: what comes before and after them is done once. */
export function isOfAttempt(key: string): boolean {
	return key !== stepKey.enter && key !== stepKey.exit && key !== stepKey.transition;
}

/** Whether a step is the result of one call of an agent. */
export function isAgentCall(key: string): boolean {
	return partOf(key).key.startsWith("agent.");
}

/** Whether a step is a time, which begins anew when a failed visit is tried again. */
export function isTime(whole: string): boolean {
	const { key } = partOf(whole);
	return key === stepKey.deadline || /^(?:backoff|tool_loop|pause_deadline)\./.test(key);
}
