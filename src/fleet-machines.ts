/** The machines of a fleet: compiled from the store's configurations, with or without hooks that were given in code. */

import { everyAgentType } from "../runtime/agents/registry.ts";
import type { FleetMachine, FleetMachines } from "../runtime/fleet/fleet-machines.ts";
import type { Capabilities } from "../runtime/fleet/requirements.ts";
import type { CompiledSet } from "../runtime/machine/compiled-set.ts";
import type { Store } from "../runtime/store/store.ts";
import type { CompileOptions } from "./compile.ts";
import { checkpointEventsOf } from "./machine-store.ts";
import { createServices } from "./services.ts";
import { type ChosenMachine, StoredMachines } from "./stored-machine.ts";

/**
 * @param given what the worker's machines are compiled with. Hooks without a name serve those executions only that were
 * started with such hooks: children never are.
 * @param folder where modules of code, and files with keys, are looked for where a machine's file is not where it was
 */
export function fleetMachines(store: Store, given: CompileOptions, folder?: string): FleetMachines {
	// Jobs say which hooks they need; a parent is run where its children may not be.
	const { knownHooks: _, ...options } = given;
	const { hooks: registry } = createServices(options);
	const plain = new StoredMachines(store, { ...options, hooks: registry }, folder);
	const injected = new StoredMachines(store, options, folder);
	return {
		async stored(configHash, file, withInjectedHooks) {
			return fleetMachine(await (withInjectedHooks ? injected : plain).storedMachine(configHash, file, configHash));
		},
		async machineOf(executionId, withInjectedHooks) {
			return fleetMachine(await (withInjectedHooks ? injected : plain).machineOf(executionId));
		},
	};
}

/** One for each set of machines, as long as it is compiled. */
const configs = new WeakMap<CompiledSet, Map<string, string | null>>();

function fleetMachine({ set, planId, chosenFor }: ChosenMachine): FleetMachine {
	const storedConfigs = configs.get(set) ?? new Map<string, string | null>();
	configs.set(set, storedConfigs);
	return { set, planId, chosenFor, events: checkpointEventsOf(set.plan(planId)), storedConfigs };
}

/** What these options have that machines may require. */
export function capabilitiesOf(options: CompileOptions): Capabilities {
	const { hooks, injectedHooks, agents, codeAgents = {} } = createServices(options);
	const hasAny = agents.has(everyAgentType);
	return {
		hooks: new Set(hooks.names()),
		hasInjectedHooks: injectedHooks !== undefined,
		agentTypes: hasAny ? undefined : new Set(agents.types()),
		codeAgents: new Set(Object.keys(codeAgents)),
	};
}
