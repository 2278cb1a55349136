/** The invariants of a machine's file on every state that exploration reaches: what `flatstate test` looks at. */
import type { SourcePlace } from "../../../compiler/plan/plan.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import type { Exploration } from "../explore/index.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ExtraAnswers } from "../solve/answer-space.ts";
import { type Breach, breachOf } from "./breach.ts";
import { type Invariant, invariantsOf } from "./invariant.ts";
import { type Violation, violationOf } from "./invariant-error.ts";
import { type Suspicion, suspicionsOf } from "./invariant-search.ts";
import { Run, type RunReport, type RunSubject, tapeOf } from "./run.ts";
import { runSubject, stepBound } from "./run-arbitrary.ts";
import { simplerRuns } from "./simpler-runs.ts";

/** What became of one invariant. */
export interface InvariantResult {
	/** As it would be written: `never: context.approved and context.score < 8`, with its name in front. */
	readonly title: string;
	readonly at?: SourcePlace;
	/** Undefined where it holds. */
	readonly violation: Violation | undefined;
}

export interface ExploredInvariants {
	readonly results: readonly InvariantResult[];
	/** Runs on the real runtime that were looked at. */
	readonly runs: number;
	/** Situations of the machine's model that were looked at. */
	readonly situations: number;
}

/** So many runs, and so many steps of all of them, are tried to make one that breaks an invariant simpler. */
const MOST_TRIES = 500;
const MOST_STEPS = 10_000;

/**
 * Checks `metadata.invariants` on the scenarios of an exploration, and on situations that a search of its own finds with
 * answers that are solved from the invariants. What breaks is confirmed on the real runtime and made as simple as can be.
 * @param exploration of machine `planId` of the set
 */
export async function checkInvariantsOf(
	compiled: { readonly set: CompiledSet },
	exploration: Pick<Exploration, "scenarios">,
	{ planId = compiled.set.entry, extra }: { readonly planId?: string; readonly extra?: ExtraAnswers } = {},
): Promise<ExploredInvariants> {
	const invariants = invariantsOf(compiled.set.plan(planId));
	if (invariants.length === 0) return { results: [], runs: 0, situations: 0 };
	const subject = runSubject(compiled, {}, planId);
	const { violations, runs, situations } = await exploredViolations(subject, invariants, exploration, extra);
	const results = invariants.map((invariant): InvariantResult => {
		const { title, at } = invariant;
		return { title, ...(at && { at }), violation: violations.get(invariant) };
	});
	return { results, runs, situations };
}

/** What exploring a machine finds of its invariants, and how much was looked at. */
export interface ExploredViolations {
	/** Of those that can be broken. */
	readonly violations: ReadonlyMap<Invariant, Violation>;
	/** Runs on the real runtime, all but those that make others simpler. */
	readonly runs: number;
	/** Of these, the ones that reached a final state. */
	readonly done: number;
	/** Moments of these runs. */
	readonly moments: number;
	readonly situations: number;
}

/** A run that breaks an invariant. */
interface BrokenRun {
	readonly run: Run;
	readonly report: RunReport;
	readonly breach: Breach;
}

/** Looks for the run that breaks each invariant with the fewest steps, in scenarios and in what a search suspects. */
export async function exploredViolations(
	subject: RunSubject,
	invariants: readonly Invariant[],
	{ scenarios }: Pick<Exploration, "scenarios">,
	extra?: ExtraAnswers,
): Promise<ExploredViolations> {
	const shortest = new Map<Invariant, BrokenRun>();
	const counts = { runs: 0, done: 0, moments: 0 };
	const play = async (run: Run, looked: readonly Invariant[]): Promise<void> => {
		const report = await run.play();
		counts.runs += 1;
		counts.done += Number(report.ending.status === "done");
		counts.moments += report.moments.length;
		for (const invariant of looked) {
			const breach = breachIn(report, invariant);
			const known = shortest.get(invariant)?.breach.moment.step ?? Number.POSITIVE_INFINITY;
			if (breach && breach.moment.step < known) shortest.set(invariant, { run, report, breach });
		}
	};
	const { plan } = subject.answers;
	const { plans } = subject.compiled.set;
	const { suspicions, situations } = suspicionsOf(plan, invariants, { plans, ...(extra && { extra }) });
	for (const suspicion of suspicions) {
		const known = shortest.get(suspicion.invariant);
		if (known && known.breach.moment.step <= suspicion.steps) continue;
		await play(runOfSuspicion(subject, suspicion), [suspicion.invariant]);
	}
	for (const scenario of scenarios) await play(runOfScenario(subject, scenario), invariants);
	const violations = new Map<Invariant, Violation>();
	for (const [invariant, broken] of shortest) violations.set(invariant, await simplest(broken));
	return { violations, ...counts, situations };
}

function breachIn(report: RunReport, invariant: Invariant): Breach | undefined {
	return breachOf(invariant, { ...report, isDone: report.ending.status === "done" });
}

/** Goes on to simpler runs for as long as one breaks the invariant in the same way. */
async function simplest(broken: BrokenRun): Promise<Violation> {
	let best = broken;
	let tries = 0;
	let steps = 0;
	const isOver = (): boolean => tries >= MOST_TRIES || steps >= MOST_STEPS;
	for (let isBetter = true; isBetter; ) {
		isBetter = false;
		best.run.failedAt = best.breach.moment.step;
		for (const simpler of simplerRuns(best.run)) {
			if (isOver()) break;
			const went = await simpler.play();
			tries += 1;
			steps += went.path.length;
			const again = breachIn(went, best.breach.invariant);
			if (!simpler.isSimpler || again?.cause !== broken.breach.cause) continue;
			best = { run: simpler, report: went, breach: again };
			isBetter = true;
			break;
		}
	}
	return violationOf(best.report, best.breach, { by: "exploration" });
}

/** A scenario as a run, so that it can be made simpler. */
function runOfScenario(subject: RunSubject, { input, maxSteps, path, ...script }: Scenario): Run {
	return new Run(subject, {
		input,
		tape: tapeOf({ input, ...script }),
		// The last state may do more than the path says: its work is done before a limit counts.
		maxSteps: maxSteps ?? stepBound(subject, { maxSteps: path.length + 1 }),
		draw: (ask) => subject.answers.plainest(ask),
	});
}

/** A way that the search found, up to where it breaks the invariant; what comes after has the plainest answers. */
function runOfSuspicion(subject: RunSubject, { input, tape, steps }: Suspicion): Run {
	// Where a run is stopped, an error that it has met is not told any more.
	const maxSteps = stepBound(subject, { maxSteps: steps + 1 });
	return new Run(subject, { input, tape, maxSteps, draw: (ask) => subject.answers.plainest(ask) });
}
