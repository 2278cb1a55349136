/** Replays a scenario on the real runtime, and says where the run goes another way than the scenario does. */
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import { type AnsweredRun, type AnsweredRunOptions, runWithAnswers } from "./answered-run.ts";
import { differencesBetween } from "./differences.ts";
import type { WrittenScenario } from "./scenario.ts";
import { type Asked, ScriptAnswers } from "./script-answers.ts";

/** How a replay went. Its `ending` is undefined also where the run asked for an answer that the scenario does not have. */
export interface Replay extends AnsweredRun {
	/** Where the run went another way than the scenario says, a sentence each; none = as it says. */
	readonly differences: readonly string[];
	readonly asked: Asked;
}

export type ReplayOptions = AnsweredRunOptions;

/**
 * Runs a machine with everything around it answered by the scenario: agents, child machines, actions and signals. Hooks are
 * neither called nor loaded, and nothing really waits. The same scenario gives the same replay, always.
 * @param compiled as `compileFile` gives it; compiled once, it replays thousands of scenarios, one after the other
 */
export async function replayScenario(
	compiled: { readonly set: CompiledSet },
	scenario: WrittenScenario,
	options: ReplayOptions = {},
): Promise<Replay> {
	const { planId = compiled.set.entry, maxSteps = scenario.maxSteps, signal } = options;
	const given = new AbortController();
	const answers = new ScriptAnswers(scenario, compiled.set.plan(planId), () => given.abort());
	const went = await runWithAnswers(compiled, scenario.input, answers, {
		...options,
		signal: signal ? AbortSignal.any([signal, given.signal]) : given.signal,
		...(maxSteps !== undefined && { maxSteps }),
	});
	return { ...went, differences: differencesBetween(scenario, went, answers, went.result), asked: answers.asked };
}
