/**
 * Children of a state that run on their own, elsewhere: as jobs of a fleet, or as processes (spec sections 10 and 16). Each is an
 * execution of its own root, so what it does is stored under its own lease; here only its end counts, once.
 */
import { childId, joinId } from "../fleet/child-id.ts";
import { FleetError } from "../fleet/errors.ts";
import { type MachineInvoker, priorityOf } from "../fleet/invoker.ts";
import type { QueuedJob, StartJob } from "../fleet/job.ts";
import { isBudgetOutcome } from "../fleet/outcome.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import { checkChild, countTotals, type IntendedChild, intendChild } from "./child.ts";
import type { StoredConfig } from "./child-keeper.ts";
import { awaitJoin, cancelJoin } from "./join.ts";
import { awaitProcesses } from "./process-children.ts";
import { stepKey } from "./step-keys.ts";
import type { Visit } from "./visit.ts";

/** A child with the job that runs it. */
export interface RemoteChild extends IntendedChild {
	readonly queued: QueuedJob;
}

export interface RemoteOptions {
	/** Whether the first to end is enough. */
	readonly first: boolean;
	/** Children at the same time; null = as the invoker has it. */
	readonly atOnce: number | null;
}

/**
 * Whether the children of a visit run elsewhere. As it began, it goes on: whoever resumes it must not run inline what
 * workers run, nor the other way round.
 * @param keys of the children's steps
 */
export async function runsRemotely(
	{ steps, environment, meta, state }: Visit,
	keys: readonly string[],
): Promise<boolean> {
	const { invoker, keeper } = environment;
	if (steps.has(stepKey.remote)) {
		if (invoker) return true;
		const error = new FleetError(
			"needs_workers",
			`State ${state.name} of execution ${meta.execution_id} waits for machines that run on workers. Resume it with --distributed, or leave that to a worker.`,
		);
		// Nothing that `on_error` could route.
		if (keeper) return await keeper.recorder.fail(error);
		throw error;
	}
	if (!invoker || keys.some((key) => steps.has(stepKey.id(key)))) return false;
	steps.value(stepKey.remote, () => true);
	return true;
}

/** As `intendChild`, with an id that follows from the visit. */
export function intendRemote(visit: Visit, key: string, name: string, input: unknown): IntendedChild {
	return intendChild(visit, key, name, input, () => childId(visit, key));
}

/**
 * Runs children elsewhere until all have ended, or the first. What ended before is in the journal.
 * @returns outcomes by the children's keys, in the order in which they ended
 * @throws FleetError `store_not_shared` where the run's store cannot be shared
 */
export async function runRemotely(
	visit: Visit,
	children: readonly IntendedChild[],
	{ first, atOnce }: RemoteOptions,
): Promise<ReadonlyMap<string, ChildOutcome>> {
	const { steps, environment } = visit;
	const { invoker } = environment;
	if (!invoker) throw new TypeError("this run has no invoker");
	const outcomes = new Map<string, ChildOutcome>();
	for (const { key } of children) {
		if (!steps.has(key)) continue;
		const outcome = steps.settle(key, { output: null });
		// What an earlier life of this visit has counted went with it.
		countTotals(visit, outcome.summary);
		outcomes.set(key, outcome);
	}
	const missing = children.filter(({ key }) => !outcomes.has(key));
	if (missing.length === 0 || (first && outcomes.size > 0)) return outcomes;
	const remote = await jobsOf(visit, invoker, missing);
	const { window } = invoker;
	const awaited = { children: remote, first, atOnce: Math.max(1, Math.min(atOnce ?? window, window)) };
	const ended =
		invoker.kind === "queue" ? await awaitJoin(visit, invoker, awaited) : await awaitProcesses(visit, invoker, awaited);
	for (const [child, outcome] of ended) {
		countTotals(visit, outcome.summary);
		// A shared budget that is used up is the parent's: the child goes on when there is more to spend.
		outcomes.set(child.key, isBudgetOutcome(outcome) ? outcome : steps.settle(child.key, outcome));
		environment.keeper?.recorder.executionOf(visit.machine)?.ended(child.id);
		tellEnd(visit, child);
	}
	if (invoker.kind === "queue") {
		await steps.durable();
		await cancelJoin(visit, invoker, remote, ended);
	}
	return outcomes;
}

/** Starts a machine elsewhere that nobody waits for. Resolves when it can no longer be lost. */
export async function launchRemotely(
	visit: Visit,
	name: string,
	launched: Pick<IntendedChild, "id" | "input">,
): Promise<void> {
	const { invoker } = visit.environment;
	if (!invoker) throw new TypeError("this run has no invoker");
	const queued = queuedJob(visit, launched, await configOf(visit, name), null);
	await (invoker.kind === "queue" ? invoker.queue.add([queued]) : invoker.launch(queued.job));
}

function tellEnd({ environment, meta }: Visit, { id, name }: IntendedChild): void {
	environment.emit?.({ type: "child_end", executionId: meta.execution_id, childId: id, machine: name });
}

/** The jobs that run these children. The configurations that they name are stored. */
async function jobsOf(
	visit: Visit,
	invoker: MachineInvoker,
	children: readonly IntendedChild[],
): Promise<RemoteChild[]> {
	const join = invoker.kind === "queue" ? joinId(visit) : null;
	const configs = new Map<string, StoredConfig>();
	for (const { name } of children) {
		if (!configs.has(name)) configs.set(name, await configOf(visit, name));
	}
	return children.flatMap((child) => {
		const config = configs.get(child.name);
		return config ? [{ ...child, queued: queuedJob(visit, child, config, join) }] : [];
	});
}

/** @throws FleetError `store_not_shared`, and what `checkChild` throws */
async function configOf(visit: Visit, name: string): Promise<StoredConfig> {
	const { keeper } = visit.environment;
	const { planId } = checkChild(visit, name);
	const config = await keeper?.storedConfig?.(planId);
	if (config) return config;
	throw new FleetError(
		"store_not_shared",
		`Machine \`${name}\` cannot run elsewhere: its configuration cannot be stored where others find it. Use a store that workers share, and machines from files.`,
	);
}

/** @param join null for a machine that nobody waits for */
function queuedJob(
	{ meta, environment, machine }: Visit,
	{ id, input }: Pick<IntendedChild, "id" | "input">,
	config: StoredConfig,
	join: string | null,
): QueuedJob {
	const { max_depth } = meta.run.limits;
	const trace = environment.trace?.spanOf(machine)?.traceparent;
	const priority = priorityOf(environment.invoker);
	const job: StartJob = {
		kind: "start",
		execution_id: id,
		config_hash: config.hash,
		machine: config.machine,
		file: config.file,
		input,
		parent_execution_id: meta.execution_id,
		depth: meta.depth + 1,
		limits: { ...environment.ledger.left(), max_depth },
		join,
		...(trace !== undefined && { trace }),
		...priority,
	};
	return { id, job, machine: config.name, requires: config.requires, ...priority };
}
