/** `execution: {type: mdap_voting}`: samples one after the other until one candidate has k votes (spec section 9). */
import type { AgentPlan, ExecutionPlan } from "../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../agents/agent.ts";
import { parseCandidate } from "../../agents/candidate.ts";
import { compileValidation, type RedFlag, redFlagOf, VoteCount, votingSettings } from "../../agents/voting.ts";
import { callAgent } from "../agent-call.ts";
import type { Visit } from "../visit.ts";
import { sumOf } from "./aggregate.ts";

/** Samples until a candidate reaches `k_margin` votes, or `max_candidates` samples are drawn; most votes wins. */
export async function runVoting(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
	execution: Extract<ExecutionPlan, { type: "mdap_voting" }>,
): Promise<AgentResult> {
	const { metadata = {} } = await visit.host.executorOf(agent);
	const { kMargin, maxCandidates, maxResponseTokens, parsing, validationSchema } = votingSettings(execution, metadata);
	const validate = await compileValidation(validationSchema);
	const votes = new VoteCount();
	const flags: Partial<Record<RedFlag, number>> = {};
	const results: AgentResult[] = [];
	for (let sample = 1; sample <= maxCandidates; sample++) {
		const outcome = await callAgent(visit, agent, input, `vote.${sample}`);
		visit.throwIfGivenUp();
		if ("thrown" in outcome) continue;
		results.push(outcome.result);
		const candidate = parseCandidate(outcome.result, parsing);
		const flag = redFlagOf(candidate, outcome.result, { validate, maxResponseTokens, parsing });
		if (flag) flags[flag] = (flags[flag] ?? 0) + 1;
		else if (votes.add(candidate) >= kMargin) break;
	}
	const leader = votes.leader();
	const mdap = { samples: results.length, votes: votes.votes(), red_flags: flags };
	return { ...(leader && { output: leader.candidate }), metadata: { mdap }, ...sumOf(results) };
}
