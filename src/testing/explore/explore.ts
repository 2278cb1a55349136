/** Explores one machine: which transitions can be taken, by which shortest run, and which cannot and why. Pure and deterministic. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { transitionKey } from "../scenario/scenario.ts";
import type { AnswerSpace, SolveGoal } from "../solve/answer-space.ts";
import { deadTransitions } from "./dead-transitions.ts";
import type { DeadReason, Exploration } from "./exploration.ts";
import { MachineModel } from "./model/machine-model.ts";
import { outcomesOf } from "./model/outcomes.ts";
import { oddInputs } from "./odd-inputs.ts";
import { reportOf } from "./report.ts";
import { RememberedAnswers } from "./search/remembered-answers.ts";
import { outcomeKey, Search, type SearchBounds, type Targets } from "./search/search.ts";
import { solveGoals } from "./solve-goals.ts";
import { type LabelledTransition, transitionsOf } from "./transition-labels.ts";

export interface ExploreOptions {
	/** How far the search goes; default: by the size of the machine. */
	readonly bounds?: Partial<SearchBounds>;
	/** Plans of child machines by id, whose ends then say what they can give. */
	readonly plans?: ReadonlyMap<string, MachinePlan>;
	/** What the machine is called in the report; default: the plan's id. */
	readonly machine?: string;
}

/**
 * Explores a machine with answers out of `answers`.
 * @param solve is asked for help with transitions that the search did not take
 */
export function explore(
	plan: MachinePlan,
	answers: AnswerSpace,
	solve?: SolveGoal,
	options: ExploreOptions = {},
): Exploration {
	return withoutStacks(() => {
		const space = new RememberedAnswers(answers, plan.states.length);
		const model = new MachineModel(plan);
		const transitions = transitionsOf(plan);
		const names = new Set(plan.states.map(({ name }) => name));
		const dead = deadTransitions(plan, transitions, names, options.plans);
		const targets = targetsOf(plan, transitions, dead);
		const search = new Search(plan, model, space, targets, { ...boundsOf(plan), ...options.bounds });
		search.run();
		if (solve) solveGoals({ plan, model, space, search, solve, dead });
		if (!search.hasTransitions) search.startWith(oddInputs(space.inputs()));
		const entered = enteredOf(plan, model, transitions, dead, search);
		return reportOf({
			plan,
			model,
			space,
			search,
			machine: options.machine ?? plan.id,
			transitions,
			dead: deadTransitions(plan, transitions, entered, options.plans),
			entered,
		});
	});
}

/** Errors are everyday results of a search, and nobody sees where they were thrown: their stacks cost a fifth of it. */
function withoutStacks<Result>(run: () => Result): Result {
	const { stackTraceLimit } = Error;
	Error.stackTraceLimit = 0;
	try {
		return run();
	} finally {
		Error.stackTraceLimit = stackTraceLimit;
	}
}

function targetsOf(
	plan: MachinePlan,
	transitions: readonly LabelledTransition[],
	dead: ReadonlyMap<string, DeadReason>,
): Targets {
	const keys = transitions.map(({ id }) => transitionKey(id)).filter((key) => !dead.has(key));
	const outcomes = plan.states.flatMap((state) => outcomesOf(plan, state).map((name) => outcomeKey(state, name)));
	return { transitions: new Set(keys), outcomes: new Set(outcomes) };
}

function boundsOf({ states }: MachinePlan): SearchBounds {
	return { situations: 15_000 + 200 * states.length, steps: 25_000 + 500 * states.length };
}

/** States that runs enter, or that could be entered over a transition of which nothing is proven. */
function enteredOf(
	plan: MachinePlan,
	model: MachineModel,
	all: readonly LabelledTransition[],
	dead: ReadonlyMap<string, DeadReason>,
	search: Search,
): ReadonlySet<string> {
	const entered = new Set(search.situations.keys());
	if (entered.size === 0) entered.add(plan.initial);
	const open = [...entered];
	const byState = new Map<string, StatePlan>(plan.states.map((state) => [state.name, state]));
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		const state = byState.get(name);
		if (!state) continue;
		const routes = new Set(model.routesOf(state).map(transitionKey));
		for (const { id } of all) {
			if (id.state !== name || entered.has(id.to) || !routes.has(transitionKey(id))) continue;
			if (dead.has(transitionKey(id))) continue;
			entered.add(id.to);
			open.push(id.to);
		}
	}
	return entered;
}
