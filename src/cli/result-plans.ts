/** The plans in which a failed run's place is looked up. */
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import type { CompiledSet } from "../../runtime/machine/compiled-set.ts";

/** The plan of a machine, then those of the machines that it calls. */
export function plansOf(plan: MachinePlan, set: CompiledSet): MachinePlan[] {
	const plans = new Map([[plan.id, plan]]);
	// A map also visits what is added while it is walked.
	for (const { machines } of plans.values()) {
		for (const { id, missingFile } of Object.values(machines)) {
			if (missingFile === undefined && !plans.has(id)) plans.set(id, set.plan(id));
		}
	}
	return [...plans.values()];
}
