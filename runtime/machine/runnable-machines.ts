/** The machines that were compiled together, as a run sees them. */
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";

/** The machines that `runMachine` finds by their plans' ids. */
export interface RunnableMachines {
	plan(planId: string): MachinePlan;
	machine(planId: string): FlatStateMachine;
	config(planId: string): JsonMachineConfig;
	/**
	 * The id by which checkpoints name a machine: the same wherever its files are.
	 * @param root the machine with whose stored configuration it is found; default: the one that was compiled
	 */
	portableId(planId: string, root?: string): string;
	/** The machine with such an id; undefined where there is none. */
	planOf(portableId: string): string | undefined;
	/** The machine with all its files in one text, for the configuration store; undefined where it cannot be had. */
	configText(planId: string): string | undefined;
	/** What a worker must have to run the machine, see `requirementsOf`. */
	requires(planId: string): readonly string[];
}
