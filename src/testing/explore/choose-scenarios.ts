/** Chooses runs that together show all that a search has found, and completes each to an end. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import { defaultMaxSteps } from "../../../compiler/xstate/initial-meta.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnswerSpace } from "../solve/answer-space.ts";
import { type Run, scenarioOf, startOf, waysTo } from "./build-scenario.ts";
import { Completer } from "./complete-run.ts";
import { startWithDefaults } from "./default-inputs.ts";
import type { MachineModel } from "./model/machine-model.ts";
import type { Position, Way } from "./model/way.ts";
import { ScenarioNames } from "./scenario-names.ts";
import type { Found, Search } from "./search/search.ts";
import type { Situation } from "./search/situation.ts";

export interface ChosenScenarios {
	/** Shortest first, each name once. */
	readonly scenarios: readonly Scenario[];
	/** The shortest that goes a way from its situation. */
	scenarioOf(found: Found): number;
	/** The shortest that comes through a situation. */
	scenarioThrough(situation: Situation): number;
	/** How many of them go on beyond the machine's own limit of steps. */
	readonly beyondLimit: number;
}

export function chooseScenarios(
	plan: MachinePlan,
	model: MachineModel,
	space: AnswerSpace,
	search: Search,
): ChosenScenarios {
	const wanted = [...search.transitions.values(), ...search.outcomes.values()];
	const routes = [...search.transitions.values()].flatMap(({ by: { leaving } }) =>
		leaving.kind === "goes" ? [leaving.taken] : [],
	);
	const completer = new Completer(plan, model, space, search.keys, routes);
	const limit = plan.settings.maxSteps ?? defaultMaxSteps;
	const runs = leavesOf(wanted).map((found) => finish(found));
	if (runs.length === 0) runs.push(...firstRun());
	runs.push(...defaultsRun());
	runs.sort((first, second) => first.ways.length - second.ways.length);
	const byWay = new Map<Way, number>();
	for (const [index, { ways }] of runs.entries()) {
		for (const way of ways) if (!byWay.has(way)) byWay.set(way, index);
	}
	const names = new ScenarioNames(plan);
	return {
		scenarios: runs.map((run) => {
			const scenario = scenarioOf(run);
			return { ...scenario, name: names.take(scenario, run.ways) };
		}),
		beyondLimit: runs.filter(({ ways }) => ways.length > limit).length,
		scenarioOf: ({ by }) => byWay.get(by) ?? 0,
		scenarioThrough: ({ came }) => (came ? (byWay.get(came.by) ?? 0) : 0),
	};

	function finish(found: Found): Run {
		const start = startOf(found.from);
		const ways = waysTo(found);
		const { leaving } = found.by;
		if (leaving.kind === "ends") return limited({ start, ways, end: leaving });
		const rest = completer.complete(leaving.to);
		return rest ? limited({ start, ways: [...ways, ...rest.ways], end: rest.end }) : stopped(start, ways, leaving.to);
	}

	/** The machine's own limit holds, unless the run is longer, or fails where it would be stopped before. */
	function limited(run: Run): Run {
		const needed = run.ways.length + (run.end.ending.status === "failed" ? 1 : 0);
		return run.maxSteps === undefined && needed > limit ? { ...run, maxSteps: needed } : run;
	}

	/** The plainest visit of the state in which the run is stopped, or fails, or waits. */
	function stopped(start: Situation, ways: readonly Way[], at: Position): Run {
		const plainest = model.way(at, space, []);
		if (plainest.leaving.kind === "ends") return limited({ start, ways: [...ways, plainest], end: plainest.leaving });
		const last = model.way(withLimit(at), space, []);
		const all = [...ways, last];
		if (last.leaving.kind !== "ends") throw new TypeError(`\`${at.state.name}\` goes on beyond its limit of steps`);
		return { start, ways: all, end: last.leaving, maxSteps: all.length };
	}

	/** Where nothing is to be shown, one run shows at least that. */
	function firstRun(): Run[] {
		const [start] = search.situations.get(plan.initial) ?? [];
		return start ? [runFrom(start)] : [];
	}

	/** What the machine takes in place of input that is not there. */
	function defaultsRun(): Run[] {
		const [plain] = search.situations.get(plan.initial) ?? [];
		const start = plain && startWithDefaults(model, plain.input);
		return start ? [runFrom(start)] : [];
	}

	function runFrom(start: Situation): Run {
		const rest = completer.complete(start.position);
		return rest ? limited({ start, ways: rest.ways, end: rest.end }) : stopped(start, [], start.position);
	}
}

/** The same position with the limit of steps reached. */
function withLimit({ state, context }: Position): Position {
	const { machine } = context;
	const limits = { ...machine.run.limits, max_steps: machine.step };
	return { state, context: { ...context, machine: { ...machine, run: { ...machine.run, limits } } } };
}

/** What no other run comes past: a run that goes on from there shows the rest on its way. */
function leavesOf(wanted: readonly Found[]): Found[] {
	const passed = new Set<Way>();
	for (const { from } of wanted) {
		for (let { came } = from; came !== undefined && !passed.has(came.by); came = came.from.came) passed.add(came.by);
	}
	const leaves = new Map<Way, Found>();
	for (const found of wanted) if (!passed.has(found.by)) leaves.set(found.by, found);
	return [...leaves.values()];
}
