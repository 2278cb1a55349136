/** Adds up several results of one agent: calls, and costs that are numbers (spec section 9). */
import type { AgentResult } from "../../agents/agent.ts";
import { apiCallsOf, costOf, totalTokensOf } from "../../agents/result.ts";

/** Usage and cost of `results` together, as fields of an `AgentResult`. */
export function sumOf(results: readonly AgentResult[]): Pick<AgentResult, "usage" | "cost"> {
	const tokens = (key: "input_tokens" | "output_tokens") =>
		results.reduce((sum, { usage }) => sum + (usage?.[key] ?? 0), 0);
	return {
		usage: {
			api_calls: results.reduce((sum, result) => sum + apiCallsOf(result), 0),
			input_tokens: tokens("input_tokens"),
			output_tokens: tokens("output_tokens"),
			total_tokens: results.reduce((sum, result) => sum + totalTokensOf(result), 0),
		},
		cost: results.reduce((sum, result) => sum + costOf(result), 0),
	};
}
