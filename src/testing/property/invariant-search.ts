/** Searches a machine's situations for those in which an invariant breaks: the solver is asked for its expression as for a condition. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { answersOf, startOf, waysTo } from "../explore/build-scenario.ts";
import { MachineModel } from "../explore/model/machine-model.ts";
import type { Position, Way } from "../explore/model/way.ts";
import { oddInputs } from "../explore/odd-inputs.ts";
import { Search, type SearchBounds } from "../explore/search/search.ts";
import type { Situation } from "../explore/search/situation.ts";
import { type AnswerSpace, type AnswerSpaceOptions, answerSpace, type FlatContext } from "../solve/answer-space.ts";
import { askingPlan } from "./asking-plan.ts";
import { breachOf } from "./breach.ts";
import type { Invariant } from "./invariant.ts";
import { momentsOfEntry, momentsOfVisit } from "./model-moments.ts";
import type { Moment } from "./moments.ts";
import { type Tape, tapeKey } from "./run.ts";
import { asksOfPast, RunMemory } from "./run-memory.ts";

/** A way that the model of the machine goes, at whose end an invariant breaks there; the runtime has to confirm it. */
export interface Suspicion {
	readonly invariant: Invariant;
	readonly input: FlatContext;
	readonly tape: Tape;
	/** States up to the one in which it breaks. */
	readonly steps: number;
}

/** Per invariant so many are kept, in case that the first is not confirmed. */
const MOST_SUSPICIONS = 3;

/** How far the search goes. */
function boundsOf({ states }: MachinePlan): SearchBounds {
	return { situations: 4000 + 5 * states.length, steps: 20_000 + 25 * states.length };
}

/** Ways to situations in which invariants break, the shortest first; none where the search found none. */
export function suspicionsOf(
	plan: MachinePlan,
	invariants: readonly Invariant[],
	options: AnswerSpaceOptions = {},
): { readonly suspicions: readonly Suspicion[]; readonly situations: number } {
	const model = new MachineModel(plan);
	// What asks of the past tells more situations apart, and would leave less room for the others.
	const groups = [invariants.filter((one) => !asksOfPast(one)), invariants.filter(asksOfPast)];
	const searches = groups
		.filter((group) => group.length > 0)
		.map((group) => {
			const asking = askingPlan(plan, group);
			const search = new InvariantSearch(model, asking, group, askingSpace(asking, options));
			search.runFromEverywhere();
			return search;
		});
	return {
		suspicions: searches.flatMap((search) => search.suspicions).sort(bySteps),
		situations: searches.reduce((sum, { size }) => sum + size, 0),
	};
}

/** It looks for nothing that it could have found, so it goes on to its bounds. */
const noTarget = { transitions: new Set<string>(), outcomes: new Set(["everything"]) };

class InvariantSearch extends Search {
	/** Of each invariant those with the fewest steps. */
	readonly #suspicions = new Map<Invariant, readonly Suspicion[]>();
	readonly #invariants: readonly Invariant[];
	readonly #memory: RunMemory;
	readonly #space: AnswerSpace;

	constructor(model: MachineModel, asking: MachinePlan, invariants: readonly Invariant[], space: AnswerSpace) {
		const memory = new RunMemory(model, invariants);
		super(asking, model, space, noTarget, boundsOf(asking), (situation) => memory.keyOf(situation));
		this.#invariants = invariants;
		this.#memory = memory;
		this.#space = space;
	}

	get suspicions(): readonly Suspicion[] {
		return [...this.#suspicions.values()].flat();
	}

	/** Searches from the inputs that conditions ask for, then from those that nobody would give. */
	runFromEverywhere(): void {
		this.run();
		this.startWith([{}, ...oddInputs(this.#space.inputs())]);
	}

	override note(from: Situation, by: Way): void {
		const { position } = from;
		const { leaving } = by;
		if (!from.came) this.#look([], from, momentsOfEntry(this.model, position), false);
		const entry = leaving.kind === "goes" ? momentsOfEntry(this.model, leaving.to) : [];
		const isDone = leaving.kind === "ends" && leaving.ending.status === "done";
		this.#look([by], from, [...momentsOfVisit(position, by), ...entry], isDone);
		if (leaving.kind === "goes" && entry.length === 0) this.#lookAtEnd(from, by, leaving.to);
		super.note(from, by);
	}

	/** An end without work is looked at on the way to it: there situations are told apart by less than invariants ask. */
	#lookAtEnd(from: Situation, by: Way, end: Position): void {
		const last = this.model.way(end, this.#space, []);
		const isDone = last.leaving.kind === "ends" && last.leaving.ending.status === "done";
		this.#look([by], from, [...momentsOfVisit(from.position, by), ...momentsOfVisit(end, last)], isDone);
	}

	#look(by: readonly Way[], from: Situation, moments: readonly Moment[], isDone: boolean): void {
		const { input } = from;
		const come = this.#memory.comeBy(from);
		for (const invariant of this.#invariants) {
			if (come.has(invariant)) continue;
			const known = this.#suspicions.get(invariant) ?? [];
			const breach = breachOf(invariant, { input, moments, isDone });
			const steps = breach?.moment.step;
			if (steps === undefined) continue;
			if (known.length >= MOST_SUSPICIONS && known.every((one) => one.steps <= steps)) continue;
			const [last] = by;
			const tape = tapeOfWays(last ? waysTo({ from, by: last }) : []);
			const suspicion = { invariant, input: startOf(from).input, tape, steps };
			this.#suspicions.set(invariant, [...known, suspicion].sort(bySteps).slice(0, MOST_SUSPICIONS));
		}
	}
}

function bySteps(one: Suspicion, other: Suspicion): number {
	return one.steps - other.steps;
}

function tapeOfWays(ways: readonly Way[]): Tape {
	const answers = answersOf(ways);
	const kinds = ["agents", "machines", "actions", "waits"] as const;
	return new Map(
		kinds.flatMap((kind) => Object.entries(answers[kind]).map(([name, list]) => [tapeKey(kind, name), list] as const)),
	);
}

/** Answers with the states that have the invariants in front. */
function askingSpace(asking: MachinePlan, options: AnswerSpaceOptions): AnswerSpace {
	const space = answerSpace(asking, options);
	const states = new Map(asking.states.map((state) => [state.name, state]));
	const asked = (state: StatePlan): StatePlan => states.get(state.name) ?? state;
	return {
		inputs: () => space.inputs(),
		agentOutputs: (state, context) => space.agentOutputs(asked(state), context),
		childOutputs: (state, machine, context) => space.childOutputs(asked(state), machine, context),
		actionEffects: (state, action, context) => space.actionEffects(asked(state), action, context),
		signals: (state, context) => space.signals(asked(state), context),
		costs: (state, context) => space.costs(asked(state), context),
		errors: (state, context) => space.errors(asked(state), context),
		childErrors: (state, machine, context) => space.childErrors(asked(state), machine, context),
		assumptions: space.assumptions,
	};
}
