/** Asks for help with transitions that plain search did not take, and searches on from what was found. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { transitionKey } from "../scenario/scenario.ts";
import type { AnswerSpace, Goal, SolveGoal } from "../solve/answer-space.ts";
import { declaredEffects } from "../solve/effects.ts";
import { answersTogether, hasSeveralChildren } from "../solve/together.ts";
import type { DeadReason } from "./exploration.ts";
import { flatOf, type MachineModel } from "./model/machine-model.ts";
import type { Way } from "./model/way.ts";
import type { Search } from "./search/search.ts";
import type { Situation } from "./search/situation.ts";

/** Situations of one state that are tried for one transition. */
const triedSituations = 4;
/** Rounds of solving and searching: what is found in one opens states for the next. */
const mostRounds = 6;

/** Outputs that are tried in all. */
const mostAttempts = 15_000;

export interface GoalSearch {
	readonly plan: MachinePlan;
	readonly model: MachineModel;
	readonly space: AnswerSpace;
	readonly search: Search;
	readonly solve: SolveGoal;
	/** Transitions that no run can take, by their keys. */
	readonly dead: ReadonlyMap<string, DeadReason>;
}

/** Solves for each transition that is neither found nor dead, until nothing new is found. */
export function solveGoals({ plan, model, space, search, solve, dead }: GoalSearch): void {
	let attempts = 0;
	for (let round = 0; round < mostRounds; round++) {
		const before = search.transitions.size;
		for (const state of plan.states) {
			for (const id of model.routesOf(state)) {
				const key = transitionKey(id);
				if (id.kind !== "transition" || search.transitions.has(key) || dead.has(key)) continue;
				if (solveTransition(state, id.index)) search.run();
			}
		}
		if (search.transitions.size === before) return;
	}

	function solveTransition(state: StatePlan, transition: number): boolean {
		if (!isOpen(plan, state)) return false;
		for (const situation of search.situations.get(state.name)?.slice(0, triedSituations) ?? []) {
			if (attempts > mostAttempts) {
				search.isCutShort = true;
				return false;
			}
			const way = solveFrom(situation, transition);
			if (!way) continue;
			search.note(situation, way);
			return true;
		}
		return false;
	}

	function solveFrom({ position }: Situation, transition: number): Way | undefined {
		const attempt = (output: unknown): Way => {
			attempts++;
			return model.way(position, answering(plan, space, position.state, output), []);
		};
		const goal: Goal = {
			state: position.state,
			transition,
			context: flatOf(position.context),
			attempt: (output) => {
				const { leaving, error } = attempt(output);
				const context = flatOf(leaving.kind === "goes" ? leaving.to.context : leaving.context);
				if (error !== undefined) return { context, output, taken: error === "NoTransitionError" ? "none" : "error" };
				const isTaken = leaving.kind === "goes" && leaving.taken.kind === "transition";
				return { context, output, taken: isTaken ? leaving.taken.index : "none" };
			},
		};
		const output = solve(goal);
		if (output === undefined) return undefined;
		const way = attempt(output);
		const { leaving } = way;
		const isIt = leaving.kind === "goes" && leaving.taken.kind === "transition" && leaving.taken.index === transition;
		return isIt ? way : undefined;
	}
}

/** Whether anything may come of the state's work: of an action alone only what is declared of it, which the search has tried. */
function isOpen(plan: MachinePlan, { action, agent, machine, foreach, waitFor }: StatePlan): boolean {
	const hasOutput = (agent ?? machine ?? foreach ?? waitFor) !== undefined;
	return hasOutput || action === undefined || declaredEffects(plan, action) === undefined;
}

/** The same space with one output of the state's work. */
function answering(plan: MachinePlan, space: AnswerSpace, state: StatePlan, output: unknown): AnswerSpace {
	const effects = typeof output === "object" && output !== null ? [{ ...output }] : [];
	return {
		assumptions: space.assumptions,
		inputs: () => space.inputs(),
		errors: (state, context) => space.errors(state, context),
		childErrors: (state, machine, context) => space.childErrors(state, machine, context),
		agentOutputs: () => [output],
		childOutputs: () => [output],
		...(hasSeveralChildren(state) && { together: () => answersTogether(state, output) }),
		costs: (state, context) => space.costs(state, context),
		signals: () => [output],
		actionEffects: (state, action, context) =>
			declaredEffects(plan, action) === undefined ? effects : space.actionEffects(state, action, context),
	};
}
