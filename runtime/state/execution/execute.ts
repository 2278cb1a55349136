/** The execution types of an agent state (spec section 9): one call, retries, samples, votes. */
import type { AgentPlan } from "../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../agents/agent.ts";
import { callAgent } from "../agent-call.ts";
import type { Visit } from "../visit.ts";
import { runRetry } from "./retry.ts";
import { runParallel } from "./samples.ts";
import { runVoting } from "./voting.ts";

/**
 * Runs the state's agent as its `execution` says.
 * @throws what the executor threw, with type `default`; other types give their last error as data
 */
export async function executeAgent(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
): Promise<AgentResult> {
	const { execution } = visit.state;
	switch (execution.type) {
		case "default": {
			const outcome = await callAgent(visit, agent, input, "1");
			if ("thrown" in outcome) throw outcome.thrown;
			return outcome.result;
		}
		case "retry":
			return runRetry(visit, agent, input, execution);
		case "parallel":
			return runParallel(visit, agent, input, execution);
		case "mdap_voting":
			return runVoting(visit, agent, input, execution);
	}
}
