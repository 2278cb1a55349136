/** Runs a compiled machine to its end, its limit, its failure, or to where it can only wait. */
import { createActor } from "xstate";
import { withStartOptions } from "../../compiler/xstate/machine-context.ts";
import { checkExecutionId } from "../checkpoint/checkpoint-key.ts";
import { Ledger } from "../state/run-environment.ts";
import type { RuntimeServices } from "../state/services.ts";
import { ExecutionExistsError } from "../store/errors.ts";
import { type DriveOptions, drive } from "./drive.ts";
import { DurableRun } from "./durable-run.ts";
import type { RunOptions, RunResult } from "./run-result.ts";
import type { RunnableMachines } from "./runnable-machines.ts";

/**
 * Runs machine `planId` of `set`. Does not reject for what happens inside the machine: that is in the result.
 * @throws ExecutionExistsError, ExecutionLockedError, StoreError where the run cannot begin
 */
export async function runMachine(
	set: RunnableMachines & { readonly services: RuntimeServices },
	planId: string,
	input: Readonly<Record<string, unknown>>,
	options: RunOptions & DriveOptions = {},
): Promise<RunResult> {
	const { settings } = set.plan(planId);
	const limits = {
		...(options.maxDepth !== undefined && { max_depth: options.maxDepth }),
		max_steps: options.maxSteps ?? null,
		max_agent_calls: options.maxAgentCalls ?? settings.maxAgentCalls,
		max_cost: options.maxCost ?? settings.maxCost,
		max_tokens: options.maxTokens ?? settings.maxTokens,
	};
	const { executionId = set.services.newId(), parentExecutionId = null, depth = 0 } = options;
	const durable = options.durable && (await begin(set, executionId, options.durable));
	try {
		await durable?.prepareConfig(planId);
		const start = withStartOptions(input, { limits, parentExecutionId, depth, executionId });
		return await drive({
			set,
			planId,
			executionId,
			options,
			ledger: options.ledger ?? new Ledger(limits),
			durable,
			create: (inspect) => createActor(set.machine(planId), { input: start, ...inspect }),
			track: (actor) =>
				durable?.track(actor, {
					childId: executionId,
					planId,
					parentId: parentExecutionId,
					depth,
					input,
					limits,
					isKnown: false,
					...(options.join !== undefined && { join: options.join }),
				}),
			life: { isResumed: false, ...(options.startedBy !== undefined && { earlier: options.startedBy }) },
		});
	} finally {
		await durable?.close();
	}
}

async function begin(
	set: RunnableMachines & { readonly services: RuntimeServices },
	rootId: string,
	store: NonNullable<DriveOptions["durable"]>,
): Promise<DurableRun> {
	checkExecutionId(rootId);
	const durable = await DurableRun.open({ ...store, rootId, set });
	const { persistence } = store.store;
	try {
		const known = await persistence.loadExecution(rootId);
		if (!known) return durable;
		if (!store.isLazy) throw new ExecutionExistsError(rootId, known.summary.status);
		// In memory alone an id may be used again; nothing of the execution before must answer for this one.
		await persistence.deleteExecution(rootId);
	} catch (error) {
		await durable.close();
		throw error;
	}
	// The deletion has ended the lease.
	await durable.close();
	return DurableRun.open({ ...store, rootId, set });
}
