/** Looks for a run in which two machines behave differently: random answers, with the same seed each time. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import type { Compiled } from "../../src/compile.ts";
import { inputsOf } from "../../src/testing/emit/run-inputs.ts";
import { runtimeWords, withoutText } from "../../src/testing/emit/runtime-words.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import type {
	ActionAnswer,
	ChildAnswer,
	Scenario,
	ScenarioScript,
	WaitAnswer,
} from "../../src/testing/scenario/scenario.ts";
import { nearMapping, nearValue } from "./near-values.ts";

const runs = 400;
/** Answers that each name has in one run; a run that wants more is compared up to there. */
const answersEach = 10;
const maxSteps = 25;

/** What a run shows, of all that an emitted test can see. */
async function behaviourOf(machine: Compiled, script: ScenarioScript): Promise<Readonly<Record<string, unknown>>> {
	const replayed = await replayScenario(machine, { name: "", ...script }, { maxSteps });
	const { path, ending, context, asked } = replayed;
	const words = runtimeWords({ ...script, context });
	const shown = { inputs: inputsOf(asked), ending, context };
	return {
		path,
		...Object.fromEntries(Object.entries(shown).map(([key, part]) => [key, withoutText(part, words, "any text")])),
	};
}

/**
 * What `one` and `other` do differently under some answers, in words; undefined where no difference was found.
 * @param scenarios known of either machine: their answers, and values near them, are what is tried
 */
export async function findDifference(
	one: Compiled,
	other: Compiled,
	scenarios: readonly Scenario[],
): Promise<string | undefined> {
	for (const script of fc.sample(scripts(scenarios), { numRuns: runs, seed: 7 })) {
		const [first, second] = [await behaviourOf(one, script), await behaviourOf(other, script)];
		const part = Object.keys(first).find((key) => !isDeepStrictEqual(first[key], second[key]));
		if (part !== undefined) {
			return `${part} is ${JSON.stringify(first[part])}, of the mutant ${JSON.stringify(second[part])}`;
		}
	}
	return undefined;
}

function scripts(scenarios: readonly Scenario[]): fc.Arbitrary<ScenarioScript> {
	const inputs = scenarios.map(({ input }) => input);
	return fc.record({
		input: sometimes(inputs.length > 0 ? inputs : [{}], nearMapping),
		agents: lists(
			scenarios.map(({ agents }) => agents),
			nearAgentAnswer,
		),
		machines: lists(
			scenarios.map(({ machines }) => machines),
			nearChildAnswer,
		),
		actions: lists(
			scenarios.map(({ actions }) => actions),
			nearActionAnswer,
		),
		waits: lists(
			scenarios.map(({ waits }) => waits),
			nearWaitAnswer,
		),
	});
}

/** Lists of answers by name, each of those that some scenario gives, and of others near them. */
function lists<Answer>(
	maps: readonly Readonly<Record<string, readonly Answer[]>>[],
	near: (answer: Answer) => fc.Arbitrary<Answer>,
): fc.Arbitrary<Record<string, readonly Answer[]>> {
	const byName = new Map<string, Answer[]>();
	for (const [name, list] of maps.flatMap((map) => Object.entries(map))) {
		byName.set(name, [...(byName.get(name) ?? []), ...list]);
	}
	const size = { minLength: answersEach, maxLength: answersEach };
	const arbitraries = [...byName].map(([name, pool]) => [name, fc.array(sometimes(pool, near), size)] as const);
	return fc.record(Object.fromEntries(arbitraries));
}

/** One of the values, or one near them. */
function sometimes<Value>(pool: readonly Value[], near: (value: Value) => fc.Arbitrary<Value>): fc.Arbitrary<Value> {
	const known = fc.constantFrom(...pool);
	return fc.oneof({ weight: 3, arbitrary: known }, { weight: 2, arbitrary: known.chain(near) });
}

function nearAgentAnswer(answer: ScriptedAnswer): fc.Arbitrary<ScriptedAnswer> {
	if (typeof answer === "string") return fc.constantFrom("", "x", `${answer}x`, answer.slice(1));
	return answer instanceof Error || "throw" in answer ? fc.constant(answer) : nearMapping({ ...answer });
}

function nearChildAnswer(answer: ChildAnswer): fc.Arbitrary<ChildAnswer> {
	return "throw" in answer ? fc.constant(answer) : nearValue(answer.output).map((output) => ({ output }));
}

function nearActionAnswer(answer: ActionAnswer): fc.Arbitrary<ActionAnswer> {
	return "throw" in answer ? fc.constant(answer) : nearMapping(answer.set).map((set) => ({ set }));
}

function nearWaitAnswer(answer: WaitAnswer): fc.Arbitrary<WaitAnswer> {
	return "timeout" in answer ? fc.constant(answer) : nearValue(answer.data).map((data) => ({ data }));
}
