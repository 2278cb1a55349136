/** Runs that are simpler than one that went wrong: fewer steps first, then plainer answers and a plainer input, then other ways. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import { type Ask, isOfTime } from "./answer-arbitraries.ts";
import { type Answered, isFailure, lengthOf, Run, type RunParts, type Tape, tapeKey } from "./run.ts";
import { isOfShape } from "./shape-arbitrary.ts";
import { simplerValues } from "./simplify.ts";

/** So many loops of one run are tried to be left out. */
const MOST_ROUNDS = 200;
/** So many other ways are tried of one run. */
const MOST_WAYS = 300;

/**
 * Simpler runs, the most promising first. None can take more steps than `run` did until it went wrong, so that
 * shrinking, which goes on from any of them that goes wrong as well, ends at one with the fewest steps. A run that was
 * not executed has none.
 */
export function* simplerRuns(run: Run): Generator<Run, void, undefined> {
	const { report } = run;
	if (!report) return;
	const steps = Math.min(run.failedAt ?? report.path.length, run.maxSteps);
	const origin = lengthOf(report, steps);
	const answers = report.answers.filter(({ step }) => step <= steps);
	const made = (kept: readonly Answered[], more: Partial<RunParts>): Run =>
		derived(run, kept, { maxSteps: steps, origin, ...more });
	if (steps < run.maxSteps) yield made(answers, {});
	for (const maxSteps of fewerSteps(steps)) yield made(answers, { maxSteps, isShorter: true });
	for (const [from, to] of roundsOf(report.path.slice(0, steps))) {
		const kept = answers.filter(({ step }) => step < from || step >= to);
		if (kept.length < answers.length) yield made(kept, { maxSteps: steps - (to - from), isShorter: true });
	}
	for (const kept of shorterLists(answers)) {
		yield made(kept, { maxSteps: steps - stepsLost(answers, kept), isShorter: true });
	}
	for (const [index, answered] of answers.entries()) {
		for (const answer of simplerAnswers(run, answered)) {
			yield made([...answers.slice(0, index), { ...answered, answer }, ...answers.slice(index + 1)], {});
		}
	}
	for (const input of simplerValues(report.input)) if (isRecord(input)) yield made(answers, { input });
	let ways = 0;
	for (const { kept, input } of otherWays(run, answers, report.input)) {
		if (++ways > MOST_WAYS) return;
		yield made(kept, { input, maxSteps: steps - 1, isShorter: true });
	}
}

/** Beginnings with another input or another last answer that decides something: a longer run may go where a shorter one goes. */
function* otherWays(
	{ subject }: Run,
	answers: readonly Answered[],
	input: FlatContext,
): Generator<{ readonly kept: readonly Answered[]; readonly input: FlatContext }, void, undefined> {
	for (const other of subject.answers.space.inputs()) yield { kept: [], input: other };
	for (const [index, answered] of answers.entries()) {
		for (const answer of subject.answers.tellingAnswersTo(answered.ask)) {
			yield { kept: [...answers.slice(0, index), { ...answered, answer }], input };
		}
	}
}

function derived({ subject, input, maxSteps }: Run, answers: readonly Answered[], more: Partial<RunParts>): Run {
	const draw = (ask: Ask): unknown => subject.answers.plainest(ask);
	return new Run(subject, { input, maxSteps, tape: tapeOfAnswers(answers), draw, ...more });
}

function tapeOfAnswers(answers: readonly Answered[]): Tape {
	const tape = new Map<string, unknown[]>();
	for (const { ask, answer } of answers) {
		const key = tapeKey(ask.kind, ask.name);
		const list = tape.get(key) ?? [];
		tape.set(key, list);
		list.push(answer);
	}
	return tape;
}

/** Half as many, then ever closer. */
function* fewerSteps(steps: number): Generator<number, void, undefined> {
	for (let part = Math.floor(steps / 2); part >= 1; part = Math.floor(part / 2)) yield steps - part;
}

/** Steps from one visit of a state to a later one of the same, the longest first: without their answers a loop goes once less. */
function roundsOf(path: readonly string[]): readonly (readonly [from: number, to: number])[] {
	const visits = new Map<string, number[]>();
	for (const [index, state] of path.entries()) visits.set(state, [...(visits.get(state) ?? []), index + 1]);
	const rounds: (readonly [number, number])[] = [];
	for (const steps of visits.values()) {
		for (const [index, from] of steps.entries()) {
			for (const to of steps.slice(index + 1)) rounds.push([from, to]);
		}
	}
	return rounds.sort(([a, b], [c, d]) => d - c - (b - a) || a - c).slice(0, MOST_ROUNDS);
}

/** Ever smaller parts left out. */
function* shorterLists(answers: readonly Answered[]): Generator<readonly Answered[], void, undefined> {
	for (let count = Math.ceil(answers.length / 2); count >= 1; count = count > 1 ? Math.ceil(count / 2) : 0) {
		for (let from = 0; from < answers.length; from += count) {
			yield [...answers.slice(0, from), ...answers.slice(from + count)];
		}
	}
}

/** How many steps have lost all their answers: a run without them has so many steps less, where it goes the same way else. */
function stepsLost(answers: readonly Answered[], kept: readonly Answered[]): number {
	const left = new Set(kept.map(({ step }) => step));
	const lost = new Set(answers.map(({ step }) => step).filter((step) => !left.has(step)));
	// The run goes on to the state where it went wrong.
	return left.size === 0 ? 0 : lost.size;
}

/** A success in place of a failure; plainer values of the same shape else. */
function* simplerAnswers({ subject }: Run, { ask, answer }: Answered): Generator<unknown, void, undefined> {
	const { answers } = subject;
	if (isFailure(answer)) {
		yield answers.plainest(ask);
		return;
	}
	if (isOfTime(ask)) return;
	const value = valueIn(answer);
	const shape = answers.shapeOf(ask);
	const fits = isOfShape(value, shape);
	for (const simpler of simplerValues(value)) {
		// What had the form that is expected keeps it.
		if (fits && !isOfShape(simpler, shape)) continue;
		yield answers.answerOf(ask, simpler);
	}
}

/** The value in an answer, without what a scenario puts around it. */
export function valueIn(answer: unknown): unknown {
	if (typeof answer === "string") return { content: answer };
	if (!isRecord(answer)) return answer;
	for (const key of ["output", "set", "data"]) if (Object.hasOwn(answer, key)) return answer[key];
	return Object.hasOwn(answer, "content") ? { content: answer.content } : answer;
}
