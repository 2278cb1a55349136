/** What `context.machine` holds before an execution starts: names, limits, zeros. */
import type { MachinePlan } from "../plan/plan.ts";
import { type MachineMeta, noUsage } from "./machine-context.ts";

/** Steps that one execution may take where neither the caller nor the settings say otherwise (decisions: Running). */
export const defaultMaxSteps = 1000;
/** Levels of child machines where the settings do not say otherwise. */
export const defaultMaxDepth = 100;

/** The part of `context.machine` that is the same for every execution of `plan`. */
export function initialMeta(plan: MachinePlan): MachineMeta {
	const { settings } = plan;
	return {
		execution_id: "",
		machine_name: plan.name,
		parent_execution_id: null,
		spec_version: plan.specVersion,
		step: 0,
		current_state: plan.initial,
		total_api_calls: 0,
		total_cost: 0,
		depth: 0,
		run: {
			input: {},
			limits: {
				max_steps: settings.maxSteps ?? defaultMaxSteps,
				max_agent_calls: settings.maxAgentCalls,
				max_cost: settings.maxCost,
				max_tokens: settings.maxTokens,
				max_depth: settings.maxDepth ?? defaultMaxDepth,
			},
			usage: noUsage,
			effect_step: 0,
		},
	};
}
