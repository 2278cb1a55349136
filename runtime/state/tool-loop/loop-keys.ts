/** Keys of the context through which a tool loop and hooks speak with each other (spec section 12.3). */

export const loopKey = {
	turns: "_tool_loop_turns",
	cost: "_tool_loop_cost",
	calls: "_tool_calls_count",
	content: "_tool_loop_content",
	/** Token counts of the last answer. */
	usage: "_tool_loop_usage",
	stop: "_tool_loop_stop",
	/** Set by hooks: the loop ends before the next tool. */
	abort: "_abort_tool_loop",
	/** Set by hooks: ids or names of calls not to make. */
	skip: "_skip_tools",
	/** Set by hooks: messages for the model, after the tools of this turn. */
	steering: "_steering_messages",
	chain: "_tool_loop_chain",
	chainState: "_tool_loop_chain_state",
	chainAgent: "_tool_loop_chain_agent",
} as const;

/** Keys that hold the chain of a loop that has ended. */
export const chainKeys: readonly string[] = [loopKey.chain, loopKey.chainState, loopKey.chainAgent];

/** Why a loop has ended; hooks may put a word of their own into `_tool_loop_stop`. */
export type LoopStop =
	| "complete"
	| "max_turns"
	| "max_tool_calls"
	| "timeout"
	| "cost_limit"
	| "aborted"
	| "transition"
	| (string & {});

/** What a state with a tool loop gives (spec section 12.4). */
export interface LoopOutput {
	readonly content: string;
	readonly _tool_calls_count: number;
	readonly _tool_loop_turns: number;
	/** US dollars. */
	readonly _tool_loop_cost: number;
	readonly _tool_loop_stop: LoopStop;
}
