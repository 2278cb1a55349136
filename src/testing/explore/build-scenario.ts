/** Scenarios out of the ways that a search found. */
import type { Scenario, TransitionId, WaitAnswer } from "../scenario/scenario.ts";
import { flatOf } from "./model/machine-model.ts";
import type { GivenAnswer, Leaving, Way } from "./model/way.ts";
import { pathName } from "./scenario-path.ts";
import type { Found } from "./search/search.ts";
import type { Situation } from "./search/situation.ts";

export type End = Extract<Leaving, { kind: "ends" }>;

/** A whole run: where it begins, its visits in order, and how it ends. */
export interface Run {
	readonly start: Situation;
	readonly ways: readonly Way[];
	readonly end: End;
	/** Where the machine's own limit does not apply. */
	readonly maxSteps?: number;
}

/** The situation in which the run begins that led to `situation`. */
export function startOf(situation: Situation): Situation {
	let start = situation;
	while (start.came) start = start.came.from;
	return start;
}

/** The ways from a run's beginning up to and with `found`. */
export function waysTo({ from, by }: Found): Way[] {
	const ways = [by];
	for (let { came } = from; came !== undefined; came = came.from.came) ways.push(came.by);
	return ways.reverse();
}

/** The scenario of a run, under the name of its path. */
export function scenarioOf({ start, ways, end, maxSteps }: Run): Scenario {
	const taken = ways.flatMap(({ leaving }): TransitionId[] => (leaving.kind === "goes" ? [leaving.taken] : []));
	const path = [start.position.state.name, ...taken.map(({ to }) => to)];
	return {
		name: pathName(path),
		input: start.input,
		...answersOf(ways),
		path,
		taken,
		ending: end.ending,
		context: flatOf(end.context),
		...(maxSteps !== undefined && { maxSteps }),
	};
}

/** What is answered on these ways, as a scenario writes it. */
export function answersOf(ways: readonly Way[]): Pick<Scenario, "agents" | "machines" | "actions" | "waits"> {
	const answers = ways.flatMap((way) => way.answers);
	return {
		agents: byName(answers.flatMap((given) => (given.kind === "agent" ? [[given.name, given.answer] as const] : []))),
		machines: byName(
			answers.flatMap((given) => (given.kind === "machine" ? [[given.name, given.answer] as const] : [])),
		),
		actions: byName(answers.flatMap((given) => (given.kind === "action" ? [[given.name, given.answer] as const] : []))),
		waits: waitsOf(answers),
	};
}

/** Of states that work, only those that do not end in time, and what is before that. */
function waitsOf(answers: readonly GivenAnswer[]): Record<string, WaitAnswer[]> {
	const waits = byName(
		answers.flatMap((given) => (given.kind === "wait" ? [[given.name, given.answer] as const] : [])),
	);
	const times = byName(
		answers.flatMap((given) => (given.kind === "time" ? [[given.name, given.answer] as const] : [])),
	);
	for (const [name, visits] of Object.entries(times)) {
		const last = visits.findLastIndex((answer) => "timeout" in answer);
		if (last >= 0) waits[name] = visits.slice(0, last + 1);
	}
	return waits;
}

/** Answers by the name under which they were asked for, each list in its order. */
function byName<Answer>(given: readonly (readonly [string, Answer])[]): Record<string, Answer[]> {
	const lists = new Map<string, Answer[]>();
	for (const [name, answer] of given) {
		const known = lists.get(name);
		if (known) known.push(answer);
		else lists.set(name, [answer]);
	}
	return Object.fromEntries(lists);
}
