/** Transitions in the middle of a tool loop: a condition that holds after a tool's result ends the loop (spec section 12.3). */
import { compileCondition, truthy } from "../../../compiler/expression/index.ts";
import type { StatePlan } from "../../../compiler/plan/plan.ts";
import type { MachineContext } from "../../../compiler/xstate/machine-context.ts";
import { reads, scopeOf } from "../../../compiler/xstate/scope.ts";

/** Gives the text of the condition that holds on a context, if any. */
export type MidLoopTransition = (context: MachineContext) => string | undefined;

/**
 * Finds the first condition that holds, of those in front of the first transition without one. What reads `output` is left
 * out: there is none before the loop has ended. Where a condition fails, it and those behind it are judged at the next
 * result, or after the loop, where its error is routed.
 * @param isOwn whether the condition with this text is judged by itself; a guard that was put in its place is asked after
 * the loop only
 */
export function midLoopTransition(
	{ kind, transitions }: StatePlan,
	isOwn: (text: string) => boolean,
): MidLoopTransition | undefined {
	if (kind === "final") return undefined;
	const conditions: { text: string; evaluate: (context: MachineContext) => unknown }[] = [];
	for (const { when } of transitions) {
		if (when === undefined || (when !== "never" && when.node.kind === "simple" && when.node.expression === null)) break;
		if (when === "never" || reads("output", when.node) || !isOwn(when.text)) continue;
		const compiled = compileCondition(when.node, when.text);
		const readsInput = reads("input", when.node);
		conditions.push({
			text: when.text,
			evaluate: (context) => compiled(scopeOf(context, undefined, readsInput)),
		});
	}
	if (conditions.length === 0) return undefined;
	return (context) => {
		try {
			return conditions.find(({ evaluate }) => truthy(evaluate(context)))?.text;
		} catch {
			// After the loop it fails again, and then its error is routed.
			return undefined;
		}
	};
}
