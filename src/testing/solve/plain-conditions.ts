/** The conditions of a state's transitions as far as cases can cover them, and their texts. */
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { PlannedCondition, StatePlan } from "../../../compiler/plan/plan.ts";
import type { TransitionId } from "../scenario/scenario.ts";

type When = PlannedCondition | "never" | undefined;

/** A condition before another one. */
export interface Earlier {
	readonly index: number;
	readonly expression: Expression;
}

/** The conditions before a transition. */
export function earlierOf(state: StatePlan, index: number): readonly Earlier[] {
	return state.transitions.slice(0, index).flatMap(({ when }, at) => {
		const expression = expressionOf(when);
		return expression === undefined ? [] : [{ index: at, expression }];
	});
}

/** The expression of a condition; undefined for none, a blank one, `false`, and other languages. */
export function expressionOf(when: When): Expression | undefined {
	if (when === undefined || when === "never" || when.node.kind !== "simple") return undefined;
	return when.node.expression ?? undefined;
}

export function isBlank(when: PlannedCondition | "never"): boolean {
	return when !== "never" && when.node.kind === "simple" && when.node.expression === null;
}

export function textOf(when: When): string {
	return when === undefined || when === "never" ? "false" : when.text.trim();
}

export function idOf(state: StatePlan, index: number): TransitionId {
	return { state: state.name, kind: "transition", index, to: state.transitions[index]?.to ?? "" };
}
