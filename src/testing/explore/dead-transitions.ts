/** Transitions that no run can take, as far as it is proven, each with its reason. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { transitionKey } from "../scenario/scenario.ts";
import { proveDead } from "../solve/prove-dead.ts";
import { cannotFail, missingFileOf } from "./cannot-fail.ts";
import type { DeadReason } from "./exploration.ts";
import type { MachineModel } from "./model/machine-model.ts";
import type { LabelledTransition } from "./transition-labels.ts";

/** @param entered states that runs may enter */
export function deadTransitions(
	plan: MachinePlan,
	model: MachineModel,
	all: readonly LabelledTransition[],
	entered: ReadonlySet<string>,
): ReadonlyMap<string, DeadReason> {
	const states = new Map(plan.states.map((state) => [state.name, state]));
	const dead = new Map<string, DeadReason>();
	for (const transition of all) {
		const state = states.get(transition.id.state);
		const reason = state && reasonOf(plan, model, state, transition, entered);
		if (reason) dead.set(transitionKey(transition.id), reason);
	}
	return dead;
}

function reasonOf(
	plan: MachinePlan,
	model: MachineModel,
	state: StatePlan,
	{ id }: LabelledTransition,
	entered: ReadonlySet<string>,
): DeadReason | undefined {
	if (!entered.has(state.name)) return neverEntered(plan, state);
	const own = id.kind === "error" ? cannotFail(plan, model, state, id) : alwaysFails(plan, state);
	return own ?? proveDead(plan, id);
}

/** Why a state is dead to which no living transition leads. */
export function neverEntered(plan: MachinePlan, { name }: StatePlan): DeadReason {
	const isHooked = plan.machineHooks.length > 0 || plan.states.some(({ hooks }) => hooks.length > 0);
	const text = `No run enters \`${name}\`: no transition to it can be taken${isHooked ? ", unless a hook leads there" : ""}.`;
	return { code: "state_never_entered", text };
}

/** An agent or a machine whose file is missing fails before anything of it runs. */
function alwaysFails(plan: MachinePlan, state: StatePlan): DeadReason | undefined {
	const missing = missingFileOf(plan, state);
	if (missing === undefined) return undefined;
	return {
		code: "always_fails",
		text: `\`${state.name}\` always fails with a FileNotFoundError: the file of ${missing} does not exist.`,
	};
}
