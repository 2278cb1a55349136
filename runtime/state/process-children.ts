/** Children that are processes of their own: the parent stays, and takes from the shared store how they ended. */
import pLimit from "p-limit";
import { loadExecution } from "../checkpoint/load-execution.ts";
import { WorkerLostError } from "../fleet/errors.ts";
import type { ProcessInvoker } from "../fleet/invoker.ts";
import { isBudgetOutcome, storedOutcome } from "../fleet/outcome.ts";
import type { ChildOutcome } from "../steps/spawn.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";
import type { Store } from "../store/store.ts";
import { type AwaitedChildren, busy } from "./join.ts";
import type { RemoteChild } from "./remote-children.ts";
import type { Visit } from "./visit.ts";

/** A child whose process ends so often without an end of its own has failed. */
const mostStarts = 5;
/** Milliseconds between looks at a child that is parked, or that a process of an earlier life runs. */
const lookEvery = 500;

/** Runs each child in a process. @returns outcomes in the order in which they ended */
export async function awaitProcesses(
	visit: Visit,
	invoker: ProcessInvoker,
	{ children, first, atOnce }: AwaitedChildren<RemoteChild>,
): Promise<ReadonlyMap<RemoteChild, ChildOutcome>> {
	const { environment, meta, steps } = visit;
	const { store } = environment.keeper?.durable ?? {};
	if (!store) throw new TypeError("children that are processes need a store");
	const limit = pLimit(atOnce);
	const over = new AbortController();
	const signal = AbortSignal.any([over.signal, steps.signal, visit.givenUp]);
	const ended = new Map<RemoteChild, ChildOutcome>();
	const run = (child: RemoteChild) =>
		limit(async () => {
			if (signal.aborted) return;
			environment.emit?.({
				type: "child_start",
				executionId: meta.execution_id,
				childId: child.id,
				machine: child.name,
			});
			const outcome = await runInProcess(visit, invoker, store, child, signal);
			if (!signal.aborted) ended.set(child, outcome);
		});
	const all = children.map(run);
	try {
		await (first ? Promise.race(all) : Promise.all(all));
	} finally {
		over.abort(new DOMException("Nobody waits for this machine any more.", "AbortError"));
		limit.clearQueue();
		for (const each of all) each.catch(() => undefined);
	}
	return new Map(ended);
}

async function runInProcess(
	visit: Visit,
	invoker: ProcessInvoker,
	store: Store,
	child: RemoteChild,
	signal: AbortSignal,
): Promise<ChildOutcome> {
	const { services, steps } = visit;
	const look = () => loadExecution(store.persistence, child.id, services.logger, false);
	for (let starts = 0; ; ) {
		signal.throwIfAborted();
		const loaded = await busy(visit, look);
		const outcome = loaded && storedOutcome(loaded);
		if (outcome && !(starts === 0 && goesOn(visit, outcome))) return outcome;
		const isRunning = await busy(visit, async () => (await store.lock?.holder(child.id)) ?? null);
		if (isRunning || (loaded && (await busy(visit, () => mustWait(loaded.summary, store, services.now()))))) {
			await steps.sleepUntil(services.now() + lookEvery, { signal });
			continue;
		}
		// What parks and goes on is no loss.
		if (loaded?.summary.status === "waiting") starts = 0;
		if (starts === mostStarts) return { error: new WorkerLostError(child.id, starts) };
		starts += 1;
		await steps.ready(() => invoker.run(child.queued.job, signal));
	}
}

/** Whether a child that ended in an earlier life is taken up again: it had failed, or a budget had stopped it. */
function goesOn({ environment }: Visit, outcome: ChildOutcome): boolean {
	if (!("error" in outcome)) return false;
	return isBudgetOutcome(outcome) || environment.keeper?.retriesFailed === true;
}

/** Whether a child is parked that neither a signal nor its time wakes yet. */
async function mustWait({ status, ...row }: ExecutionSummary, { signals }: Store, now: number): Promise<boolean> {
	if (status !== "waiting") return false;
	if (row.wake_at !== null && row.wake_at <= now) return false;
	return row.waiting_channel === null || (await signals.peek(row.waiting_channel)).length === 0;
}
