/** Puts together what a search has found: reaches of transitions, states and outcomes, and the scenarios that show them. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import { defaultMaxSteps } from "../../../compiler/xstate/initial-meta.ts";
import { transitionKey } from "../scenario/scenario.ts";
import type { AnswerSpace } from "../solve/answer-space.ts";
import { neverEntered } from "../solve/never-entered.ts";
import { type ChosenScenarios, chooseScenarios } from "./choose-scenarios.ts";
import type {
	DeadReason,
	EndlessLoop,
	Exploration,
	OutcomeReach,
	Reach,
	StateReach,
	TransitionReach,
} from "./exploration.ts";
import type { MachineModel } from "./model/machine-model.ts";
import { outcomesOf } from "./model/outcomes.ts";
import { outcomeKey, type Search } from "./search/search.ts";
import { closedLoops, distancesToEnds } from "./state-graph.ts";
import type { LabelledTransition } from "./transition-labels.ts";
import { unsolvedText } from "./unsolved-text.ts";

export interface Findings {
	readonly plan: MachinePlan;
	readonly model: MachineModel;
	readonly space: AnswerSpace;
	readonly search: Search;
	readonly machine: string;
	readonly transitions: readonly LabelledTransition[];
	readonly dead: ReadonlyMap<string, DeadReason>;
	/** States that may be entered. */
	readonly entered: ReadonlySet<string>;
}

export function reportOf(findings: Findings): Exploration {
	const { plan, model, space, search, machine, transitions, dead } = findings;
	const chosen = chooseScenarios(plan, model, space, search);
	const open = transitions.filter(({ id }) => !dead.has(transitionKey(id))).map(({ id }) => id);
	const distances = distancesToEnds(plan, model, open);
	return {
		machine,
		name: plan.name,
		transitions: transitions.map((transition) => transitionReach(findings, chosen, transition)),
		states: plan.states.map(
			(state): StateReach => ({
				state: state.name,
				...(state.at && { at: state.at }),
				isFinal: model.isEnd(state),
				reach: stateReach(findings, chosen, state.name),
				isEndless: !distances.has(state.name),
			}),
		),
		outcomes: outcomeReaches(findings, chosen),
		endlessLoops: endlessLoops(findings, distances, open),
		scenarios: chosen.scenarios,
		assumptions: [...space.assumptions, ...limitNotes(plan, chosen)],
		isCutShort: search.isCutShort && isOpen(findings),
		size: { situations: search.size, steps: search.steps },
	};
}

/** Whether there is anything that a longer search could have found. */
function isOpen({ plan, search, transitions, dead, entered }: Findings): boolean {
	const isFound = ({ id }: LabelledTransition) => {
		const key = transitionKey(id);
		return search.transitions.has(key) || dead.has(key);
	};
	const states = plan.states.filter(({ name }) => entered.has(name));
	return (
		!transitions.every(isFound) ||
		states.some(({ name }) => !search.situations.has(name)) ||
		states.some((state) => outcomesOf(plan, state).some((outcome) => !search.outcomes.has(outcomeKey(state, outcome))))
	);
}

function limitNotes({ settings }: MachinePlan, { beyondLimit }: ChosenScenarios): string[] {
	if (beyondLimit === 0) return [];
	const scenarios = beyondLimit === 1 ? "1 scenario takes" : `${beyondLimit} scenarios take`;
	return [
		`${scenarios} more steps than max_steps allows (${settings.maxSteps ?? defaultMaxSteps}), and so need a higher one.`,
	];
}

function transitionReach(
	{ plan, search, dead, entered }: Findings,
	chosen: ChosenScenarios,
	transition: LabelledTransition,
): TransitionReach {
	const key = transitionKey(transition.id);
	const { id, label, at } = transition;
	const base = { id, label, ...(at && { at }) };
	const found = search.transitions.get(key);
	if (found)
		return { ...base, reach: { status: "covered", scenario: chosen.scenarioOf(found), steps: found.from.depth + 1 } };
	const reason = dead.get(key);
	if (reason) return { ...base, reach: { status: "dead", reason } };
	const isEntered = search.situations.has(id.state) || !entered.has(id.state);
	const text = isEntered ? unsolvedText(plan, transition) : `No run was found that enters \`${id.state}\`.`;
	return { ...base, reach: { status: "unsolved", text } };
}

function stateReach({ plan, search, entered }: Findings, chosen: ChosenScenarios, name: string): Reach {
	const [first] = search.situations.get(name) ?? [];
	if (first) return { status: "covered", scenario: chosen.scenarioThrough(first), steps: first.depth };
	const state = plan.states.find((one) => one.name === name);
	if (state && !entered.has(name)) return { status: "dead", reason: neverEntered(plan, state) };
	return { status: "unsolved", text: `No run was found that enters \`${name}\`.` };
}

function outcomeReaches({ plan, search, entered }: Findings, chosen: ChosenScenarios): OutcomeReach[] {
	return plan.states.flatMap((state) =>
		outcomesOf(plan, state).map((outcome): OutcomeReach => {
			const found = search.outcomes.get(outcomeKey(state, outcome));
			const base = { state: state.name, outcome };
			if (found)
				return { ...base, reach: { status: "covered", scenario: chosen.scenarioOf(found), steps: found.from.depth } };
			if (!entered.has(state.name)) return { ...base, reach: { status: "dead", reason: neverEntered(plan, state) } };
			return {
				...base,
				reach: { status: "unsolved", text: `No run was found that shows it: \`${state.name}\`, ${outcome}.` },
			};
		}),
	);
}

function endlessLoops(
	{ entered }: Findings,
	distances: ReadonlyMap<string, number>,
	open: readonly LabelledTransition["id"][],
): EndlessLoop[] {
	const endless = [...entered].filter((name) => !distances.has(name));
	return closedLoops(endless, open).map((states) => ({ states, text: loopText(states) }));
}

function loopText(states: readonly string[]): string {
	const names = states.map((name) => `\`${name}\``);
	const [only] = names;
	if (names.length === 1)
		return `${only} leads only to itself: no end can be reached from it, so only max_steps ends the run.`;
	return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} lead only to each other: no end can be reached from them, so only max_steps ends the run.`;
}
