/** Gives plans of a bundle the folders in which their modules of code lie: the bundle's own folders are relative. */
import { looksLikeFile } from "../plan/file-reference.ts";
import type { AgentPlan, HookRef, MachinePlan } from "../plan/plan.ts";
import { joinPortable, leavesFolder } from "./portable-path.ts";

/**
 * A plan whose folders are those of this machine.
 * @param folderOf the folder on the disk for a portable one
 */
export function mountPlan(plan: MachinePlan, folderOf: (dir: string) => string): MachinePlan {
	const hooks = (refs: readonly HookRef[]): readonly HookRef[] =>
		refs.map((ref) => (ref.kind === "module" ? { ...ref, dir: folderOf(ref.dir) } : ref));
	const agents = Object.entries(plan.agents).map(
		([name, agent]): readonly [string, AgentPlan] => [name, { ...agent, dir: folderOf(agent.dir) }] as const,
	);
	return {
		...plan,
		dir: folderOf(plan.dir),
		agents: Object.fromEntries(agents),
		states: plan.states.map((state) => (state.hooks.length === 0 ? state : { ...state, hooks: hooks(state.hooks) })),
		lifecycleHooks: hooks(plan.lifecycleHooks),
		machineHooks: hooks(plan.machineHooks),
	};
}

/** Modules of code that lie outside of the entry's folder, as the plans of a bundle name them before they are mounted. */
export function codeOutside(plans: Iterable<MachinePlan>): string[] {
	const found = new Set<string>();
	const look = (dir: string, file: string): void => {
		const path = joinPortable(dir, file);
		if (leavesFolder(path)) found.add(path);
	};
	for (const { lifecycleHooks, machineHooks, states, agents } of plans) {
		for (const ref of [...lifecycleHooks, ...machineHooks, ...states.flatMap(({ hooks }) => hooks)]) {
			if (ref.kind === "module") look(ref.dir, ref.file);
		}
		for (const { ref, dir } of Object.values(agents)) if (ref !== undefined && looksLikeFile(ref)) look(dir, ref);
	}
	return [...found].sort();
}
