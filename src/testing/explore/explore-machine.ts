/** The front door: explores a compiled machine with answers that are solved from its conditions. */
import { isAbsolute, relative } from "node:path";
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import { type AnswerSpaceOptions, answerSpace } from "../solve/answer-space.ts";
import { goalSolver } from "../solve/solve-goal.ts";
import type { Exploration } from "./exploration.ts";
import { type ExploreOptions, explore } from "./explore.ts";

export interface ExploreMachineOptions extends AnswerSpaceOptions, ExploreOptions {}

/**
 * Explores one machine: every transition with the shortest scenario that takes it, or why none can.
 * @param plan of a compiled machine; `plans` of the options has those of its children, whose outputs are taken from them
 */
export function exploreMachine(plan: MachinePlan, options: ExploreMachineOptions = {}): Exploration {
	return explore(plan, answerSpace(plan, options), goalSolver(plan, options.plans), {
		machine: shownId(plan.id),
		...options,
	});
}

/** The id of a machine in a file, relative to the working directory. */
function shownId(id: string): string {
	const [file = "", ...inner] = id.split("#");
	if (!isAbsolute(file)) return id;
	return [relative(process.cwd(), file).replaceAll("\\", "/"), ...inner].join("#");
}
