/** Names of scenarios: the path, and for others on the same path what they do otherwise than the first of them. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import { clipToWidth } from "../../cli/text-width.ts";
import { type Scenario, transitionKey } from "../scenario/scenario.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import type { Way } from "./model/way.ts";
import { transitionsOf } from "./transition-labels.ts";

/** Columns of a condition in a name. */
const longestLabel = 50;
/** So many differences are told. */
const mostTold = 3;

export class ScenarioNames {
	readonly #labels: ReadonlyMap<string, string>;
	readonly #taken = new Set<string>();
	/** The first scenario of each path, and what it does. */
	readonly #first = new Map<string, { readonly input: FlatContext; readonly done: ReadonlySet<string> }>();

	constructor(plan: MachinePlan) {
		this.#labels = new Map(
			transitionsOf(plan).map(({ id, label }) => [
				transitionKey(id),
				`${id.state}: ${clipToWidth(label.replace(/\s+/g, " "), longestLabel)}`,
			]),
		);
	}

	/** A name that no other scenario has. */
	take(scenario: Scenario, ways: readonly Way[]): string {
		const { status } = scenario.ending;
		// A path alone is taken for one that leads to its end.
		const ended = status === "done" ? [] : [status];
		const place = named(scenario.name, ended);
		const done = doneBy(ways);
		const chosen = transitionsBy(scenario).map((key) => this.#labels.get(key) ?? key);
		const first = this.#first.get(place);
		if (!first) {
			this.#first.set(place, { input: scenario.input, done: new Set([...done, ...chosen]) });
			return this.#free(place);
		}
		const absent = Object.keys(first.input).filter((key) => !Object.hasOwn(scenario.input, key));
		const less = absent.length === 0 ? [] : [`without ${absent.map((key) => `input.${key}`).join(", ")}`];
		const differences = [done, chosen, less].map((list) => list.filter((one) => !first.done.has(one)));
		const told = differences.find((list) => list.length > 0) ?? [];
		return this.#free(named(scenario.name, [...ended, ...told.slice(0, mostTold)]));
	}

	#free(name: string): string {
		let free = name;
		for (let number = 2; this.#taken.has(free); number += 1) free = `${name} (${number})`;
		this.#taken.add(free);
		return free;
	}
}

function named(path: string, told: readonly string[]): string {
	return told.length === 0 ? path : `${path} (${told.join(", ")})`;
}

/** How the work of its states goes and which errors it meets, each once. */
function doneBy(ways: readonly Way[]): readonly string[] {
	return [...new Set(ways.flatMap(({ outcomes, error }) => (error === undefined ? outcomes : [...outcomes, error])))];
}

function transitionsBy({ taken }: Scenario): readonly string[] {
	return [...new Set(taken.map(transitionKey))];
}
