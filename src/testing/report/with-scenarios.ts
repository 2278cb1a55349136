/** Adds scenarios that were written by hand, and replayed, to what an exploration found. */
import type { Exploration, Reach } from "../explore/index.ts";
import { type Scenario, transitionKey } from "../scenario/scenario.ts";

/** The exploration with what these scenarios take and enter as covered. */
export function withScenarios(exploration: Exploration, more: readonly Scenario[]): Exploration {
	if (more.length === 0) return exploration;
	const first = exploration.scenarios.length;
	const transitions = new Map<string, Reach>();
	const states = new Map<string, Reach>();
	for (const [index, { taken, path }] of more.entries()) {
		for (const [at, id] of taken.entries()) keepShortest(transitions, transitionKey(id), first + index, at + 1);
		for (const [at, state] of path.entries()) keepShortest(states, state, first + index, at);
	}
	const reached = (reach: Reach, found: Reach | undefined): Reach =>
		reach.status === "covered" || !found ? reach : found;
	return {
		...exploration,
		transitions: exploration.transitions.map((each) => ({
			...each,
			reach: reached(each.reach, transitions.get(transitionKey(each.id))),
		})),
		states: exploration.states.map((each) => ({ ...each, reach: reached(each.reach, states.get(each.state)) })),
		scenarios: [...exploration.scenarios, ...more],
	};
}

function keepShortest(found: Map<string, Reach>, key: string, scenario: number, steps: number): void {
	const known = found.get(key);
	if (known?.status === "covered" && known.steps <= steps) return;
	found.set(key, { status: "covered", scenario, steps });
}
