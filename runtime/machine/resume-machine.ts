/** Takes up an execution where its store has it (spec section 13.6, decisions: Durability). */
import { createActor } from "xstate";
import { withStartOptions } from "../../compiler/xstate/machine-context.ts";
import { foreignIntents } from "../checkpoint/foreign-intents.ts";
import { type LoadedExecution, loadExecution } from "../checkpoint/load-execution.ts";
import type { LaunchIntent } from "../checkpoint/machine-snapshot.ts";
import { readOrigin } from "../checkpoint/progress.ts";
import { SnapshotMismatchError, toXState } from "../checkpoint/xstate-snapshot.ts";
import { resultUri } from "../results/result-uri.ts";
import { startInBackground } from "../state/launch.ts";
import type { LaunchRequest } from "../state/machine-host.ts";
import { Ledger } from "../state/run-environment.ts";
import type { RuntimeServices } from "../state/services.ts";
import type { DurableStore } from "../store/durable-store.ts";
import { ChildExecutionError, UnknownExecutionError } from "../store/errors.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import { type DriveOptions, drive } from "./drive.ts";
import { DurableRun } from "./durable-run.ts";
import { launchMachine } from "./launch-machine.ts";
import type { ResumeOptions, RunResult } from "./run-result.ts";
import type { RunnableMachines } from "./runnable-machines.ts";
import { isStoppedByLimit } from "./stopped.ts";

type Machines = RunnableMachines & { readonly services: RuntimeServices };

export interface TakeUpOptions extends ResumeOptions, DriveOptions {
	readonly durable: DurableStore;
	/**
	 * The `config_hash` of the checkpoint for which the machine was chosen. Before the lease was there another process may
	 * have gone on with another machine; then this one must not.
	 */
	readonly chosenFor?: string | null;
}

/**
 * Resumes an execution of machine `planId`: what had finished is not run again, what had failed is tried again. One that has ended gives its
 * result at once.
 * @throws UnknownExecutionError, ChildExecutionError, ExecutionLockedError, SnapshotMismatchError,
 * CorruptCheckpointError, StoreError
 */
export async function resumeMachine(
	set: Machines,
	planId: string,
	executionId: string,
	options: TakeUpOptions,
): Promise<RunResult> {
	const { durable: kept, chosenFor } = options;
	const { persistence, name } = kept.store;
	const stored = await persistence.loadExecution(executionId);
	if (!stored) throw new UnknownExecutionError(executionId, name);
	const { root_execution_id: rootId } = stored.summary;
	if (rootId !== executionId) throw new ChildExecutionError(executionId, rootId);
	const durable = await DurableRun.open({ ...kept, rootId, set });
	try {
		const loaded = await loadExecution(persistence, executionId, set.services.logger, true);
		if (!loaded) throw new UnknownExecutionError(executionId, name);
		if (chosenFor !== undefined && chosenFor !== loaded.snapshot.config_hash) {
			throw new SnapshotMismatchError(
				`Execution ${executionId} has meanwhile gone on with another configuration. Resume it again.`,
			);
		}
		return await goOn(set, planId, durable, loaded, options);
	} finally {
		await durable.close();
	}
}

async function goOn(
	set: Machines,
	planId: string,
	durable: DurableRun,
	loaded: LoadedExecution,
	options: ResumeOptions & DriveOptions,
): Promise<RunResult> {
	const { summary, snapshot, progress, origin, usage } = loaded;
	const { earlier, unlaunched } = foreignIntents(set.plan(planId), loaded);
	const { execution_id: executionId, total_api_calls: calls, total_cost: cost } = snapshot;
	const { input = {}, depth = 0 } = origin ?? {};
	const limits = {
		max_steps: options.maxSteps ?? null,
		max_agent_calls: options.maxAgentCalls ?? null,
		max_cost: options.maxCost ?? null,
		max_tokens: options.maxTokens ?? null,
	};
	durable.isResumed = true;
	durable.retriesFailed = loaded.isRetry;
	await durable.prepareConfig(planId);
	const parentId = snapshot.parent_execution_id;
	const restored = toXState(set.config(planId), snapshot, { progress, input, depth, limits });
	const start = withStartOptions(input, { limits, parentExecutionId: parentId, depth, executionId });
	const ledger = options.ledger ?? new Ledger(restored.context.machine.run.limits);
	ledger.add(calls, cost, usage.total_tokens);
	const child = { childId: executionId, planId, parentId, depth, input, limits, isKnown: true };
	return drive({
		set,
		planId,
		executionId,
		options,
		ledger,
		durable,
		create: (inspect) =>
			createActor(
				set.machine(planId),
				loaded.isFresh ? { input: start, ...inspect } : { snapshot: restored, ...inspect },
			),
		track: (actor) => durable.track(actor, child, { ...loaded, earlier }),
		isEnded: summary.status === "done",
		life: { isResumed: true, earlier: origin?.trace },
		started: (environment) =>
			takeUpLaunched(set, durable, { planId, executionId, depth, environment }, earlier.launches, unlaunched),
	});
}

/**
 * Launched machines that were running go on, too: they ended with the process that ran them. One that is done may itself
 * have launched others.
 * @param unlaunched those of `launches` that are still to be launched
 */
async function takeUpLaunched(
	set: Machines,
	{ store, recorder }: DurableRun,
	parent: Pick<LaunchRequest, "planId" | "executionId" | "depth" | "environment">,
	launches: readonly LaunchIntent[],
	unlaunched: ReadonlySet<string>,
): Promise<void> {
	const { machines } = set.plan(parent.planId);
	const { environment, depth } = parent;
	for (const { execution_id: executionId, machine, input, launched } of launches) {
		const isUnlaunched = unlaunched.has(executionId);
		// Elsewhere it goes on by itself.
		if (environment.invoker && !isUnlaunched) continue;
		const known = launched || isUnlaunched ? await store.persistence.loadExecution(executionId) : null;
		if (known ? !goesOn(known.summary) : !isUnlaunched || (await store.results.exists(resultUri(executionId))))
			continue;
		// A child may have launched it, by a name of its own.
		const origin = readOrigin(known?.origin ?? null);
		const named = Object.hasOwn(machines, machine) ? machines[machine]?.id : undefined;
		const planId = origin ? set.planOf(origin.machine) : named;
		if (planId === undefined) continue;
		const request = {
			name: machine,
			planId,
			input,
			executionId,
			parentExecutionId: known?.summary.parent_execution_id ?? parent.executionId,
			depth: origin?.depth ?? depth + 1,
			environment,
		};
		const host = { launch: (launch: LaunchRequest) => launchMachine(set, launch) };
		await startInBackground(host, request, [recorder.root]);
	}
}

/** Whether a launched machine goes on with the run that launched it: it was killed, or aborted, with that. */
function goesOn(row: ExecutionSummary): boolean {
	const { status } = row;
	return status === "active" || status === "done" || (status === "stopped" && !isStoppedByLimit(row));
}
