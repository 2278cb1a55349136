/** `checkInvariants`: what must hold in every run, looked for in what exploration finds and in generated runs. */

import { exploreMachine } from "../explore/index.ts";
import { type Breach, breachOf } from "./breach.ts";
import { type ExploredViolations, exploredViolations } from "./explored-invariants.ts";
import { fastCheck } from "./fast-check.ts";
import { type FailedRun, type ForAllRunsOptions, searchRuns } from "./for-all-runs.ts";
import { type Invariant, type Invariants, readInvariants } from "./invariant.ts";
import { InvariantError, type Violation, violationOf } from "./invariant-error.ts";
import type { Run, RunReport, RunSubject } from "./run.ts";
import { type CompiledMachine, runSubject } from "./run-arbitrary.ts";

export interface CheckInvariantsOptions extends ForAllRunsOptions {
	/** Whether the scenarios that exploration finds are looked at, too. Default: true. */
	readonly explore?: boolean;
}

/** What was looked at, where every invariant holds. */
export interface InvariantsReport {
	readonly invariants: readonly string[];
	/** Runs that exploration found: the scenarios of the machine, and ways to what looked like breaking an invariant. */
	readonly explored: number;
	/** Generated runs. */
	readonly runs: number;
	/** Moments of all runs at which invariants were evaluated. */
	readonly moments: number;
	/** Runs that reached a final state: what `eventually` is about. */
	readonly done: number;
	readonly seed: number;
}

/**
 * Checks invariants on every scenario that exploration finds and on generated runs. An expression without a value, such
 * as `null < 8`, breaks an `always` and a `never`: nothing was checked there.
 * @throws InvariantError with the shortest run for each invariant that does not hold; InvalidInvariantError for
 * expressions that are wrong or read what does not exist; MissingPackageError without fast-check
 */
export async function checkInvariants(
	compiled: CompiledMachine,
	invariants: Invariants,
	options: CheckInvariantsOptions = {},
): Promise<InvariantsReport> {
	fastCheck();
	const { set } = compiled;
	const all = readInvariants(set.plan(set.entry), invariants);
	const subject = runSubject(compiled, options);
	const explored = options.explore === false ? nothingExplored : await explore(subject, all);
	const found = new Map(explored.violations);
	let left = all.filter((invariant) => !found.has(invariant));
	const counts = { runs: 0, moments: 0, done: 0, seed: options.seed ?? 0 };
	// Each search ends at the first invariant that breaks: the others are looked at in the next, with the same runs.
	for (let first = true; left.length > 0; first = false) {
		const search = new InvariantSearch(left);
		const { failed, seed, runs } = await searchRuns(subject, {
			...options,
			...(!first && { seed: counts.seed }),
			check: search.check,
		});
		Object.assign(counts, { runs, moments: search.moments, done: search.done, seed });
		const breach = search.found;
		if (!failed) break;
		// A run that could not even be made is no matter of the invariants.
		if (!breach || failed.error !== isBroken) throw failed.error;
		found.set(breach.invariant, violationIn(failed, breach));
		left = left.filter((one) => one !== breach.invariant);
	}
	if (found.size > 0) throw new InvariantError(all.flatMap((invariant) => found.get(invariant) ?? []));
	return {
		...counts,
		invariants: all.map(({ title }) => title),
		explored: explored.runs,
		moments: explored.moments + counts.moments,
		done: explored.done + counts.done,
	};
}

const nothingExplored: ExploredViolations = { violations: new Map(), runs: 0, done: 0, moments: 0, situations: 0 };

async function explore(subject: RunSubject, invariants: readonly Invariant[]): Promise<ExploredViolations> {
	const { plans } = subject.compiled.set;
	return exploredViolations(subject, invariants, exploreMachine(subject.answers.plan, { plans }));
}

/** Once one invariant is found broken, only runs that break it in the same way are failures: shrinking keeps to it. */
class InvariantSearch {
	found: Breach | undefined;
	moments = 0;
	done = 0;
	readonly #invariants: readonly Invariant[];

	constructor(invariants: readonly Invariant[]) {
		this.#invariants = invariants;
	}

	readonly check = async (report: RunReport, run: Run): Promise<void> => {
		const observed = { ...report, isDone: report.ending.status === "done" };
		if (!this.found) {
			this.moments += report.moments.length;
			if (observed.isDone) this.done += 1;
		}
		const looked = this.found ? [this.found.invariant] : this.#invariants;
		for (const invariant of looked) {
			const breach = breachOf(invariant, observed);
			if (!breach || (this.found && breach.cause !== this.found.cause)) continue;
			this.found = breach;
			run.failedAt = breach.moment.step;
			throw isBroken;
		}
	};
}

const isBroken = new Error("An invariant is broken.");

function violationIn({ report, seed, number }: FailedRun, breach: Breach): Violation {
	return violationOf(report, breach, { by: "run", seed, run: number });
}
