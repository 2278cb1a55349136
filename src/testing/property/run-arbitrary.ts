/** Arbitraries of whole runs. */
import type { Arbitrary, Random, Stream, Value } from "fast-check";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import { AnswerArbitraries, type AnswerOptions, type Ask } from "./answer-arbitraries.ts";
import { type FastCheck, fastCheck } from "./fast-check.ts";
import { inputArbitrary } from "./input-arbitrary.ts";
import { Run, type RunSubject } from "./run.ts";
import { simplerRuns } from "./simpler-runs.ts";

/** A machine as `compile` and `compileFile` give it, or a `FlatMachine`. */
export interface CompiledMachine {
	readonly set: CompiledSet;
}

export interface RunOptions extends AnswerOptions {
	/** States after which a run is stopped, unless `settings.max_steps` is less. Default: 100. */
	readonly maxSteps?: number;
}

const defaultMaxSteps = 100;

/** One in so many answers is solved for the context at hand, which takes its time; the others for any context. */
const SOLVED_ANEW = 2;

/**
 * What the runs of a machine are made of.
 * @param planId default: the machine that was compiled
 */
export function runSubject(
	compiled: CompiledMachine,
	options: AnswerOptions = {},
	planId: string = compiled.set.entry,
): RunSubject {
	const { set } = compiled;
	return { compiled, planId, answers: new AnswerArbitraries(set.plan(planId), set.plans, options) };
}

/** The bound of a machine's runs: its own limit is one of every run. */
export function stepBound(subject: RunSubject, { maxSteps = defaultMaxSteps }: Pick<RunOptions, "maxSteps">): number {
	const { compiled, planId } = subject;
	return Math.min(maxSteps, compiled.set.plan(planId).settings.maxSteps ?? Number.POSITIVE_INFINITY);
}

/**
 * Whole runs of a machine: an input, and an answer to whatever the run asks for. `await run.execute()` runs the machine with
 * them on the real runtime, and tells how it went. A failing run shrinks to the one with the fewest steps and the plainest
 * answers, and is shown as a scenario file, which `flatstate run FILE --script` replays.
 *
 * ```ts
 * await fc.assert(
 *   fc.asyncProperty(runArbitrary(compiled), async (run) => {
 *     const { output } = await run.execute();
 *     …
 *   }),
 * );
 * ```
 * @throws MissingPackageError without fast-check
 */
export function runArbitrary(compiled: CompiledMachine, options: RunOptions = {}): Arbitrary<Run> {
	const subject = runSubject(compiled, options);
	return runsOf(subject, stepBound(subject, options));
}

/** The runs of a subject. */
export function runsOf(subject: RunSubject, maxSteps: number): Arbitrary<Run> {
	const fc = fastCheck();
	const inputs = inputArbitrary(subject.answers);
	class RunArbitrary extends fc.Arbitrary<Run> {
		generate(random: Random, bias: number | undefined): Value<Run> {
			const { value: input } = inputs.generate(random, bias);
			// Answers are drawn while the run goes on, hence from numbers of its own.
			const own = random.clone();
			random.nextInt();
			const draw = (ask: Ask): unknown => {
				const asked = own.nextInt(1, SOLVED_ANEW) === 1 ? ask : { ...ask, context: {} };
				return subject.answers.answersTo(asked).generate(own, bias).value;
			};
			return new fc.Value(new Run(subject, { input, maxSteps, tape: new Map(), draw }), undefined);
		}

		canShrinkWithoutContext(value: unknown): value is Run {
			return value instanceof Run;
		}

		shrink(run: Run): Stream<Value<Run>> {
			return valuesOf(fc, simplerRuns(run));
		}
	}
	return new RunArbitrary();
}

function valuesOf(fc: FastCheck, runs: Generator<Run, void, undefined>): Stream<Value<Run>> {
	return fc.stream(runs).map((run) => new fc.Value(run, undefined));
}
