/** Child machines: an actor each, `machine:<name>`, that users may override (spec section 10). */
import type { AnyActorRef } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { LimitReachedError } from "../../compiler/xstate/errors.ts";
import {
	isMachineContext,
	type Limits,
	type MachineContext,
	withStartOptions,
} from "../../compiler/xstate/machine-context.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { readSpending } from "../../compiler/xstate/spending.ts";
import { describeError } from "../agents/errors.ts";
import { resultUri } from "../results/result-uri.ts";
import type { ChildOutcome, PreparedChild, SpawnedChild } from "../steps/spawn.ts";
import type { MachineBegin } from "../telemetry/run-trace.ts";
import { FileNotFoundError, MachineDepthError, ValueError } from "./errors.ts";
import type { RunEnvironment } from "./run-environment.ts";
import { stepKey } from "./step-keys.ts";
import type { Totals, Visit } from "./visit.ts";

/** Checks that a child may be started from this state. @throws MachineDepthError, FileNotFoundError, ValueError */
export function checkChild(
	{ plan, meta, state }: Visit,
	name: string,
): { readonly planId: string; readonly depth: number } {
	const reference = Object.hasOwn(plan.machines, name) ? plan.machines[name] : undefined;
	if (!reference) throw new ValueError(`Unknown machine \`${name}\` in state \`${state.name}\`.`);
	if (reference.missingFile !== undefined) throw new FileNotFoundError("machine", name, reference.missingFile);
	const depth = meta.depth + 1;
	const { max_depth: maxDepth } = meta.run.limits;
	if (depth > maxDepth) throw new MachineDepthError(depth, maxDepth);
	return { planId: reference.id, depth };
}

export interface RunningChild {
	readonly outcome: Promise<ChildOutcome>;
	cancel(): void;
}

/** A child whose id is decided and kept, and which is about to be started. */
export interface IntendedChild {
	readonly key: string;
	readonly name: string;
	readonly id: string;
	readonly input: Readonly<Record<string, unknown>>;
	/** Whether the id was decided before a restart. */
	readonly isKnown: boolean;
	/** The actor's id; default: the key. */
	readonly actorId?: string;
}

/**
 * Decides the id of a child that is to be started, so that the next snapshot names it (spec section 10.7).
 * @throws ValueError where its input is no mapping
 */
export function intendChild(
	visit: Visit,
	key: string,
	name: string,
	input: unknown,
	newId: () => string = () => visit.services.newId(),
): IntendedChild {
	const { steps, environment, machine } = visit;
	if (!isRecord(input)) throw new ValueError(`The input of machine \`${name}\` is no mapping.`);
	const idKey = stepKey.id(key);
	const isKnown = steps.has(idKey);
	const id = String(steps.value(idKey, newId));
	const intended = { key, name, id, input, isKnown };
	const record = steps.has(key) ? undefined : environment.keeper?.recorder.executionOf(machine);
	record?.intend([{ execution_id: id, machine: name, input, launched: false }]);
	return intended;
}

/** Starts a child of this state. */
export function startChild(visit: Visit, child: IntendedChild): RunningChild {
	const { host, meta, steps, environment, services } = visit;
	const { key, name, id: childId, input, isKnown } = child;
	const { planId, depth } = checkChild(visit, name);
	const logic = visit.actor(actorName.machine(name));
	if (!logic) throw new ValueError(`Unknown machine \`${name}\` in state \`${visit.state.name}\`.`);
	const { max_agent_calls, max_cost, max_tokens, max_depth } = meta.run.limits;
	const event = { executionId: meta.execution_id, childId, machine: name };
	environment.emit?.({ type: "child_start", ...event });
	const options = {
		executionId: childId,
		parentExecutionId: meta.execution_id,
		depth,
		limits: { max_agent_calls, max_cost, max_tokens, max_depth },
	};
	const machine = host.machineBehind(logic);
	const wasJournaled = steps.has(key);
	const { keeper } = environment;
	const parentId = meta.execution_id;
	const kept =
		machine && keeper?.childOptions({ childId, planId, parentId, depth, input, limits: options.limits, isKnown });
	let life: MachineBegin = { isResumed: false };
	const spawned: SpawnedChild = steps.spawn(key, {
		logic: machine ?? logic,
		...(child.actorId !== undefined && { id: child.actorId }),
		src: actorName.machine(name),
		// A stand-in that the user provided is given its input and no more.
		input: machine ? withStartOptions(input, options) : input,
		kind: "machine",
		...kept,
		prepare: () =>
			kept?.prepare?.()?.then((prepared) => {
				countSpent(environment, spentBefore(prepared));
				if (prepared && "trace" in prepared) life = { isResumed: true, earlier: prepared.trace };
				return prepared;
			}),
		created: (created) => {
			environment.trace?.begin(created, visit.machine, life);
			kept?.created?.(created);
		},
		ended: (ended) => {
			kept?.ended?.(ended);
			return totalsOfChild(ended);
		},
		unfinished: (ended) => budgetReached(ended, meta.run.limits),
	});
	const outcome = spawned.outcome.then(async (ended) => {
		const totals = readTotals(ended.summary);
		if (totals) visit.addTotals(totals);
		if (wasJournaled) countSpent(environment, totals);
		if (isUnfinished(ended)) return ended;
		keeper?.recorder.executionOf(visit.machine)?.ended(childId);
		environment.emit?.({ type: "child_end", ...event });
		// A store has the result already, with the child's end.
		if (kept && keeper?.storesResults && !("error" in ended)) return ended;
		const result = "error" in ended ? errorValue(ended.error) : ended.output;
		await (environment.results ?? services.results).write(resultUri(childId), result).catch((error: unknown) => {
			services.logger.warn(`The result of machine \`${name}\` is not kept: ${describeError(error).text}`, { childId });
		});
		return ended;
	});
	return { outcome, cancel: spawned.cancel };
}

