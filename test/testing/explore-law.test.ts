/** Whatever the machine: what the exploration says of a run is what the runtime does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Compiled, compile, validate } from "../../src/compile.ts";
import { deadTransitions } from "../../src/testing/explore/dead-transitions.ts";
import { type Exploration, exploreMachine } from "../../src/testing/explore/index.ts";
import { transitionsOf } from "../../src/testing/explore/transition-labels.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { type Scenario, transitionKey } from "../../src/testing/scenario/scenario.ts";
import { documentOf as durableDocument, durableMachine } from "../laws/random-durable.ts";
import { documentOf, randomMachine } from "../laws/random-machine.ts";

const bounds = { situations: 400, steps: 4000 };

function compiled(document: Readonly<Record<string, unknown>>): Compiled | undefined {
	return validate(document).some(({ severity }) => severity === "error") ? undefined : compile(document);
}

/** Where replays part from their scenarios. */
async function differences(machine: Compiled, scenarios: readonly Scenario[]): Promise<readonly string[]> {
	const found: string[] = [];
	for (const scenario of scenarios) {
		const replay = await replayScenario(machine, scenario);
		for (const difference of replay.differences) found.push(`${scenario.name}: ${difference}`);
	}
	return found;
}

/** What must hold between the parts of an exploration. */
function checkWhole({ transitions, states, scenarios }: Exploration): void {
	for (const { id, reach } of transitions) {
		const key = transitionKey(id);
		const takenAt = scenarios.map(({ taken }) => taken.findIndex((one) => transitionKey(one) === key) + 1);
		if (reach.status !== "covered") expect(takenAt.filter((at) => at > 0)).toEqual([]);
		else expect(takenAt[reach.scenario]).toBe(reach.steps);
	}
	for (const { state, reach } of states) {
		if (reach.status === "covered") expect(scenarios[reach.scenario]?.path[reach.steps]).toBe(state);
		else expect(scenarios.flatMap(({ path }) => path)).not.toContain(state);
	}
	expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
	const lengths = scenarios.map(({ taken }) => taken.length);
	expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
}

/** What is proven never to happen, of all that a search found: nothing. */
function wronglyDead({ plan }: Compiled, { transitions }: Exploration): readonly string[] {
	const names = new Set(plan.states.map(({ name }) => name));
	const dead = deadTransitions(plan, transitionsOf(plan), names);
	const covered = transitions.filter(({ reach }) => reach.status === "covered");
	return covered.flatMap(({ id }) => dead.get(transitionKey(id))?.text ?? []);
}

describe("the scenarios of an exploration", () => {
	it("replay exactly on random machines of agents, actions, conditions and error routes", async () => {
		let covered = 0;
		await fc.assert(
			fc.asyncProperty(randomMachine, async (random) => {
				const machine = compiled(documentOf(random));
				if (!machine) return;
				const exploration = exploreMachine(machine.plan, { plans: machine.plans, bounds });
				checkWhole(exploration);
				expect(wronglyDead(machine, exploration)).toEqual([]);
				expect(await differences(machine, exploration.scenarios)).toEqual([]);
				covered += exploration.transitions.filter(({ reach }) => reach.status === "covered").length;
			}),
			{ numRuns: 80 },
		);
		expect(covered).toBeGreaterThan(80);
	});

	it("replay exactly on random machines of every kind of call, child, wait and launch", async () => {
		let covered = 0;
		await fc.assert(
			fc.asyncProperty(durableMachine, async (random) => {
				const machine = compiled(durableDocument(random));
				if (!machine) return;
				const exploration = exploreMachine(machine.plan, { plans: machine.plans, bounds });
				checkWhole(exploration);
				expect(wronglyDead(machine, exploration)).toEqual([]);
				expect(await differences(machine, exploration.scenarios)).toEqual([]);
				covered += exploration.transitions.filter(({ reach }) => reach.status === "covered").length;
			}),
			{ numRuns: 80 },
		);
		expect(covered).toBeGreaterThan(80);
	});
});
