/** A tool loop as exploration sees it: one call of the agent, which answers at once and asks for no tools (docs/testing.md). */
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { AgentPlan, ToolLoopPlan } from "../../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../../../runtime/agents/agent.ts";
import { costOf } from "../../../../runtime/agents/result.ts";
import { toolLoopLimits } from "../../../../runtime/state/tool-loop/limits.ts";
import { chainKeys, type LoopOutput, loopKey } from "../../../../runtime/state/tool-loop/loop-keys.ts";
import { assistantMessage, readChain } from "../../../../runtime/tools/chain.ts";
import type { ModelVisit } from "./model-visit.ts";

/**
 * Runs the state's tool loop.
 * @param call gives the answer @throws what the runtime would throw
 */
export function runToolLoopModel(
	visit: ModelVisit,
	agent: AgentPlan,
	plan: ToolLoopPlan,
	call: () => AgentResult,
): LoopOutput {
	const { state } = visit;
	toolLoopLimits(plan, (structure) => visit.render(structure));
	const earlier = visit.flat;
	visit.remove([...chainKeys, loopKey.stop, loopKey.abort]);
	const isContinued = earlier[loopKey.chainState] === state.name && earlier[loopKey.chainAgent] === agent.name;
	const chain = isContinued ? readChain(earlier[loopKey.chain]) : [];
	if (chain.length === 0) visit.renderMapping(state.input, "input");
	const result = call();
	const content = result.content ?? "";
	const cost = costOf(result);
	visit.merge({
		[loopKey.turns]: 1,
		[loopKey.cost]: cost,
		[loopKey.calls]: 0,
		[loopKey.content]: content,
		[loopKey.usage]: { api_calls: 1 },
		[loopKey.chain]: [...chain, assistantMessage(content, [])],
		[loopKey.chainState]: state.name,
		[loopKey.chainAgent]: agent.name,
	});
	return { content, _tool_calls_count: 0, _tool_loop_turns: 1, _tool_loop_cost: cost, _tool_loop_stop: "complete" };
}

/** The text of an answer that was made for a state without a tool loop. */
export function textOfPayload(payload: unknown): string {
	return isRecord(payload) && typeof payload.content === "string" ? payload.content : "";
}
