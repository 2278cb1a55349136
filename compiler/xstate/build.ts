/** Builds the XState machine of a plan: the only file that calls `createMachine`. */
import {
	type AnyActorLogic,
	type AnyActorRef,
	createMachine,
	type EventObject,
	type MachineConfig,
	type MetaObject,
	type NonReducibleUnknown,
	type ParameterizedObject,
	type ProvidedActor,
	type StateMachine,
	type StateValue,
} from "xstate";
import type { MachinePlan } from "../plan/plan.ts";
import { buildActions } from "./actions.ts";
import type { MachineAction } from "./context-action.ts";
import { buildGuards, type Guard } from "./guards.ts";
import { type JsonMachineConfig, lowerMachine } from "./lower.ts";
import type { MachineContext, MachineEvent } from "./machine-context.ts";
import type { CompilerServices } from "./services.ts";
import type { InjectedHooks } from "./shape.ts";

/** Actor logic by the names of `actorName`. */
export type ActorTable = Record<string, AnyActorLogic>;

/** What `machine.provide` takes: everything that the config only names. */
export interface MachineImplementations {
	readonly actors: ActorTable;
	readonly guards: Record<string, Guard>;
	readonly actions: Record<string, MachineAction>;
}

/** A machine that reads no input can be started without one. */
export type MachineInput = Readonly<Record<string, unknown>> | undefined;

/** The XState machine that a flatmachine document compiles to. */
export type FlatStateMachine = StateMachine<
	MachineContext,
	MachineEvent,
	Record<string, AnyActorRef | undefined>,
	ProvidedActor,
	ParameterizedObject,
	ParameterizedObject,
	string,
	StateValue,
	string,
	MachineInput,
	NonReducibleUnknown,
	EventObject,
	MetaObject,
	JsonMachineConfig
>;

export interface BuiltMachine {
	readonly machine: FlatStateMachine;
	readonly config: JsonMachineConfig;
	readonly implementations: MachineImplementations;
}

/**
 * Lowers `plan` and creates its machine.
 * @param actors actor logic for what the config names; see `actorName`
 */
export function buildMachine(
	plan: MachinePlan,
	services: CompilerServices,
	actors: ActorTable,
	injected?: InjectedHooks,
): BuiltMachine {
	const config = lowerMachine(plan, injected);
	const implementations = { actors, guards: buildGuards(plan), actions: buildActions(plan, services) };
	const machine: FlatStateMachine = createMachine(typed(config), implementations);
	return { machine, config, implementations };
}

type TypedConfig = MachineConfig<
	MachineContext,
	MachineEvent,
	ProvidedActor,
	ParameterizedObject,
	ParameterizedObject,
	string,
	string,
	MachineInput,
	NonReducibleUnknown,
	EventObject,
	MetaObject
>;

/** The config under the types that `createMachine` infers everything else from. */
function typed(config: JsonMachineConfig): TypedConfig {
	return config;
}
