/** Makes the job that starts an execution of a machine at hand: its configuration goes into the store, for whoever takes it. */
import type { Limits } from "../../compiler/xstate/machine-context.ts";
import type { ResumeOptions } from "../machine/run-result.ts";
import type { RunnableMachines } from "../machine/runnable-machines.ts";
import type { Store } from "../store/store.ts";
import { FleetError } from "./errors.ts";
import type { QueuedJob } from "./job.ts";
import { injectedHooksRequirement } from "./requirements.ts";

export interface StartRequest {
	readonly set: RunnableMachines;
	readonly planId: string;
	readonly input: Readonly<Record<string, unknown>>;
	readonly executionId: string;
	readonly limits: Partial<Limits>;
	/** See `QueuedJob.priority`. */
	readonly priority?: number;
}

/** @throws FleetError `store_not_shared` for a machine whose files cannot be stored; StoreError */
export async function startJob({ configs }: Pick<Store, "configs">, request: StartRequest): Promise<QueuedJob> {
	const { set, planId, input, executionId, limits } = request;
	const priority = request.priority === undefined ? {} : { priority: request.priority };
	const { name, file } = set.plan(planId);
	const text = set.configText(planId);
	if (text === undefined) {
		throw new FleetError(
			"store_not_shared",
			`Machine \`${name}\` cannot run elsewhere: its configuration cannot be stored where others find it.`,
		);
	}
	const requires = set.requires(planId);
	const job = {
		kind: "start",
		execution_id: executionId,
		config_hash: await configs.put(text),
		machine: set.portableId(planId, planId),
		file,
		input,
		parent_execution_id: null,
		depth: 0,
		limits,
		join: null,
		...(requires.includes(injectedHooksRequirement) && { injected_hooks: true as const }),
		...priority,
	} as const;
	return { id: executionId, job, machine: name, requires, ...priority };
}

/** Limits of a run, as a job has them. */
export function startLimits(
	options: Pick<ResumeOptions, "maxSteps" | "maxAgentCalls" | "maxCost" | "maxTokens">,
): Partial<Limits> {
	const { maxSteps, maxAgentCalls, maxCost, maxTokens } = options;
	return {
		...(maxSteps !== undefined && { max_steps: maxSteps }),
		...(maxAgentCalls !== undefined && { max_agent_calls: maxAgentCalls }),
		...(maxCost !== undefined && { max_cost: maxCost }),
		...(maxTokens !== undefined && { max_tokens: maxTokens }),
	};
}
