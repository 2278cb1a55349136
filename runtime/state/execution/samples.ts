/** `execution: {type: parallel}`: several samples of one agent at once (spec section 9). */
import type { AgentPlan, ExecutionPlan } from "../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../agents/agent.ts";
import { payloadOf } from "../../agents/result.ts";
import { callAgent } from "../agent-call.ts";
import type { Visit } from "../visit.ts";
import { sumOf } from "./aggregate.ts";

/** All samples with the same input; samples that throw are dropped. */
export async function runParallel(
	visit: Visit,
	agent: AgentPlan,
	input: Readonly<Record<string, unknown>>,
	{ nSamples }: Extract<ExecutionPlan, { type: "parallel" }>,
): Promise<AgentResult> {
	const samples = Array.from({ length: nSamples }, (_, index) => callAgent(visit, agent, input, `sample.${index + 1}`));
	const results = (await Promise.all(samples)).flatMap((outcome) => ("result" in outcome ? [outcome.result] : []));
	if (results.length === 0) return {};
	return { output: { results: results.map(payloadOf), count: results.length }, ...sumOf(results) };
}
