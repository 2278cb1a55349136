/** What the state actors of one compiled machine need to know of it and of the machines compiled with it. */
import type { AnyActorLogic } from "xstate";
import type { AgentPlan, MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import type { AgentExecutor } from "../agents/agent.ts";
import type { MachineHooks } from "../hooks/hooks.ts";
import type { RunEnvironment } from "./run-environment.ts";
import type { RuntimeServices } from "./services.ts";

/** A machine to start in the background (`launch`). */
export interface LaunchRequest {
	/** The name under `machines` of the machine that launches it. */
	readonly name: string;
	readonly planId: string;
	readonly input: Readonly<Record<string, unknown>>;
	readonly executionId: string;
	readonly parentExecutionId: string;
	readonly depth: number;
	readonly environment: RunEnvironment;
}

/** A machine in the background. Neither promise ever rejects for what happens in the machine. */
export interface Launched {
	/** Resolves when the machine can no longer be lost; absent where nothing is stored. */
	readonly started?: Promise<void>;
	/** Whether it came to its end; false where it waits, or could not be started. */
	readonly ended: Promise<boolean>;
}

/** The machine around a state actor. */
export interface MachineHost {
	readonly plan: MachinePlan;
	readonly services: RuntimeServices;
	stateOf(name: string): StatePlan;
	isHooked(state: StatePlan): boolean;
	hooksOf(state: StatePlan): Promise<MachineHooks> | MachineHooks;
	lifecycleHooks(): Promise<MachineHooks> | MachineHooks;
	executorOf(agent: AgentPlan): Promise<AgentExecutor>;
	/** The machine behind an entry of the actor table that was not overridden; built when it is first asked for. */
	machineBehind(logic: AnyActorLogic): FlatStateMachine | undefined;
	launch(request: LaunchRequest): Launched;
}
