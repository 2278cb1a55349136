/** Guards of a compiled machine: conditions under their own text, and the few that the lowering needs. */

import { isRecord } from "../document/plain-data.ts";
import { compileCondition, truthy } from "../expression/index.ts";
import type { MachinePlan } from "../plan/plan.ts";
import { LimitReachedError } from "./errors.ts";
import { type MachineContext, type MachineMeta, reachedLimit } from "./machine-context.ts";
import { errorDefault, guardName } from "./names.ts";
import { reads, scopeOf } from "./scope.ts";

/** States without effects that may follow each other before the event loop gets its turn. */
export const longestChain = 200;

export interface GuardArguments {
	readonly context: MachineContext;
	readonly event: unknown;
}

/**
 * A guard as `implementations` gives it. Being declared as a method it also fits a machine whose context has no type,
 * which is what `createMachine(JSON.parse(text))` makes.
 */
export type Guard = {
	guard(
		args: { readonly context: Readonly<Record<string, unknown>>; readonly event: unknown },
		params?: unknown,
	): boolean;
}["guard"];

type OwnGuard = (args: GuardArguments, params?: unknown) => boolean;

/**
 * The error of a condition, by the context it was evaluated on. A guard must not throw (XState would kill the actor),
 * so it answers false, as do the guards after it, and the branch behind them takes the error route.
 */
const conditionErrors = new WeakMap<MachineContext, unknown>();

/** The error that a condition met on this very context object, if any. */
export function conditionErrorOf(context: MachineContext): unknown {
	return conditionErrors.get(context);
}

/** All guards of `plan` by name. */
export function buildGuards(plan: MachinePlan): Record<string, Guard> {
	const guards: Record<string, Guard> = { ...ownGuards };
	for (const state of plan.states) {
		for (const [type] of state.onError?.byType ?? []) guards[guardName.errorIs(type)] = errorIs(type);
		for (const { when } of state.transitions) {
			if (when === undefined || when === "never" || Object.hasOwn(guards, when.text)) continue;
			guards[when.text] = conditionGuard(when.text, compileCondition(when.node, when.text), reads("input", when.node));
		}
	}
	return guards;
}

function conditionGuard(
	text: string,
	evaluate: (scope: Readonly<Record<string, unknown>>) => unknown,
	readsInput: boolean,
): OwnGuard {
	const guard: OwnGuard = ({ context }) => {
		const { held } = context.machine.run;
		if (held !== undefined) return held === text;
		if (conditionErrors.has(context)) return false;
		try {
			return truthy(evaluate(scopeOf(context, context.machine.run.output, readsInput)));
		} catch (error) {
			conditionErrors.set(context, error);
			return false;
		}
	};
	conditionGuards.add(guard);
	return guard;
}

const conditionGuards = new WeakSet<object>();

/** Whether a guard is the condition of its name, and no guard that somebody has put in its place. */
export function isConditionGuard(guard: unknown): boolean {
	return typeof guard === "function" && conditionGuards.has(guard);
}

function errorIs(type: string): OwnGuard {
	return ({ context }, params) => {
		const names = context.machine.run.failure_names ?? [];
		const among = isRecord(params) && Array.isArray(params.among) ? params.among : [type];
		return names.find((name) => among.includes(name)) === type;
	};
}

function hasRoute(names: readonly string[], params: unknown): boolean {
	const among: readonly unknown[] = isRecord(params) && Array.isArray(params.among) ? params.among : [];
	return among.includes(errorDefault) || names.some((name) => among.includes(name));
}

function isLongChain({ step, run }: MachineMeta): boolean {
	return step - run.effect_step >= longestChain;
}

const ownGuards: Record<string, OwnGuard> = {
	[guardName.never]: () => false,
	[guardName.yields]: ({ context: { machine } }) => isLongChain(machine) || reachedLimit(machine) !== null,
	[guardName.yieldsFailed]: ({ context: { machine } }) =>
		machine.run.failure !== undefined && isLongChain(machine) && reachedLimit(machine) === null,
	[guardName.limitReached]: ({ context }) => reachedLimit(context.machine) !== null,
	[guardName.limitError]: ({ context: { machine } }, params) =>
		machine.run.failure instanceof LimitReachedError ||
		// An error without a route is not hidden by a limit that is reached at the same time.
		(reachedLimit(machine) !== null && hasRoute(machine.run.failure_names ?? [], params)),
	[guardName.conditionFailed]: ({ context }) => conditionErrors.has(context),
	[guardName.nextIs]: ({ context, event }, params) => isRecord(params) && nextOf(context, event) === params.to,
	[guardName.asks]: ({ context }) => context.machine.run.asks === true,
	[guardName.nextIsEmpty]: ({ context, event }) => !nextOf(context, event),
	[guardName.currentIs]: ({ context }, params) => isRecord(params) && context.machine.current_state === params.state,
	[guardName.rescued]: ({ event }) => Boolean(resultOf(event)?.next),
	[guardName.failed]: ({ context }) => context.machine.run.failure !== undefined,
	[guardName.signalArrived]: ({ context, event }) => isSignalOn(context.machine.run.channel, event),
	[guardName.answerArrived]: ({ context, event }) => {
		const { pause } = context.machine.run;
		return pause !== undefined && isSignalOn(pause.channel, event);
	},
};

/** Whether an event is a signal on this channel, which stands in its type or beside it. */
function isSignalOn(channel: string | null | undefined, event: unknown): boolean {
	if (!isRecord(event) || typeof event.type !== "string") return false;
	return event.type === "signal" ? event.channel === channel : event.type === `signal.${channel}`;
}

/** Before the result is settled the target is in the event; after a pause it is in the context. */
function nextOf(context: MachineContext, event: unknown): unknown {
	const result = resultOf(event);
	return result && Object.hasOwn(result, "next") ? result.next : context.machine.run.next;
}

function resultOf(event: unknown): Record<string, unknown> | undefined {
	return isRecord(event) && isRecord(event.output) ? event.output : undefined;
}
