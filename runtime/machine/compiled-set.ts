/** Machines that were compiled together: builds each when it is first needed, and caches its hooks and executors. */
import type { AnyActorLogic } from "xstate";
import type { Configurations } from "../../compiler/bundle/configurations.ts";
import type { Loader } from "../../compiler/document/loader.ts";
import type { AgentPlan, MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import {
	type ActorTable,
	type BuiltMachine,
	buildMachine,
	type FlatStateMachine,
} from "../../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { hasLifecycle, type InjectedHooks, noInjectedHooks, shapeOf } from "../../compiler/xstate/shape.ts";
import type { AgentExecutor, AgentReference } from "../agents/agent.ts";
import { agentActorLogic, type CodeAgent, functionExecutor, isActorLogic } from "../agents/code-agents.ts";
import { describeError, errorNames } from "../agents/errors.ts";
import { requirementsOf } from "../fleet/requirements.ts";
import { compositeHooks, NO_HOOKS } from "../hooks/composite.ts";
import type { MachineHooks } from "../hooks/hooks.ts";
import { agentLogic } from "../state/agent-call.ts";
import { FileNotFoundError, ValueError } from "../state/errors.ts";
import type { LaunchRequest, MachineHost } from "../state/machine-host.ts";
import type { RuntimeServices } from "../state/services.ts";
import { standInActors } from "../state/stand-ins.ts";
import { stateLogic } from "../state/state-actor.ts";
import { pauseLogic, waitLogic } from "../state/wait-actor.ts";
import { launchMachine } from "./launch-machine.ts";
import { lazyLogic } from "./lazy-logic.ts";

/** The documents that a set was compiled from. */
export interface CompiledSources {
	readonly configurations: Configurations;
	/** Where agents read what the compiler has not read. */
	readonly loader: Loader;
}

/** All machines of one compilation. The entry machine alone has the hooks that were given in code (spec section 10.1). */
export class CompiledSet {
	readonly services: RuntimeServices;
	readonly #plans: ReadonlyMap<string, MachinePlan>;
	readonly #entry: string;
	readonly #sources: CompiledSources | undefined;
	readonly #built = new Map<string, BuiltMachine>();
	readonly #lazy = new WeakMap<AnyActorLogic, string>();

	/** @param sources without them there are no stored configurations, and ids are the same everywhere */
	constructor(
		plans: ReadonlyMap<string, MachinePlan>,
		entry: string,
		services: RuntimeServices,
		sources?: CompiledSources,
	) {
		this.#plans = plans;
		this.#entry = entry;
		this.#sources = sources;
		this.services = services;
	}

	/** Plans of all machines, by id. */
	get plans(): ReadonlyMap<string, MachinePlan> {
		return this.#plans;
	}

	/** The same machines under other services. */
	withServices(services: RuntimeServices): CompiledSet {
		return new CompiledSet(this.#plans, this.#entry, services, this.#sources);
	}

	/** The machine of a plan with its config and implementations. */
	built(planId: string): BuiltMachine {
		const known = this.#built.get(planId);
		if (known) return known;
		const plan = this.plan(planId);
		const host = this.#machineHost(plan, this.injectedHooks(planId));
		const { newId } = this.services;
		const built = buildMachine(
			plan,
			{ newId: () => newId(), errorNames, describeError },
			this.#actors(plan, host),
			this.injectedHooks(planId),
		);
		this.#built.set(planId, built);
		return built;
	}

	/** @throws ValueError for an id that is not in the set */
	plan(planId: string): MachinePlan {
		const plan = this.#plans.get(planId);
		if (!plan) throw new ValueError(`Machine \`${planId}\` was not compiled.`);
		return plan;
	}

	/**
	 * The machine's stored configuration: itself with all files that it was compiled from (compiler/bundle). Its
	 * `configHash` changes with any of them.
	 * @returns undefined for a set that was made of plans alone, an unknown machine, and one that is too large to store
	 */
	configText(planId: string): string | undefined {
		return this.#sources?.configurations.text(planId);
	}

	/**
	 * A machine's id for other processes: relative to the folder of `root`, whose stored configuration has it so.
	 * @param root default: the entry
	 * @throws ValueError for an id that is not in the set
	 */
	portableId(planId: string, root: string = this.#entry): string {
		const { id } = this.plan(planId);
		return this.#sources?.configurations.portableId(id, root) ?? id;
	}

	/** The id here for a portable one; undefined where the set has no such machine. */
	planOf(portableId: string, root: string = this.#entry): string | undefined {
		if (!this.#sources) return this.#plans.has(portableId) ? portableId : undefined;
		return this.#sources.configurations.planOf(portableId, root);
	}

	requires(planId: string): readonly string[] {
		const { codeAgents = {} } = this.services;
		return requirementsOf(this.plan(planId), {
			hasInjectedHooks: this.injectedHooks(planId).state,
			isCodeAgent: (name) => Object.hasOwn(codeAgents, name),
		});
	}

	machine(planId: string): FlatStateMachine {
		return this.built(planId).machine;
	}

	/** The plan that was compiled; the others are of machines that it references. */
	get entry(): string {
		return this.#entry;
	}

	config(planId: string): JsonMachineConfig {
		return this.built(planId).config;
	}

	/** Which hooks a machine has that were given in code. */
	injectedHooks(planId: string): InjectedHooks {
		const given = planId === this.#entry && this.services.injectedHooks !== undefined;
		return given ? { state: true, lifecycle: true } : noInjectedHooks;
	}

	#actors(plan: MachinePlan, host: MachineHost): ActorTable {
		const actors: ActorTable = {
			[actorName.state]: stateLogic(host),
			[actorName.wait]: waitLogic(host),
			[actorName.pause]: pauseLogic(host),
		};
		for (const agent of Object.values(plan.agents)) {
			const code = this.#codeAgent(agent);
			actors[actorName.agent(agent.name)] = isActorLogic(code)
				? agentActorLogic(code)
				: agentLogic(() => host.executorOf(agent));
		}
		const { standIns } = this.services;
		if (standIns) return Object.assign(actors, standInActors(host, standIns));
		for (const { name, id, missingFile } of Object.values(plan.machines)) {
			const logic = lazyLogic(() => {
				if (missingFile !== undefined) throw new FileNotFoundError("machine", name, missingFile);
				return this.machine(id);
			});
			this.#lazy.set(logic, id);
			actors[actorName.machine(name)] = logic;
		}
		return actors;
	}

	#machineHost(plan: MachinePlan, injected: InjectedHooks): MachineHost {
		const { services } = this;
		const states = new Map(plan.states.map((state) => [state.name, state]));
		const shapes = new Map(plan.states.map((state) => [state.name, shapeOf(plan, state, injected)]));
		const hooks = new Map<string, Promise<MachineHooks> | MachineHooks>();
		const executors = new Map<string, Promise<AgentExecutor>>();
		const { standIns } = services;
		const inCode = injected.state ? services.injectedHooks : undefined;

		const cached = <T>(cache: Map<string, T>, key: string, make: () => T): T => {
			const value = cache.get(key) ?? make();
			cache.set(key, value);
			return value;
		};
		const together = async (
			refs: Promise<MachineHooks> | MachineHooks,
			more: MachineHooks | undefined,
		): Promise<MachineHooks> => (more ? compositeHooks([await refs, more]) : refs);

		return {
			plan,
			services,
			stateOf(name) {
				const state = states.get(name);
				if (!state) throw new ValueError(`Machine \`${plan.name}\` has no state \`${name}\`.`);
				return state;
			},
			isHooked: ({ name }: StatePlan) => shapes.get(name)?.hooked ?? false,
			hooksOf: (state) =>
				standIns
					? NO_HOOKS
					: cached(hooks, `state ${state.name}`, () => {
							const refs = [...plan.machineHooks, ...state.hooks];
							if (refs.length === 0) return inCode ?? NO_HOOKS;
							return services.hooks.resolve(refs);
						}),
			lifecycleHooks: () =>
				standIns
					? NO_HOOKS
					: cached(hooks, "lifecycle", () => {
							if (!hasLifecycle(plan, injected)) return NO_HOOKS;
							return together(services.hooks.resolve([...plan.machineHooks, ...plan.lifecycleHooks]), inCode);
						}),
			executorOf: (agent) => cached(executors, agent.name, () => this.#createExecutor(plan, agent)),
			machineBehind: (logic) => {
				const planId = this.#lazy.get(logic);
				return planId === undefined ? undefined : this.machine(planId);
			},
			launch: (request: LaunchRequest) => {
				if (!standIns) return launchMachine(this, request);
				standIns.launch(request.name, request.input);
				return { ended: Promise.resolve(true) };
			},
		};
	}

	#codeAgent({ name }: AgentPlan): CodeAgent | undefined {
		const { codeAgents } = this.services;
		return codeAgents && Object.hasOwn(codeAgents, name) ? codeAgents[name] : undefined;
	}

	async #createExecutor(plan: MachinePlan, agent: AgentPlan): Promise<AgentExecutor> {
		const { modelOverride, rateLimiter, agents } = this.services;
		const code = this.#codeAgent(agent);
		if (code && !isActorLogic(code)) return functionExecutor(code);
		const { dir, profiles } = agent;
		return agents.createExecutor(agent.name, referenceOf(agent), {
			configDir: dir,
			machineName: plan.name,
			agents: Object.fromEntries(Object.values(plan.agents).map((one) => [one.name, referenceOf(one)])),
			settings: plan.settings.raw,
			...(this.#sources && { loader: this.#sources.loader }),
			...(profiles && { profiles }),
			...(modelOverride !== undefined && { modelOverride }),
			...(rateLimiter && { rateLimiter }),
		});
	}
}

function referenceOf({ type, ref, config }: AgentPlan): AgentReference {
	return { type, config, ...(ref !== undefined && { ref }) };
}
