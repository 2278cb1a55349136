/**
 * Attempts: a state with key results does its work again until they hold, or fails with `MaxRetriesExceeded`
 * (fsm-agent-flow 3, 4 and 18.3). Every call of every attempt is a journaled step, and so is each verdict.
 */
import type { KeyResultsPlan } from "../../../compiler/plan/plan.ts";
import { actorName } from "../../../compiler/xstate/names.ts";
import { MaxRetriesExceeded } from "../errors.ts";
import { stepKey, stepPrefix } from "../step-keys.ts";
import { chainKeys } from "../tool-loop/loop-keys.ts";
import type { Visit } from "../visit.ts";
import { runChecks } from "./checks.ts";
import { askJudge } from "./judge.ts";
import { type KeyResultVerdict, readVerdict, type Verdict, verdictOf } from "./verdict.ts";

/** What conditions and templates see as `context.attempt`. */
interface Attempt {
	readonly state: string;
	/** From 0. */
	readonly number: number;
	/** The highest `number`: `max_retries`. */
	readonly max: number;
	/** What failed in the attempt before, and why. */
	readonly feedback: string | null;
	/** The verdicts of the attempt before; once the attempt has ended, its own. */
	readonly results: readonly KeyResultVerdict[];
}

/** An attempt whose key results hold. */
export interface PassedAttempt<Work> {
	readonly work: Work;
	readonly verdict: Verdict;
	/** How many attempts were made. */
	readonly attempts: number;
}

/**
 * Does `work` until the key results hold. Attempts that fail change nothing of the visit's context but `attempt`.
 * @param work does the state's work in a part of the visit; what it throws is not tried again here
 * @throws MaxRetriesExceeded; what the work and the judge throw
 */
export async function runAttempts<Work extends { readonly output: unknown }>(
	visit: Visit,
	{ items, maxRetries }: KeyResultsPlan,
	work: (part: Visit) => Promise<Work>,
): Promise<PassedAttempt<Work>> {
	const { state } = visit;
	let before: Pick<Attempt, "feedback" | "results"> = { feedback: null, results: [] };
	for (let number = 0; ; number++) {
		const attempt = { state: state.name, number, max: maxRetries };
		visit.set("attempt", { ...attempt, ...before } satisfies Attempt);
		const part = visit.part(stepPrefix.attempt(number));
		// What an agent is told of the attempt before is in its input, which only a new conversation begins with.
		if (number > 0) part.remove(chainKeys);
		const done = await work(part);
		part.throwIfGivenUp();
		const isNew = !part.steps.has(stepKey.verdict);
		const verdict = await judged(part, { items, maxRetries }, done.output, number);
		const { feedback, results } = verdict;
		before = { feedback, results };
		visit.set("attempt", { ...attempt, ...before } satisfies Attempt);
		if (isNew) tell(visit, { number, maxRetries }, verdict);
		if (verdict.passed) {
			part.set("attempt", visit.context.attempt);
			visit.replaceContext(part.context);
			visit.held = part.held;
			return { work: done, verdict, attempts: number + 1 };
		}
		if (number >= maxRetries) throw new MaxRetriesExceeded(state.name, maxRetries, feedback ?? "");
	}
}

/** The checks first; the judge is asked only where they hold. */
async function judged(
	part: Visit,
	{ items, maxRetries }: KeyResultsPlan,
	output: unknown,
	number: number,
): Promise<Verdict> {
	const { steps } = part;
	const isKnown = steps.has(stepKey.verdict);
	const known = isKnown ? readVerdict(steps.value(stepKey.verdict, () => null)) : undefined;
	const judgedItems = items.filter(({ check }) => check.kind === "judged");
	if (known) {
		// The judge's answer is in the journal, too: what it has spent is this visit's in each life.
		const wasAsked = judgedItems.some(({ name }) => known.results.some((result) => result.name === name));
		if (wasAsked) await askJudge(part, judgedItems, output);
		return known;
	}
	const results = await runChecks(part, items, output);
	if (judgedItems.length > 0 && results.every(({ passed }) => passed)) {
		results.push(...(await askJudge(part, judgedItems, output)));
	}
	const verdict = verdictOf(items, results);
	// Who resumes a run that has failed so begins with attempts anew.
	const isLast = !verdict.passed && number >= maxRetries;
	steps.value(stepKey.verdict, () => ({ ...verdict, ...(isLast && { exhausted: true }) }));
	return verdict;
}

function tell(visit: Visit, { number, maxRetries }: { number: number; maxRetries: number }, verdict: Verdict): void {
	const { environment, services, meta, state, span } = visit;
	const { passed, results, feedback } = verdict;
	environment.emit?.({
		type: passed ? "attempt_passed" : "attempt_failed",
		executionId: meta.execution_id,
		state: state.name,
		attempt: number,
		maxRetries,
		keyResults: results,
		feedback,
	});
	if (environment.inspected) {
		const name = `attempt ${number} ${passed ? "passed" : "failed"}`;
		visit.steps.show(actorName.attempt, name, { attempt: number })({ results, feedback });
	}
	const failed = results.filter((result) => !result.passed).map(({ name }) => name);
	span?.tell({ kind: "attempt", attempt: number, passed, failed });
	const fields = { state: state.name, attempt: number, max_retries: maxRetries };
	if (passed) services.logger.debug("The key results hold.", fields);
	else services.logger.info("Key results do not hold.", { ...fields, feedback });
}
