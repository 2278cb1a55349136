/** The actors that only wait: for a signal (with its timeout), and for the event loop in a long chain of states. */
import { isMachineContext } from "../../compiler/xstate/machine-context.ts";
import { fromSteps, type StepsLogic } from "../steps/steps-logic.ts";
import { awaitSignal, waitForEver } from "./await-signal.ts";
import { TimeoutError } from "./errors.ts";
import type { MachineHost } from "./machine-host.ts";
import { environmentOf } from "./run-environment.ts";
import { readStateInput, type StateInput, stepsEnvironment } from "./state-actor.ts";
import { stepKey } from "./step-keys.ts";

/**
 * The logic `flatstate:wait`: stands for the waiting of a state. Where the run has signals, it takes the oldest one of
 * the channel and sends it to the machine; its own end is only its timeout, with a TimeoutError (spec section 11.1).
 */
export function waitLogic(host: MachineHost): StepsLogic<StateInput> {
	return fromSteps({
		readInput: readStateInput,
		environmentOf: (self) => stepsEnvironment(self, host),
		async run({ input, self, steps }) {
			const state = host.stateOf(input.state);
			const context: unknown = self._parent?.getSnapshot().context;
			const meta = isMachineContext(context) ? context.machine : undefined;
			const executionId = meta?.execution_id ?? "";
			const channel = meta?.run.channel ?? "";
			const environment = environmentOf(self);
			const { timeout } = state;
			const deadline =
				timeout === null ? null : Number(steps.value(stepKey.deadline, () => host.services.now() + timeout * 1000));
			const record = environment.keeper?.recorder.executionOf(self._parent);
			record?.wakesAt(deadline);
			steps.signal.addEventListener("abort", () => record?.wakesAt(null), { once: true });

			const signal = await awaitSignal({
				waiter: { executionId, channel, environment, steps },
				state: state.name,
				deadline,
				now: () => host.services.now(),
				listens: true,
				over: steps.signal,
			});
			if (!signal) throw new TimeoutError(state.name, timeout ?? 0);
			self._parent?.send({ type: "signal", channel, data: signal.data });
			// The machine stops this actor when it goes on.
			return waitForEver();
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
