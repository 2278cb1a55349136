/** Attempts at key results, as runtime/state/attempts has them: which of them fail, who decides on it, and what they leave behind. */
import type { KeyResultPlan, KeyResultsPlan } from "../../../../compiler/plan/plan.ts";
import { checkExpression, verdictOfAction } from "../../../../runtime/state/attempts/checks.ts";
import { type KeyResultVerdict, type Verdict, verdictOf } from "../../../../runtime/state/attempts/verdict.ts";
import { MaxRetriesExceeded } from "../../../../runtime/state/errors.ts";
import { chainKeys } from "../../../../runtime/state/tool-loop/loop-keys.ts";
import { Choices, everyWay } from "./choices.ts";
import { answeredErrors, errorOf, failure } from "./given-errors.ts";
import type { ModelVisit } from "./model-visit.ts";
import { outcome } from "./outcomes.ts";

/** So many ways of a later attempt are tried to find one that passes. */
const mostTried = 200;

interface Attempted {
	readonly part: ModelVisit;
	readonly output: unknown;
	readonly verdict: Verdict;
	/** From 0. */
	readonly number: number;
}

interface Passed extends Pick<Attempted, "output" | "verdict"> {
	/** How many attempts were made. */
	readonly attempts: number;
}

/**
 * Does the work until the key results hold. The first attempt goes in all ways; where it fails, the next one passes, or all
 * go as the first did.
 * @param work does the state's work in a part of the visit
 * @throws MaxRetriesExceeded, and what the runtime would throw
 */
export function runAttempts(visit: ModelVisit, plan: KeyResultsPlan, work: (part: ModelVisit) => unknown): Passed {
	const from = visit.choices.made;
	const first = attempt(visit, visit.part(visit.choices), 0, plan, noneBefore, work);
	if (first.verdict.passed) return pass(visit, first);
	const picked = visit.choices.pickedSince(from);
	const later = plan.maxRetries === 0 ? undefined : passingWay(visit, plan, first.verdict, work);
	const course = visit.choices.pick(later === undefined ? ["as before"] : ["as before", "better"]);
	if (course === "better" && later !== undefined) {
		const second = attempt(visit, visit.part(new Choices(later)), 1, plan, first.verdict, work);
		if (second.verdict.passed) return pass(visit, second);
	}
	let before = first.verdict;
	for (let number = 1; number <= plan.maxRetries; number++) {
		const next = attempt(visit, visit.part(new Choices(picked)), number, plan, before, work);
		if (next.verdict.passed) return pass(visit, next);
		before = next.verdict;
	}
	visit.outcomes.push(outcome.attemptsUsedUp);
	throw new MaxRetriesExceeded(visit.state.name, plan.maxRetries, before.feedback ?? "");
}

const noneBefore: Pick<Verdict, "feedback" | "results"> = { feedback: null, results: [] };

/** What a second attempt would have to pick to pass; undefined where no way was found. Nothing of it is kept. */
function passingWay(
	visit: ModelVisit,
	plan: KeyResultsPlan,
	before: Verdict,
	work: (part: ModelVisit) => unknown,
): readonly number[] | undefined {
	let tried = 0;
	const trial = visit.copy();
	for (const { passed, picked } of everyWay((choices, picked) => ({ passed: passes(trial, choices), picked }))) {
		if (passed) return picked;
		tried += 1;
		if (tried >= mostTried) return undefined;
	}
	return undefined;

	function passes(copy: ModelVisit, choices: Choices): boolean {
		const own = copy.copy();
		try {
			return attempt(own, own.part(choices), 1, plan, before, work).verdict.passed;
		} catch {
			// A second attempt in which the work fails is no way to pass.
			return false;
		}
	}
}

function attempt(
	visit: ModelVisit,
	part: ModelVisit,
	number: number,
	{ items, maxRetries }: KeyResultsPlan,
	before: Pick<Verdict, "feedback" | "results">,
	work: (part: ModelVisit) => unknown,
): Attempted {
	const { name: state } = visit.state;
	const { feedback, results } = before;
	visit.merge({ attempt: { state, number, max: maxRetries, feedback, results } });
	part.begin(visit.context);
	if (number > 0) part.remove(chainKeys);
	const output = work(part);
	const verdict = judge(part, items, output);
	const attempt = { state, number, max: maxRetries, feedback: verdict.feedback, results: verdict.results };
	visit.merge({ attempt });
	part.merge({ attempt });
	return { part, output, verdict, number };
}

function pass(visit: ModelVisit, { part, output, verdict, number }: Attempted): Passed {
	visit.outcomes.push(number === 0 ? outcome.keyResultsHold : outcome.keyResultsHoldLater);
	visit.begin(part.context);
	return { output, verdict, attempts: number + 1 };
}

function judge(part: ModelVisit, items: readonly KeyResultPlan[], output: unknown): Verdict {
	const results: KeyResultVerdict[] = items.flatMap(({ name, check }): KeyResultVerdict[] => {
		if (check.kind === "expression") return [checkExpression(name, check.condition, part.context, output)];
		return check.kind === "action" ? [askAction(part, name, check.action)] : [];
	});
	const judged = items.filter(({ check }) => check.kind === "judged");
	if (judged.length > 0 && results.every(({ passed }) => passed)) results.push(...askJudge(part, judged));
	return verdictOf(items, results);
}

/** An action that decides is answered with what it gives: `passed`. */
function askAction(part: ModelVisit, name: string, action: string): KeyResultVerdict {
	const passed = part.choices.pick([true, false]);
	part.give({ kind: "action", name: action, answer: { set: { passed } } });
	return verdictOfAction(name, action, { passed });
}

/** All hold, or one of them does not; or the judge itself fails. @throws what the judge fails with */
function askJudge(part: ModelVisit, items: readonly KeyResultPlan[]): KeyResultVerdict[] {
	const { plan, space, state } = part;
	const { validator = "" } = plan.settings;
	part.checkBudget();
	// With retries of its own it would be asked more than once.
	const failures = state.execution.type === "retry" ? [] : answeredErrors(space, state, part.flat);
	const failed = part.choices.pick<string | null | { readonly fails: (typeof failures)[number] }>([
		null,
		...items.map(({ name }) => name),
		...failures.map((fails) => ({ fails })),
	]);
	if (typeof failed === "object" && failed !== null) {
		const answer = failure(failed.fails);
		part.give({ kind: "agent", name: validator, answer });
		throw errorOf(answer);
	}
	const verdicts = items.map(({ name }) => ({ name, passed: name !== failed, reason: "said by the judge" }));
	const output = Object.fromEntries(verdicts.map(({ name, passed, reason }) => [name, { passed, reason }]));
	part.give({ kind: "agent", name: validator, answer: { output } });
	part.countCalls(1);
	return verdicts;
}
