/** The invariants of a machine's file on every state that exploration reaches: what `flatstate test` looks at. */
import type { MachinePlan, SourcePlace } from "../../../compiler/plan/plan.ts";
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

/** So many runs are tried to make one that breaks an invariant simpler. */
const MOST_TRIES = 500;

/**
 * Checks `metadata.invariants` on the scenarios of an exploration, and on situations that a search of its own finds with
 * answers that are solved from the invariants. What breaks is confirmed on the real runtime and made as simple as can be.
 * @param exploration of machine `planId` of the set
 */
export async function checkInvariantsOf(
	compiled: { readonly set: CompiledSet },
	exploration: Exploration,
	{ planId = compiled.set.entry, extra }: { readonly planId?: string; readonly extra?: ExtraAnswers } = {},
): Promise<ExploredInvariants> {
	const plan: MachinePlan = compiled.set.plan(planId);
	const invariants = invariantsOf(plan);
	if (invariants.length === 0) return { results: [], runs: 0, situations: 0 };
	const subject = runSubject(compiled, {}, planId);
	const found = new Map<Invariant, Violation>();
	const look = async (run: Run, looked: readonly Invariant[]): Promise<void> => {
		const report = await run.play();
		for (const invariant of looked) {
			const breach = found.has(invariant) ? undefined : breachIn(report, invariant);
			if (breach) found.set(invariant, await simplest(run, report, breach));
		}
	};
	for (const scenario of exploration.scenarios) await look(runOfScenario(subject, scenario), invariants);
	const { suspicions, situations } = suspicionsOf(plan, invariants, {
		plans: compiled.set.plans,
		...(extra && { extra }),
	});
	for (const suspicion of suspicions) {
		if (!found.has(suspicion.invariant)) await look(runOfSuspicion(subject, suspicion), [suspicion.invariant]);
	}
	const results = invariants.map((invariant): InvariantResult => {
		const { title, at } = invariant;
		return { title, ...(at && { at }), violation: found.get(invariant) };
	});
	return { results, runs: exploration.scenarios.length + suspicions.length, situations };
}

function breachIn(report: RunReport, invariant: Invariant): Breach | undefined {
	return breachOf(invariant, { ...report, isDone: report.ending.status === "done" });
}

/** Goes on to simpler runs for as long as one breaks the invariant in the same way. */
async function simplest(run: Run, report: RunReport, breach: Breach): Promise<Violation> {
	let best = { run, report, breach };
	let tries = 0;
	for (let isBetter = true; isBetter && tries < MOST_TRIES; ) {
		isBetter = false;
		best.run.failedAt = best.breach.moment.step;
		for (const simpler of simplerRuns(best.run)) {
			tries += 1;
			if (tries > MOST_TRIES) break;
			const went = await simpler.play();
			const again = breachIn(went, breach.invariant);
			if (!simpler.isSimpler || again?.cause !== breach.cause) continue;
			best = { run: simpler, report: went, breach: again };
			isBetter = true;
			break;
		}
	}
	return violationOf(best.report, best.breach, { by: "exploration" });
}

/** A scenario as a run, so that it can be made simpler. */
export function runOfScenario(subject: RunSubject, { input, maxSteps, path, ...script }: Scenario): Run {
	return new Run(subject, {
		input,
		tape: tapeOf({ input, ...script }),
		// The last state may do more than the path says: its work is done before a limit counts.
		maxSteps: maxSteps ?? stepBound(subject, { maxSteps: path.length + 1 }),
		draw: (ask) => subject.answers.plainest(ask),
	});
}

/** A way that the search found, up to where it breaks the invariant; what comes after has the plainest answers. */
export function runOfSuspicion(subject: RunSubject, { input, tape, steps, invariant }: Suspicion): Run {
	const maxSteps = stepBound(subject, { maxSteps: invariant.kind === "eventually" ? steps + 1 : steps });
	return new Run(subject, { input, tape, maxSteps, draw: (ask) => subject.answers.plainest(ask) });
}
