/** Breadth-first search over situations: the first way that takes a transition is a shortest one. */
import type { MachinePlan, StatePlan } from "../../../../compiler/plan/plan.ts";
import { transitionKey } from "../../scenario/scenario.ts";
import type { AnswerSpace, FlatContext } from "../../solve/answer-space.ts";
import type { MachineModel } from "../model/machine-model.ts";
import type { Way } from "../model/way.ts";
import { type Frontier, InBreadth, OverStates } from "./frontier.ts";
import { type Situation, SituationKeys } from "./situation.ts";

/** What the search is for: it stops as soon as it has found all of it. */
export interface Targets {
	/** By `transitionKey`. */
	readonly transitions: ReadonlySet<string>;
	/** By `outcomeKey`. */
	readonly outcomes: ReadonlySet<string>;
}

/** How far a search goes. Counted, not timed, so that it is the same everywhere. */
export interface SearchBounds {
	readonly situations: number;
	/** Ways tried. */
	readonly steps: number;
}

/** A way that was found, and where it starts. */
export interface Found {
	readonly from: Situation;
	readonly by: Way;
}

/** Situations of one state that are kept for a closer look. */
const keptOfState = 24;

export class Search {
	readonly model: MachineModel;
	readonly keys: SituationKeys;
	readonly transitions = new Map<string, Found>();
	readonly outcomes = new Map<string, Found>();
	/** The first situations of each state that was entered. */
	readonly situations = new Map<string, Situation[]>();
	isCutShort = false;
	/** Ways tried up to now. */
	steps = 0;
	readonly #space: AnswerSpace;
	readonly #targets: Targets;
	readonly #bounds: SearchBounds;
	readonly #apart: (situation: Situation) => string;
	readonly #seen = new Set<string>();
	#open: Frontier = new InBreadth();

	/** @param apart tells situations apart by more than what decides how the run goes on */
	constructor(
		plan: MachinePlan,
		model: MachineModel,
		space: AnswerSpace,
		targets: Targets,
		bounds: SearchBounds,
		apart: (situation: Situation) => string = () => "",
	) {
		this.model = model;
		this.#space = space;
		this.#targets = targets;
		this.#bounds = bounds;
		this.#apart = apart;
		const inputs = space.inputs();
		const starts = this.#starts(inputs.length === 0 ? [{}] : inputs);
		const given = starts.map(({ input, position }) => [input, { ...position.context, machine: null }]);
		this.keys = new SituationKeys(plan, model, given);
		for (const start of starts) this.add(start);
	}

	get size(): number {
		return this.#seen.size;
	}

	/**
	 * Searches until everything is found, nothing is left, or the bounds are reached. Called again after that, it goes on a little
	 * from what `note` has added.
	 */
	run(): void {
		const { steps, situations } = this.#bounds;
		if (this.isCutShort) {
			this.#runWithin(steps / 20, situations / 20);
			return;
		}
		this.#runUntil(() => this.steps >= steps || this.size >= situations);
		if (this.#open.size === 0 || this.#hasAll()) return;
		// What is found from here on need not be the shortest.
		this.isCutShort = true;
		const rest = this.#open;
		this.#open = new OverStates();
		for (let situation = rest.pop(); situation !== undefined; situation = rest.pop()) this.#open.push(situation);
		this.#runWithin(steps / 2, situations / 2);
	}

	/** Whether every transition that is looked for is found. */
	get hasTransitions(): boolean {
		return isWithin(this.#targets.transitions, this.transitions);
	}

	/** Searches on from runs with these inputs, too. */
	startWith(inputs: readonly FlatContext[]): void {
		for (const start of this.#starts(inputs)) this.add(start);
		this.run();
	}

	#runWithin(steps: number, situations: number): void {
		const lastStep = this.steps + steps;
		const lastSize = this.size + situations;
		this.#runUntil(() => this.steps >= lastStep || this.size >= lastSize);
	}

	#runUntil(isOver: () => boolean): void {
		while (!isOver() && !this.#hasAll()) {
			const situation = this.#open.pop();
			if (situation === undefined) return;
			this.#expand(situation);
		}
	}

	/** Notes what a way shows, and where it leads is searched from later. */
	note(from: Situation, by: Way): void {
		const { state } = from.position;
		for (const name of by.outcomes) this.#first(this.outcomes, outcomeKey(state, name), { from, by });
		const { leaving } = by;
		if (leaving.kind !== "goes") return;
		this.#first(this.transitions, transitionKey(leaving.taken), { from, by });
		this.add({ position: leaving.to, input: from.input, came: { from, by }, depth: from.depth + 1 });
	}

	/** Adds a situation, unless one like it is known. */
	add(situation: Situation): void {
		const key = `${this.keys.keyOf(situation.position)}\u0000${this.#apart(situation)}`;
		if (this.#seen.has(key)) return;
		this.#seen.add(key);
		this.#open.push(situation);
		const { name } = situation.position.state;
		const kept = this.situations.get(name);
		if (kept === undefined) this.situations.set(name, [situation]);
		else if (kept.length < keptOfState) kept.push(situation);
	}

	#expand(situation: Situation): void {
		for (const way of this.model.ways(situation.position, this.#space)) {
			this.steps++;
			this.note(situation, way);
		}
	}

	#first(found: Map<string, Found>, key: string, way: Found): void {
		if (!found.has(key)) found.set(key, way);
	}

	#hasAll(): boolean {
		const { transitions, outcomes } = this.#targets;
		if (this.transitions.size < transitions.size || this.outcomes.size < outcomes.size) return false;
		return isWithin(transitions, this.transitions) && isWithin(outcomes, this.outcomes);
	}

	/** Inputs with which the initial context cannot be made start no run. */
	#starts(inputs: readonly FlatContext[]): Situation[] {
		return inputs.flatMap((input) => {
			try {
				return [{ position: this.model.start(input), input, depth: 0 }];
			} catch {
				// `data.context` fails with this input: the run is over before its first state.
				return [];
			}
		});
	}
}

export function outcomeKey(state: StatePlan, outcome: string): string {
	return `${state.name}\u0000${outcome}`;
}

function isWithin(wanted: ReadonlySet<string>, found: ReadonlyMap<string, unknown>): boolean {
	for (const key of wanted) if (!found.has(key)) return false;
	return true;
}
