/** All transitions of a machine as its YAML has them, with the words that reports show for them. */
import type { MachinePlan, SourcePlace, StatePlan } from "../../../compiler/plan/plan.ts";
import type { TransitionId } from "../scenario/scenario.ts";

export interface LabelledTransition {
	readonly id: TransitionId;
	/** The condition as written, `otherwise`, or the error's name. */
	readonly label: string;
	readonly at?: SourcePlace;
}

/** The transitions of each state in their order, its error routes behind them. */
export function transitionsOf(plan: MachinePlan): readonly LabelledTransition[] {
	return plan.states.flatMap((state) => [...ownTransitions(state), ...errorRoutes(state)]);
}

function ownTransitions({ name, transitions }: StatePlan): LabelledTransition[] {
	return transitions.map(({ to, when, at }, index) => ({
		id: { state: name, kind: "transition", index, to },
		label: when === undefined ? "otherwise" : when === "never" ? "false" : when.text.trim(),
		...(at && { at }),
	}));
}

function errorRoutes({ name, onError, at }: StatePlan): LabelledTransition[] {
	const { byType = [], default: other } = onError ?? {};
	const routes = other === undefined ? byType : [...byType, ["default", other] as const];
	return routes.map(([error, to]) => ({
		id: { state: name, kind: "error", error, to },
		label: error === "default" ? "any other error" : error,
		...(at && { at }),
	}));
}
