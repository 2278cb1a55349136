/** The port to the machines of a fleet's executions: found by what the store says of them. */
import type { CheckpointEvent } from "../checkpoint/machine-snapshot.ts";
import type { RunnableMachines } from "../machine/runnable-machines.ts";
import type { RuntimeServices } from "../state/services.ts";

/** A machine that an execution runs, or is to run. */
export interface FleetMachine {
	readonly set: RunnableMachines & { readonly services: RuntimeServices };
	readonly planId: string;
	/** `checkpoint_on`; null: whatever durability needs. */
	readonly events: ReadonlySet<CheckpointEvent> | null;
	/** The `config_hash` of the checkpoint that it was chosen for. */
	readonly chosenFor: string | null;
	/** See `DurableStore.storedConfigs`. */
	readonly storedConfigs: Map<string, string | null>;
}

export interface FleetMachines {
	/**
	 * The machine of a stored configuration.
	 * @param file where it was compiled, for the folder of its modules
	 * @param withInjectedHooks whether it has hooks that were given in code without a name
	 * @throws ConfigMissingError, CompileError, BundleError
	 */
	stored(configHash: string, file: string | null, withInjectedHooks: boolean): Promise<FleetMachine>;
	/**
	 * The machine that an execution goes on with.
	 * @param withInjectedHooks whether it was started with hooks that were given in code without a name
	 * @throws UnknownExecutionError, and what `stored` throws
	 */
	machineOf(executionId: string, withInjectedHooks: boolean): Promise<FleetMachine>;
}
