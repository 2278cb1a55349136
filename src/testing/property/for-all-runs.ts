/** `forAllRuns`: a check of yours on generated runs, each executed on the real runtime. */
import { FlatstateError } from "../../../runtime/errors.ts";
import { writeScenario } from "../scenario/write-scenario.ts";
import { fastCheck } from "./fast-check.ts";
import { replayText } from "./replay-text.ts";
import type { Run, RunReport, RunSubject } from "./run.ts";
import { type CompiledMachine, type RunOptions, runSubject, runsOf, stepBound } from "./run-arbitrary.ts";

export interface ForAllRunsOptions extends RunOptions {
	/** The same seed gives the same runs. Default: another one each time; the error tells it. */
	readonly seed?: number;
	/** Default: 100. */
	readonly numRuns?: number;
}

/** What is looked at of each run: return nothing or true where it is as it should be; false or a throw is a failure. */
export type RunCheck = (report: RunReport, run: Run) => unknown;

export interface RunsReport {
	readonly runs: number;
	readonly seed: number;
	/** How many runs ended how: `done`, `failed`, `stopped`, `waiting`. */
	readonly endings: Readonly<Record<string, number>>;
}

/** A check that a run failed. The run is the simplest one that was found to fail. */
export class RunCheckError extends FlatstateError {
	readonly seed: number;
	readonly report: RunReport;
	/** Which run of the seed failed first, from 1. */
	readonly run: number;

	constructor(failed: FailedRun, cause: unknown) {
		const { seed, number, report } = failed;
		const path = report.path.join(" → ");
		const what = cause instanceof Error ? cause.message : String(cause);
		super(
			"run_check_failed",
			`A generated run fails the check (seed ${seed}, run ${number}): ${path}\n\n${what}\n\n${replayText(report.scenario)}`,
			cause === gaveFalse ? {} : { cause },
		);
		this.seed = seed;
		this.report = report;
		this.run = number;
	}

	/** The run as a scenario file, which `flatstate run FILE --script` replays. */
	get scenarioText(): string {
		return writeScenario(this.report.scenario);
	}
}

/**
 * Executes generated runs and checks each.
 * @throws RunCheckError with the shortest failing run, MissingPackageError without fast-check
 */
export async function forAllRuns(
	compiled: CompiledMachine,
	check: RunCheck,
	options: ForAllRunsOptions = {},
): Promise<RunsReport> {
	const endings = new Map<string, number>();
	const { failed, seed, runs } = await searchRuns(runSubject(compiled, options), {
		...options,
		check: async (report, run) => {
			endings.set(report.ending.status, (endings.get(report.ending.status) ?? 0) + 1);
			if ((await check(report, run)) === false) throw gaveFalse;
		},
	});
	if (failed) throw new RunCheckError(failed, failed.error);
	return { runs, seed, endings: Object.fromEntries(endings) };
}

const gaveFalse = new Error("The check gave false.");

/** The simplest run that was found to fail. */
export interface FailedRun {
	readonly report: RunReport;
	readonly error: unknown;
	readonly seed: number;
	/** From 1. */
	readonly number: number;
}

export interface RunSearch extends ForAllRunsOptions {
	readonly check: (report: RunReport, run: Run) => Promise<void>;
}

/** Looks for a run that fails a check, and for a simpler one that fails as well. */
export async function searchRuns(
	subject: RunSubject,
	search: RunSearch,
): Promise<{ readonly failed: FailedRun | undefined; readonly seed: number; readonly runs: number }> {
	const fc = fastCheck();
	const { check, numRuns = 100, seed } = search;
	const arbitrary = runsOf(subject, stepBound(subject, search));
	const property = fc.asyncProperty(arbitrary, async (run) => check(await run.execute(), run));
	const details = await fc.check(property, {
		numRuns,
		...(seed !== undefined && { seed }),
	});
	const run = details.counterexample?.[0];
	if (!details.failed || !run) return { failed: undefined, seed: details.seed, runs: details.numRuns };
	const report = run.report ?? (await run.execute());
	const { errorInstance: error, numRuns: number } = details;
	return { failed: { report, error, seed: details.seed, number }, seed: details.seed, runs: number };
}
