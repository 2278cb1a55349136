/** The actors that only wait: for a signal (with its timeout), and for the event loop in a long chain of states. */

import { fromSteps, type StepsLogic } from "../steps/steps-logic.ts";
import { TimeoutError } from "./errors.ts";
import type { MachineHost } from "./machine-host.ts";
import { environmentOf } from "./run-environment.ts";
import { readStateInput, type StateInput, stepsEnvironment } from "./state-actor.ts";
import { isMachineContext } from "./visit.ts";

/** The logic `flatstate:wait`: stands for the waiting of a state; ends only by its timeout, with a TimeoutError. */
export function waitLogic(host: MachineHost): StepsLogic<StateInput> {
	return fromSteps({
		readInput: readStateInput,
		environmentOf: (self) => stepsEnvironment(self, host),
		async run({ input, self, steps }) {
			const state = host.stateOf(input.state);
			const context: unknown = self._parent?.getSnapshot().context;
			const meta = isMachineContext(context) ? context.machine : undefined;
			const { activity, awaitsTimeouts } = environmentOf(self);
			const stopWaiting = activity.wait({
				executionId: meta?.execution_id ?? "",
				state: state.name,
				channel: meta?.run.channel ?? "",
			});
			steps.signal.addEventListener("abort", stopWaiting, { once: true });
			const { timeout } = state;
			if (timeout === null) return new Promise(() => undefined);
			const deadline = steps.value("deadline", () => host.services.now() + timeout * 1000);
			await steps.sleepUntil(Number(deadline), { idle: !awaitsTimeouts });
			throw new TimeoutError(state.name, timeout);
		},
	});
}

/** The logic `flatstate:pause`: gives the event loop one turn. */
export function pauseLogic(host: MachineHost): StepsLogic<StateInput> {
	return fromSteps({
		readInput: readStateInput,
		environmentOf: (self) => stepsEnvironment(self, host),
		async run({ self }) {
			const { activity } = environmentOf(self);
			activity.begin();
			await new Promise((resolve) => {
				setImmediate(resolve);
			});
			activity.end();
			return null;
		},
	});
}
