/** With which errors a state can fail, as far as that is certain; most work can fail with any. */
import type { MachinePlan, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { shapeOf } from "../../../compiler/xstate/shape.ts";
import { isHooked } from "./context-domains.ts";
import type { Choice } from "./transition-cases.ts";

/** The names of one error that `on_error` may match, best first; they are those that the runtime gives. */
export type ErrorNames = readonly string[];

const EXPRESSION_FAILED: ErrorNames = ["ExpressionError", "Error", "expression_error"];
const NO_TRANSITION: ErrorNames = ["NoTransitionError", "Error", "no_transition"];
const TIMED_OUT: ErrorNames = ["TimeoutError", "FlatstateError", "Error", "timeout"];
const NO_CHANNEL: ErrorNames = ["TypeError", "Error"];

/**
 * Every error that the state can fail with.
 * @returns "any" where its work is done by something that may throw what it likes
 */
export function possibleErrors(plan: MachinePlan, state: StatePlan, choice: Choice): readonly ErrorNames[] | "any" {
	const works = state.agent ?? state.machine ?? state.foreach ?? state.action;
	if (works !== undefined || state.launch.length > 0 || isHooked(plan, state) || state.hooks.length > 0) return "any";
	const errors: ErrorNames[] = [];
	if (state.waitFor !== undefined) {
		if (state.timeout !== null) errors.push(TIMED_OUT);
		if (mayFail(state.waitFor)) errors.push(EXPRESSION_FAILED);
		if (!isFixedText(state.waitFor)) errors.push(NO_CHANNEL);
		if (state.outputToContext.some(([, structure]) => mayFail(structure))) errors.push(EXPRESSION_FAILED);
	}
	const { ends } = shapeOf(plan, state, { state: false, lifecycle: false });
	if (ends) {
		if (state.output !== undefined && mayFail(state.output)) errors.push(EXPRESSION_FAILED);
		return errors;
	}
	if (choice.mayFail) errors.push(EXPRESSION_FAILED);
	if (choice.mayBeNone) errors.push(NO_TRANSITION);
	return errors;
}

/** Whether rendering may fail: literals and bare paths never do. */
function mayFail(structure: Structure): boolean {
	switch (structure.kind) {
		case "constant":
			return false;
		case "template": {
			const { node } = structure;
			if (node.kind === "jinja") return node.body.some(({ kind }) => kind !== "text");
			return node.kind === "liquid";
		}
		case "list":
			return structure.items.some(mayFail);
		case "map":
			return structure.entries.some(([, value]) => mayFail(value));
	}
}

function isFixedText(structure: Structure): boolean {
	if (structure.kind === "constant") return structure.value !== null && structure.value !== "";
	return structure.kind === "template" && structure.node.kind === "literal" && structure.node.text !== "";
}

/** The routes that these errors take: names under `on_error`, and `default`. */
export function routesOf(errors: readonly ErrorNames[], { onError }: StatePlan): ReadonlySet<string> {
	const among = onError?.byType.map(([name]) => name) ?? [];
	return new Set(errors.map((names) => names.find((name) => among.includes(name)) ?? "default"));
}
