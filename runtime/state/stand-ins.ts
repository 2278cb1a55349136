/** Stand-ins: what answers in place of a machine's surroundings, so that a run can be replayed from what is written down. */
import { type AnyActorLogic, fromPromise } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { fromSteps, type StepsLogic } from "../steps/steps-logic.ts";
import { TimeoutError } from "./errors.ts";
import type { MachineHost } from "./machine-host.ts";
import { environmentOf } from "./run-environment.ts";
import { readStateInput, type StateInput, stepsEnvironment } from "./state-actor.ts";

type FlatContext = Readonly<Record<string, unknown>>;

/** What ends a wait: a signal with its data, or that none comes in time. */
export type StandInSignal = { readonly data: unknown } | { readonly timeout: true };

/**
 * An option of a compiled set: under it child machines, launches, actions and signals are answered from here, and no
 * hooks are called or loaded. Agents and time have seams of their own among the services.
 */
export interface StandIns {
	/** The output of a child machine. What it throws is the child's failure. */
	machine(name: string, input: unknown): unknown;
	/** A machine is launched. What it throws fails the state. */
	launch(name: string, input: unknown): void;
	/**
	 * The context after an action; of one that decides on a key result `passed`, and perhaps `reason`. What it throws fails
	 * the state, or is a key result that does not hold.
	 */
	action(name: string, context: Readonly<Record<string, unknown>>): FlatContext | Promise<FlatContext>;
	/** How the waiting of a state ends; undefined: not at all, so that the run parks. */
	signal(state: string): StandInSignal | undefined;
	/** Whether the time of a state that has a timeout is over before its work has begun; default: it never is. */
	expires?(state: string): boolean;
}

/** The actors of `plan` that stand in for what is outside of it, by name. */
export function standInActors(host: MachineHost, standIns: StandIns): Record<string, AnyActorLogic> {
	const { plan } = host;
	const actors: Record<string, AnyActorLogic> = { [actorName.wait]: signalLogic(host, standIns) };
	for (const name of Object.keys(plan.machines)) {
		actors[actorName.machine(name)] = fromPromise(async ({ input }) => standIns.machine(name, input));
	}
	for (const name of actionsOf(plan)) {
		actors[actorName.action(name)] = fromPromise(async ({ input }) => {
			// What decides on a key result gives a verdict, and no context.
			const isAsked = isRecord(input) && typeof input.keyResult === "string";
			const context = isRecord(input) && isRecord(input.context) && !isAsked ? input.context : {};
			return standIns.action(name, context);
		});
	}
	return actors;
}

function actionsOf({ states }: MachinePlan): ReadonlySet<string> {
	return new Set(
		states.flatMap(({ action, keyResults }) => [
			...(action === undefined ? [] : [action]),
			...(keyResults?.items ?? []).flatMap(({ check }) => (check.kind === "action" ? [check.action] : [])),
		]),
	);
}

/** The logic `flatstate:wait` with signals from a script, as the one with a store's ends (wait-actor.ts). */
function signalLogic(host: MachineHost, standIns: StandIns): StepsLogic<StateInput> {
	return fromSteps({
		readInput: readStateInput,
		environmentOf: (self) => stepsEnvironment(self, host),
		async run({ input, self, steps }) {
			const { name: state, timeout } = host.stateOf(input.state);
			const context: unknown = self._parent?.getSnapshot().context;
			const meta = isMachineContext(context) ? context.machine : undefined;
			const channel = meta?.run.channel ?? "";
			// Sent while this actor still starts, the signal would come before the machine has entered its state.
			await Promise.resolve();
			const answer = standIns.signal(state);
			if (answer && "timeout" in answer) throw new TimeoutError(state, timeout ?? 0);
			if (answer) self._parent?.send({ type: "signal", channel, data: answer.data ?? null });
			else {
				const { activity } = environmentOf(self);
				const stopWaiting = activity.wait({ executionId: meta?.execution_id ?? "", state, channel });
				steps.signal.addEventListener("abort", stopWaiting, { once: true });
			}
			return new Promise(() => undefined);
		},
	});
}
