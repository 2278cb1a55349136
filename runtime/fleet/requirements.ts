/** What a worker must have to run a machine: hooks by name, agents by type, what was given in code. */
import type { MachinePlan } from "../../compiler/plan/plan.ts";

export interface RequirementOptions {
	/** Whether the machine has hooks that were given in code. */
	readonly hasInjectedHooks: boolean;
	/** Whether an agent's name has code of its own. */
	readonly isCodeAgent: (name: string) => boolean;
}

/** Stands for hooks without a name, given in code or by a module's default export. */
export const injectedHooksRequirement = "hooks:*";

const anyAgent = "agent:*";

/** Sorted, each once: `hooks:NAME`, `hooks:*`, `agent:TYPE`, `code:AGENT`. Modules that a machine names are files beside it. */
export function requirementsOf(plan: MachinePlan, options: RequirementOptions): readonly string[] {
	const refs = [...plan.machineHooks, ...plan.lifecycleHooks, ...plan.states.flatMap(({ hooks }) => hooks)];
	const needs = new Set(refs.flatMap((ref) => (ref.kind === "named" ? [`hooks:${ref.name}`] : [])));
	if (options.hasInjectedHooks) needs.add(injectedHooksRequirement);
	for (const { name, type } of Object.values(plan.agents)) {
		if (options.isCodeAgent(name)) needs.add(`code:${name}`);
		// Every worker has it.
		else if (type !== "flatagent") needs.add(`agent:${type}`);
	}
	return [...needs].sort();
}

/** What a worker has. */
export interface Capabilities {
	readonly hooks: ReadonlySet<string>;
	readonly hasInjectedHooks: boolean;
	/** Undefined: any, as where scripted answers stand for all agents. */
	readonly agentTypes: ReadonlySet<string> | undefined;
	readonly codeAgents: ReadonlySet<string>;
}

/** As a worker registers them, and jobs require them; sorted. `agent:*` stands for agents of any type. */
export function capabilityNames({ hooks, hasInjectedHooks, agentTypes, codeAgents }: Capabilities): string[] {
	return [
		...[...hooks].map((name) => `hooks:${name}`),
		...(hasInjectedHooks ? [injectedHooksRequirement] : []),
		...(agentTypes ? [...agentTypes].map((type) => `agent:${type}`) : [anyAgent]),
		...[...codeAgents].map((name) => `code:${name}`),
	].sort();
}

/** What a worker has registered. */
export function readCapabilities(names: readonly string[]): Capabilities {
	const named = (kind: string) => new Set(names.map(splitNeed).flatMap(([of, name]) => (of === kind ? [name] : [])));
	return {
		hooks: named("hooks"),
		hasInjectedHooks: names.includes(injectedHooksRequirement),
		agentTypes: names.includes(anyAgent) ? undefined : named("agent"),
		codeAgents: named("code"),
	};
}

/** Those of `requires` that a worker lacks. */
export function missingFrom(capabilities: Capabilities, requires: readonly string[]): string[] {
	const { hooks, hasInjectedHooks, agentTypes, codeAgents } = capabilities;
	return requires.filter((need) => {
		if (need === injectedHooksRequirement) return !hasInjectedHooks;
		const [kind, name] = splitNeed(need);
		if (kind === "hooks") return !hooks.has(name);
		if (kind === "agent") return agentTypes !== undefined && !agentTypes.has(name);
		return kind !== "code" || !codeAgents.has(name);
	});
}

/** For people: ``the hooks `approve` ``, and what of a command line or of code gives it. */
export function requirementWords(need: string): string {
	if (need === injectedHooksRequirement) return "hooks without a name, as the default export of a module of hooks";
	const [kind, name] = splitNeed(need);
	if (kind === "hooks") return `the hooks \`${name}\``;
	if (kind === "agent") return `an adapter for agents of the type \`${name}\``;
	if (kind === "code") return `code for the agent \`${name}\``;
	return `\`${need}\``;
}

function splitNeed(need: string): readonly [string, string] {
	const at = need.indexOf(":");
	return [need.slice(0, at), need.slice(at + 1)];
}
