/** `flatstate run FILE --script SCENARIO`: replays a scenario, prints the output as of any run, and tells what went another way. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { parseDocument } from "../../compiler/document/parse.ts";
import { compileFile } from "../compile.ts";
import { isScenario, readScenario } from "../testing/scenario/read-scenario.ts";
import { type Replay, replayScenario } from "../testing/scenario/replay.ts";
import type { WrittenScenario } from "../testing/scenario/scenario.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { orUsageError } from "./or-usage-error.ts";
import { readInput } from "./read-input.ts";
import { reportResult } from "./report-result.ts";
import { plansOf } from "./result-plans.ts";
import type { RunCommandOptions } from "./run.ts";
import { openRunConsole } from "./run-console.ts";
import { RunProgress } from "./run-progress.ts";
import { runOptionsOf } from "./run-services.ts";
import { writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The scenario in the file of `--script`; undefined where the file is a script of agents' answers.
 * @throws UsageError for a scenario with mistakes, or a file that cannot be read
 */
export async function scenarioIn(script: string): Promise<WrittenScenario | undefined> {
	const cannot = `Cannot use ${script} as a script`;
	const text = await orUsageError(cannot, () => readFile(script, "utf8"));
	if (!isScenario(parseDocument(text, { file: script, dir: "." }).document?.value)) return undefined;
	return orUsageError(cannot, () => readScenario(text, script).scenario);
}

/** Options that make no sense where everything around the machine is answered. */
const pointless = ["hooks", "store", "id", "telemetry"] as const;

/**
 * Replays a scenario. Exits with 1 where the run goes another way than the scenario says; one that ends as the scenario
 * says it must has done well, however that is.
 * @throws CompileError, UsageError
 */
export async function runScenario(
	file: string,
	scenario: WrittenScenario,
	options: RunCommandOptions,
): Promise<ExitCode> {
	for (const name of pointless) {
		if (options[name] === undefined) continue;
		throw new UsageError(
			`--script has a scenario, which is replayed without hooks, stores and telemetry: leave out --${name}.`,
		);
	}
	const input = options.input === undefined ? scenario.input : await readInput(options.input);
	const { profiles } = options;
	const machine = compileOrExplain(file, () =>
		compileFile(file, profiles === undefined ? {} : { profilesFile: resolve(profiles) }),
	);
	const { result, differences, ending, isInterrupted } = await replay(machine, { ...scenario, input }, options);
	let exitCode: ExitCode = exitCodes.failed;
	// A run that found no answer was given up: there is nothing to say of its end.
	if (ending || isInterrupted) {
		exitCode = await reportResult(result, {
			json: options.json === true,
			plans: plansOf(machine.plan, machine.set),
			lastState: result.steps > 0 ? result.state : undefined,
			isOffline: true,
		});
	}
	if (isInterrupted) return exitCode;
	if (differences.length === 0) return scenario.ending ? exitCodes.done : exitCode;
	const sentences = differences.map((difference) => `  ${difference}\n`).join("");
	await writeTo(process.stderr, printable(`The run did not go as scenario \`${scenario.name}\` says:\n${sentences}`));
	return exitCodes.failed;
}

async function replay(
	machine: ReturnType<typeof compileFile>,
	scenario: WrittenScenario,
	options: RunCommandOptions,
): Promise<Replay & { readonly isInterrupted: boolean }> {
	const progress = new RunProgress(() => performance.now());
	using console = openRunConsole({ quiet: options.quiet === true, progress: () => progress.text() });
	using interrupt = listenForInterrupt();
	// Nothing waits here: neither for signals, nor in back-offs, of which nothing is told then.
	const {
		inspect: _,
		parkSleepsOverSeconds: __,
		...runOptions
	} = runOptionsOf({ ...options, wait: false }, interrupt.signal, { ...console, tellsRetries: false }, progress);
	const replayed = await replayScenario(machine, scenario, runOptions);
	return { ...replayed, isInterrupted: interrupt.signal.aborted };
}
