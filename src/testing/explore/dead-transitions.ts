/** Transitions that no run can take, as far as it is proven, each with its reason. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { transitionKey } from "../scenario/scenario.ts";
import type { Plans } from "../solve/context-domains.ts";
import { neverEntered } from "../solve/never-entered.ts";
import { missingFileOf } from "../solve/possible-errors.ts";
import { proveDead } from "../solve/prove-dead.ts";
import type { DeadReason } from "./exploration.ts";
import type { LabelledTransition } from "./transition-labels.ts";

/**
 * @param entered states that runs may enter
 * @param plans of child machines by id
 */
export function deadTransitions(
	plan: MachinePlan,
	all: readonly LabelledTransition[],
	entered: ReadonlySet<string>,
	plans?: Plans,
): ReadonlyMap<string, DeadReason> {
	const states = new Map(plan.states.map((state) => [state.name, state]));
	const dead = new Map<string, DeadReason>();
	for (const transition of all) {
		const state = states.get(transition.id.state);
		const reason = state && reasonOf(plan, state, transition, entered, plans);
		if (reason) dead.set(transitionKey(transition.id), reason);
	}
	return dead;
}

function reasonOf(
	plan: MachinePlan,
	state: StatePlan,
	{ id }: LabelledTransition,
	entered: ReadonlySet<string>,
	plans: Plans | undefined,
): DeadReason | undefined {
	if (!entered.has(state.name)) return neverEntered(plan, state);
	const own = id.kind === "error" ? undefined : alwaysFails(plan, state);
	return own ?? proveDead(plan, id, plans);
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
