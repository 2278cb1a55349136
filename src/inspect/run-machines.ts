/** The machines of a compiled set, as whoever inspects a run of them knows them: by their logic, under portable ids. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import type { CompiledSet } from "../../runtime/machine/compiled-set.ts";
import type { Diagram } from "../diagram/diagram.ts";
import { diagramOf } from "../diagram/diagram-of.ts";
import type { InspectedMachines } from "./live-feed.ts";

/** For the feed of a live run. */
export function machinesOf(set: CompiledSet, planId: string): InspectedMachines {
	const ids = new WeakMap<object, string>();
	const idOf = (logic: object): string | undefined => {
		const known = ids.get(logic);
		if (known !== undefined) return known;
		// A machine is built when it is first run: whoever is asked about runs already.
		const plan = plansWithin(set, planId).find(({ id }) => set.machine(id) === logic);
		if (plan) ids.set(logic, plan.id);
		return plan?.id;
	};
	return {
		planOf: (logic) => (isRecord(logic) && isRecord(logic.root) ? idOf(logic) : undefined),
		config: (id) => set.config(id),
		nameOf: (id) => set.portableId(id),
	};
}

/** The plan, and those of all machines that it calls or launches. */
export function plansWithin(set: CompiledSet, planId: string): MachinePlan[] {
	const plans = new Map([[planId, set.plan(planId)]]);
	// A map also visits what is added while it is walked.
	for (const { machines } of plans.values()) {
		for (const { id, missingFile } of Object.values(machines)) {
			if (missingFile === undefined && !plans.has(id)) plans.set(id, set.plan(id));
		}
	}
	return [...plans.values()];
}

/** A diagram of each machine. */
export function diagramsOf(set: CompiledSet, planId: string): Diagram[] {
	return plansWithin(set, planId).map(({ id }) => diagramOfMachine(set, id));
}

/** The diagram of one machine, with those that it calls drawn within it. */
export function diagramOfMachine(set: CompiledSet, planId: string): Diagram {
	const plans = new Map(plansWithin(set, planId).map((plan) => [plan.id, plan]));
	return diagramOf(set.plan(planId), plans, { machineId: (id) => set.portableId(id) });
}
