/** Judges the scenarios that were found for a machine by its mutants: which of them the scenarios notice. */
import { isDeepStrictEqual } from "node:util";
import type { Compiled } from "../../src/compile.ts";
import { inputsOf } from "../../src/testing/emit/run-inputs.ts";
import { runtimeWords, withoutText } from "../../src/testing/emit/runtime-words.ts";
import type { ConfirmedScenario } from "../../src/testing/report/machine-test.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import { compileExample, compileWithText, textOf } from "./example-machines.ts";
import { findDifference } from "./find-difference.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";

export interface Judgement {
	readonly mutant: Mutant;
	/**
	 * `killed`: a scenario of the original goes another way, ends differently or leaves another context. `equivalent`: not
	 * killed, and nothing else told the two machines apart either. `survived`: not killed, though something did.
	 * `invalid`: the compiler refuses it.
	 */
	readonly verdict: "killed" | "equivalent" | "survived" | "invalid";
	/** Of a survivor: what the machines do differently. */
	readonly difference?: string;
}

export interface Judged {
	readonly machine: string;
	readonly scenarios: number;
	readonly judgements: readonly Judgement[];
}

/** Scenarios of a machine, from its exploration, with what its agents and children are given in them. */
export type Explore = (machine: Compiled) => Promise<readonly ConfirmedScenario[]>;

export interface JudgeOptions {
	readonly explore: Explore;
	/** Which of the mutants to judge, by their number; default: all. */
	readonly select?: (index: number) => boolean;
}

/** @param file path of the machine's document, relative to the package */
export async function judgeMutants(file: string, { explore, select = () => true }: JudgeOptions): Promise<Judged> {
	const original = compileExample(file);
	const scenarios = await explore(original);
	const mutants = mutantsOf(textOf(file), file).filter((_, index) => select(index));
	const judgements: Judgement[] = [];
	for (const mutant of mutants)
		judgements.push({ mutant, ...(await judge(original, scenarios, mutant, file, explore)) });
	return { machine: file, scenarios: scenarios.length, judgements };
}

async function judge(
	original: Compiled,
	scenarios: readonly ConfirmedScenario[],
	mutant: Mutant,
	file: string,
	explore: Explore,
): Promise<Omit<Judgement, "mutant">> {
	const machine = compileWithText(file, mutant.text);
	if (machine === undefined) return { verdict: "invalid" };
	if (await isNoticed(machine, scenarios)) return { verdict: "killed" };
	const own = await explore(machine);
	for (const scenario of own) {
		const differences = await differencesOf(original, scenario);
		if (differences.length > 0)
			return { verdict: "survived", difference: `${scenario.name}: ${differences.join(" ")}` };
	}
	const difference = await findDifference(original, machine, [...scenarios, ...own]);
	return difference === undefined ? { verdict: "equivalent" } : { verdict: "survived", difference };
}

/** Whether a scenario of the original goes another way, ends differently or leaves another context. */
export async function isNoticed(machine: Compiled, scenarios: readonly ConfirmedScenario[]): Promise<boolean> {
	for (const scenario of scenarios) {
		if ((await differencesOf(machine, scenario)).length > 0) return true;
	}
	return false;
}

/**
 * What an emitted test of the scenario would say of a machine. The numbers of transitions are left out, so that no mutant
 * is killed only because a transition that nothing can tell from before stands in another place.
 */
async function differencesOf(machine: Compiled, scenario: ConfirmedScenario): Promise<readonly string[]> {
	const { name, input, agents, machines, actions, waits, path, maxSteps } = scenario;
	const expected = { name, input, agents, machines, actions, waits, path };
	const replayed = await replayScenario(machine, expected, maxSteps === undefined ? {} : { maxSteps });
	const [before, after] = [scenario, { ...scenario, ...replayed }].map((run) => {
		const shown = { inputs: inputsOf(run.asked), ending: run.ending, context: run.context };
		return withoutText(shown, runtimeWords(run), "any text");
	});
	if (isDeepStrictEqual(before, after)) return replayed.differences;
	return [...replayed.differences, `It shows ${JSON.stringify(after)} in place of ${JSON.stringify(before)}.`];
}

/** How many mutants that behave differently were killed, from 0 to 1. */
export function score(judged: readonly Judged[]): number {
	const verdicts = judged.flatMap(({ judgements }) => judgements.map(({ verdict }) => verdict));
	const killed = verdicts.filter((verdict) => verdict === "killed").length;
	const survived = verdicts.filter((verdict) => verdict === "survived").length;
	return killed + survived === 0 ? 1 : killed / (killed + survived);
}
