/** How a state waits for children on a fleet: a join in the store counts them while the execution itself is parked. */

import { joinId } from "../fleet/child-id.ts";
import { FleetError } from "../fleet/errors.ts";
import { cancelExecutions } from "../fleet/give-up.ts";
import { priorityOf, type QueueInvoker } from "../fleet/invoker.ts";
import type { QueuedJob } from "../fleet/job.ts";
import type { JoinBackend } from "../fleet/join-backend.ts";
import { readOutcome } from "../fleet/outcome.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import type { Store } from "../store/store.ts";
import type { IntendedChild } from "./child.ts";
import type { Visit } from "./visit.ts";

/** A child with its job. */
interface JoinedChild extends IntendedChild {
	readonly queued: QueuedJob;
}

/** What a state waits for. */
export interface AwaitedChildren<Child extends IntendedChild = JoinedChild> {
	readonly children: readonly Child[];
	/** Whether the first to end is enough. */
	readonly first: boolean;
	/** At the same time; the others follow. */
	readonly atOnce: number;
}

type Ended = ReadonlyMap<JoinedChild, ChildOutcome>;

/** Outcomes that are read in one go. */
const pageSize = 1000;
/** Milliseconds between looks of a run that stays. */
const lookEvery = 250;

/**
 * Waits until the children have ended. A run that was not asked to stay parks instead, and the promise never settles: who
 * resumes the execution comes here again.
 */
export async function awaitJoin(visit: Visit, invoker: QueueInvoker, awaited: AwaitedChildren): Promise<Ended> {
	const joins = joinsOf(visit);
	const giveUp = () => {
		// What the time was over for is told to stop; whoever is not reached finds its join closed.
		const told = cancelJoin(visit, invoker, awaited.children, new Map()).catch((error: unknown) => {
			visit.services.logger.warn("Children on workers could not be told that nobody waits for them", { error });
		});
		visit.environment.background.add(told);
		void told.finally(() => visit.environment.background.delete(told));
	};
	visit.givenUp.addEventListener("abort", giveUp, { once: true });
	try {
		const known = await busy(visit, () => ended(visit, joins, awaited));
		if (known) return known;
		await visit.steps.ready(() => begin(visit, invoker, joins, awaited));
		for (;;) {
			const there = await busy(visit, () => ended(visit, joins, awaited));
			if (there) return there;
			await wait(visit, awaited.children.length);
		}
	} finally {
		visit.givenUp.removeEventListener("abort", giveUp);
	}
}

/** Counts as work, so that the run does not park meanwhile. A store that fails ends the run. */
export async function busy<T>({ environment }: Visit, work: () => Promise<T>): Promise<T> {
	const { activity, keeper } = environment;
	activity.begin();
	try {
		return await work();
	} catch (error) {
		// That the store cannot be read is nothing that `on_error` could route.
		if (keeper) return await keeper.recorder.fail(error);
		throw error;
	} finally {
		activity.end();
	}
}

/** Parks; or waits a little where the run is to stay. */
async function wait({ environment, meta, state, steps, services }: Visit, children: number): Promise<void> {
	if (environment.awaitsSignals) {
		await steps.sleepUntil(services.now() + lookEvery);
		return;
	}
	environment.activity.wait({ executionId: meta.execution_id, state: state.name, channel: "", children });
	await new Promise<never>(() => undefined);
}

/** @returns undefined while the join is not complete */
async function ended(visit: Visit, joins: JoinBackend, { children }: AwaitedChildren): Promise<Ended | undefined> {
	const id = joinId(visit);
	const state = await joins.state(id);
	if (!state || state.ended < state.needed) return undefined;
	const byId = new Map(children.map((child) => [child.id, child]));
	const outcomes = new Map<JoinedChild, ChildOutcome>();
	const limit = Math.min(state.needed, pageSize);
	for (let from = 0; from < state.needed; from += pageSize) {
		for (const { member, outcome } of await joins.outcomes(id, from, limit)) {
			const child = byId.get(member);
			if (child) outcomes.set(child, readOutcome(outcome));
		}
	}
	return outcomes;
}

/** Opens the join, then adds the jobs. A visit that runs again adds those again that have not ended, in case they were lost. */
async function begin(
	visit: Visit,
	{ queue }: QueueInvoker,
	joins: JoinBackend,
	{ children, first, atOnce }: AwaitedChildren,
): Promise<void> {
	const { environment, meta } = visit;
	const id = joinId(visit);
	const jobs = children.map(({ queued }) => queued);
	const wake = await wakeJob(visit, id);
	await joins.open({
		id,
		executionId: meta.execution_id,
		needed: first ? 1 : jobs.length,
		held: jobs.slice(atOnce).map((job) => JSON.stringify(job)),
		wake: JSON.stringify(wake),
	});
	const over = await endedMembers(joins, id);
	const due = jobs.slice(0, atOnce + over.size).filter((job) => !over.has(job.id));
	await queue.add(due);
	for (const child of children) {
		environment.emit?.({ type: "child_start", executionId: meta.execution_id, childId: child.id, machine: child.name });
	}
}

async function wakeJob({ environment, meta, plan }: Visit, id: string): Promise<QueuedJob> {
	const config = await environment.keeper?.storedConfig?.(plan.id);
	const job = {
		kind: "resume",
		execution_id: meta.execution_id,
		reason: "children",
		...priorityOf(environment.invoker),
	} as const;
	return { id: `join:${id}`, job, machine: plan.name, requires: config?.requires ?? [] };
}

async function endedMembers(joins: JoinBackend, id: string): Promise<ReadonlySet<string>> {
	const members = new Set<string>();
	for (let from = 0; ; from += pageSize) {
		const page = await joins.outcomes(id, from, pageSize);
		for (const { member } of page) members.add(member);
		if (page.length < pageSize) return members;
	}
}

/** Closes the join, and has those children given up that have not ended. */
export async function cancelJoin(
	visit: Visit,
	{ queue }: QueueInvoker,
	children: readonly JoinedChild[],
	ended: Ended,
): Promise<void> {
	const store = storeOf(visit);
	const left = children.filter((child) => !ended.has(child));
	await joinsOf(visit).close(joinId(visit));
	const executions = left.map(({ id, name }) => ({ execution_id: id, machine_name: name }));
	await cancelExecutions(executions, { store, queue });
}

/** @throws FleetError `store_not_shared` */
function joinsOf(visit: Visit): JoinBackend {
	const { joins } = storeOf(visit);
	if (joins) return joins;
	throw notShared();
}

/** @throws FleetError `store_not_shared` */
function storeOf({ environment }: Visit): Store {
	const { store } = environment.keeper?.durable ?? {};
	if (store) return store;
	throw notShared();
}

function notShared(): FleetError {
	return new FleetError(
		"store_not_shared",
		"Children cannot run on workers with this store. Use a redis:// or postgres:// store.",
	);
}