/** What a child of an earlier life has spent, in the run's ledger: the run that goes on has not counted it. */
function countSpent({ ledger }: RunEnvironment, totals: Totals | undefined): void {
	if (totals) ledger.add(totals.calls, totals.cost, totals.usage.total_tokens);
}

function spentBefore(prepared: PreparedChild | undefined): Totals | undefined {
	if (!prepared) return undefined;
	if ("outcome" in prepared) return readTotals(prepared.outcome.summary);
	const context: unknown = prepared.snapshot && Reflect.get(prepared.snapshot, "context");
	return isMachineContext(context) ? totalsOfContext(context) : undefined;
}

/** Adds what a child has spent that ran elsewhere, to the visit and to the run's ledger. */
export function countTotals(visit: Visit, summary: unknown): void {
	const totals = readTotals(summary);
	if (!totals) return;
	visit.addTotals(totals);
	countSpent(visit.environment, totals);
}

/**
 * Where a child stopped at a budget that it shares with its parent, the parent stops, too, and the child goes on when
 * there is more to spend. A limit of its own is the child's end, with the output `{}`.
 */
function budgetReached(child: AnyActorRef, limits: Limits): LimitReachedError | undefined {
	const { context } = child.getSnapshot();
	const stopped = isMachineContext(context) ? context.machine.run.stopped : undefined;
	if (!stopped || stopped === "hook" || stopped === "max_steps" || limits[stopped] === null) return undefined;
	return new LimitReachedError(stopped);
}

/** Whether a child stopped at a budget that it shares with its parent: that is the parent's, and no value among others. */
function isUnfinished(outcome: ChildOutcome): outcome is { readonly error: LimitReachedError } {
	return "error" in outcome && outcome.error instanceof LimitReachedError;
}

/** What stands for a child among its siblings. @throws LimitReachedError where it stopped at a shared budget */
export function childValue(outcome: ChildOutcome): unknown {
	if (isUnfinished(outcome)) throw outcome.error;
	return "error" in outcome ? errorValue(outcome.error) : outcome.output;
}

/** A failed child as a value among the results of its siblings (spec section 8.4). */
export function errorValue(error: unknown): { readonly _error: string; readonly _error_type: string } {
	const { text, type } = describeError(error);
	return { _error: text, _error_type: type };
}

function totalsOfChild(child: AnyActorRef): Totals | null {
	const { context } = child.getSnapshot();
	return isMachineContext(context) ? totalsOfContext(context) : null;
}

/** The totals of a machine, its own children included. */
export function totalsOfContext({ machine }: MachineContext): Totals {
	const { total_api_calls: calls, total_cost: cost, run } = machine;
	return { calls, cost, usage: run.usage, ...(run.spent && { spent: run.spent }) };
}

function readTotals(summary: unknown): Totals | undefined {
	if (!isRecord(summary) || !isRecord(summary.usage)) return undefined;
	const number = (value: unknown): number => (typeof value === "number" ? value : 0);
	const { input_tokens, output_tokens, total_tokens } = summary.usage;
	return {
		calls: number(summary.calls),
		cost: number(summary.cost),
		usage: {
			input_tokens: number(input_tokens),
			output_tokens: number(output_tokens),
			total_tokens: number(total_tokens),
		},
		...(summary.spent !== undefined && { spent: readSpending(summary.spent) }),
	};
}
