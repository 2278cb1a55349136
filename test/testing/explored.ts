/** Explores tiny machines, with answers that a test writes or that are solved, and replays every scenario on the runtime. */
import { expect } from "vitest";
import { type Compiled, compile } from "../../src/compile.ts";
import { type Exploration, type ExploreOptions, explore, exploreMachine } from "../../src/testing/explore/index.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { type Scenario, transitionKey } from "../../src/testing/scenario/scenario.ts";
import {
	type AnswerSpace,
	type GivenError,
	plainMessage,
	type SolveGoal,
} from "../../src/testing/solve/answer-space.ts";

/**
 * A machine out of the YAML of its `data`, with agents `a` and `b`, and machines `m` and `n`.
 * @param child the states of both machines, as a flow mapping
 */
export function machine(data: string, child = "{ one: { type: final } }"): Compiled {
	const lines = data
		.trim()
		.split("\n")
		.map((line) => `  ${line}`);
	return compile(`spec: flatmachine\nspec_version: "4.2.1"\ndata:\n${lines.join("\n")}\n${others(child)}`);
}

const others = (child: string) => `
  agents:
    a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } }
    b: { spec: flatagent, data: { name: b, model: { provider: p, name: m }, user: hi } }
  machines:
    m: &child
      spec: flatmachine
      spec_version: "4.2.1"
      data: { name: child, states: ${child} }
    n: *child
`;

/** An answer space of plain lists; where a test says nothing, everything answers with a text. */
export function answers(given: Partial<AnswerSpace> = {}): AnswerSpace {
	return {
		inputs: () => [{}],
		agentOutputs: () => [{ content: "text" }],
		childOutputs: () => [{ text: "text" }],
		costs: () => [],
		actionEffects: () => [{}],
		signals: () => [{ text: "text" }],
		errors: ({ onError }) => errors(...(onError?.byType.map(([name]) => name) ?? []), "Error"),
		childErrors: () => errors("Error"),
		assumptions: [],
		...given,
	};
}

/** Errors of these types, with nothing in particular to say. */
export function errors(...types: readonly string[]): readonly GivenError[] {
	return types.map((type) => ({ type, message: plainMessage }));
}

interface ExploredOptions extends ExploreOptions {
	readonly solve?: SolveGoal;
	/** Scenarios that are replayed, the shortest and the longest ones; default: all. */
	readonly replays?: number;
}

/** Explores, and holds every scenario to what the runtime does. */
export async function explored(
	compiled: Compiled,
	space: AnswerSpace | "solved" = answers(),
	{ solve, replays = Number.POSITIVE_INFINITY, ...options }: ExploredOptions = {},
): Promise<Exploration> {
	const exploration =
		space === "solved"
			? exploreMachine(compiled.plan, { plans: compiled.plans, ...options })
			: explore(compiled.plan, space, solve, options);
	const { scenarios } = exploration;
	const last = Math.max(scenarios.length - replays / 2, 0);
	for (const [index, scenario] of scenarios.entries()) {
		if (index >= replays / 2 && index < last) continue;
		const { differences } = await replayScenario(compiled, scenario);
		expect(differences, scenario.name).toEqual([]);
	}
	return exploration;
}

/** The reach of every transition in one word or, where it is covered, the number of transitions until it is taken. */
export function reaches({ transitions }: Exploration): Record<string, number | string> {
	return Object.fromEntries(
		transitions.map(({ id, reach }) => [
			transitionKey(id),
			reach.status === "covered" ? reach.steps : reach.status === "dead" ? reach.reason.code : reach.status,
		]),
	);
}

/** What was shown of one state. */
export function outcomesOf({ outcomes }: Exploration, state: string): string[] {
	return outcomes.flatMap((one) => (one.state === state && one.reach.status === "covered" ? [one.outcome] : []));
}

export function scenarioNamed({ scenarios }: Exploration, name: string): Scenario {
	const found = scenarios.find((scenario) => scenario.name === name);
	if (!found) throw new Error(`no scenario ${name}, but ${scenarios.map((one) => one.name).join("; ")}`);
	return found;
}

/** A machine whose action counts until the limit. */
export const counting = (limit: number) =>
	machine(`
context: { n: 0 }
states:
  work:
    type: initial
    action: count
    hooks: hooks
    transitions: [{ to: check }]
  check:
    transitions:
      - { condition: context.n >= ${limit}, to: done }
      - { to: work }
  done: { type: final, output: { n: context.n } }
`);

/** Answers for it. */
export const byOne = answers({ actionEffects: (_state, _action, { n }) => [{ n: Number(n) + 1 }], errors: () => [] });
