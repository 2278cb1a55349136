/** `flatstate test FILE...`: which transitions can be taken, by which scenarios, and which cannot and why. */
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { analyzeSource, type Compiled, compileFile } from "../compile.ts";
import { type MachineTest, type MachineTestOptions, testMachine } from "../testing/report/machine-test.ts";
import { reportJson } from "../testing/report/report-json.ts";
import { totalsOf } from "../testing/report/totals.ts";
import { type GivenValues, readValues } from "../testing/scenario/read-values.ts";
import type { WrittenScenario } from "../testing/scenario/scenario.ts";
import { strangersIn } from "../testing/scenario/value-strangers.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { findDocuments } from "./find-documents.ts";
import { orUsageError } from "./or-usage-error.ts";
import { counted, diagnosticsText } from "./print-diagnostics.ts";
import { isInteractive, wantsColor, writeTo } from "./streams.ts";
import { openTestProgress } from "./test-progress.ts";
import { testReport } from "./test-report.ts";
import { UsageError } from "./usage-error.ts";
import { writeFileAtomically } from "./write-file.ts";

export interface TestCommandOptions {
	readonly profiles?: string;
	/** A file with values and scenarios of the user's. */
	readonly scenarios?: string;
	/** Where the report is written as JSON. */
	readonly coverage?: string;
	readonly json?: boolean;
	readonly allowDead?: boolean;
	readonly allowUnsolved?: boolean;
	readonly verbose?: boolean;
	readonly quiet?: boolean;
	/** A folder that gets a test file for each machine. */
	readonly emit?: string;
	/** Replace test files that differ. */
	readonly update?: boolean;
}

/**
 * Tests the machines of files and folders with all machines that they reference, each by itself.
 * @returns 1 where something is dead or unsolved and not allowed to be, or a scenario did not replay
 * @throws CompileError, UsageError
 */
export async function testCommand(paths: readonly string[], options: TestCommandOptions): Promise<ExitCode> {
	if (options.update && options.emit === undefined) throw new UsageError("--update goes with --emit DIR.");
	const given = options.scenarios === undefined ? undefined : await readGiven(options.scenarios);
	const tests = await testAll(machineFiles(paths), options, given);
	if (given) await writeTo(process.stderr, strangersText(tests, given));
	const report = reportJson(tests, process.cwd());
	if (options.coverage !== undefined) {
		const { coverage } = options;
		await orUsageError(`Cannot write ${coverage}`, () => writeFileAtomically(coverage, jsonText(report)));
	}
	await writeTo(process.stdout, options.json ? printable(jsonText(report)) : reportText(tests, options));
	if (options.emit !== undefined) {
		const { emitAndReport } = await import("./emit-report.ts");
		const machines = tests.map(({ plan, confirmed }) => ({ plan, scenarios: confirmed }));
		const { emit, update, profiles } = options;
		const written = emitAndReport(machines, { dir: emit, update: update === true, profiles });
		// With --json, stdout has the report and nothing else.
		const gap = options.json || options.quiet ? "" : "\n";
		await writeTo(options.json ? process.stderr : process.stdout, `${gap}${written}`);
	}
	const wrong = whatIsWrong(tests, options);
	if (wrong.length > 0) await writeTo(process.stderr, wrong.map((sentence) => `${sentence}\n`).join(""));
	return wrong.length > 0 ? exitCodes.failed : exitCodes.done;
}

/** Files as they are; of folders those documents that are machines. */
function machineFiles(paths: readonly string[]): string[] {
	const named = new Set(paths);
	const files = findDocuments(paths).filter((file) => named.has(file) || isMachine(file));
	if (files.length === 0) throw new UsageError(`There is no machine (\`spec: flatmachine\`) in ${paths.join(", ")}.`);
	return files;
}

function isMachine(file: string): boolean {
	return analyzeSource({ file }, {}).kind === "flatmachine";
}

interface Given {
	readonly file: string;
	readonly values: GivenValues;
}

async function readGiven(file: string): Promise<Given> {
	const cannot = `Cannot use ${file} for --scenarios`;
	const text = await orUsageError(cannot, () => readFile(file, "utf8"));
	return { file, values: await orUsageError(cannot, () => readValues(text, file)) };
}

/** A warning for each name in the file of values that none of the machines has. */
function strangersText(tests: readonly MachineTest[], { file, values }: Given): string {
	const strangers = strangersIn(
		values.extra,
		tests.map(({ plan }) => plan),
	);
	return strangers.map((sentence) => `warning: ${printable(`${file}: ${sentence}`)}\n`).join("");
}

async function testAll(
	files: readonly string[],
	{ profiles, quiet }: TestCommandOptions,
	given: Given | undefined,
): Promise<MachineTest[]> {
	const compileOptions = profiles === undefined ? {} : { profilesFile: resolve(profiles) };
	const sets = files.map((file) => compileOrExplain(file, () => compileFile(file, compileOptions)));
	const scenarios = scenariosByMachine(sets, given);
	await warnOfInvariants(sets);
	const tests: MachineTest[] = [];
	const seen = new Set<string>();
	using progress = openTestProgress(process.stderr, !quiet && isInteractive(process.stderr));
	for (const compiled of sets) {
		for (const { id } of ownFirst(compiled)) {
			if (seen.has(id)) continue;
			seen.add(id);
			const options: MachineTestOptions = {
				machine: shownId(id),
				...(given && { extra: given.values.extra }),
				scenarios: scenarios.get(id) ?? [],
			};
			progress.next(shownId(id));
			tests.push(await testMachine(compiled, id, options));
		}
	}
	return tests;
}

/** Diagnostics of invariants that are not checked, or hold whatever happens. */
const idleInvariants: ReadonlySet<string> = new Set(["FS5202", "FS5204", "FS5205"]);

/** The other warnings are for `flatstate validate`; without these the report would count what nobody checks as held. */
async function warnOfInvariants(sets: readonly Compiled[]): Promise<void> {
	const found = sets.flatMap(({ diagnostics }) => diagnostics.filter(({ code }) => idleInvariants.has(code)));
	const texts = found.map((diagnostic) => diagnosticsText([diagnostic], wantsColor(process.stderr)));
	await writeTo(process.stderr, [...new Set(texts)].join(""));
}

function ownFirst({ plan, plans }: Compiled): Compiled["plan"][] {
	return [plan, ...[...plans.values()].filter(({ id }) => id !== plan.id)];
}

/** Ids are paths, those of machines inside of others with what follows `#`. */
function shownId(id: string): string {
	const [file = "", ...inner] = id.split("#");
	return [relative(process.cwd(), file).replaceAll("\\", "/"), ...inner].join("#");
}

/** The user's scenarios by the machines that they are for: the one whose file they name, else the only one. */
function scenariosByMachine(
	sets: readonly Compiled[],
	given: Given | undefined,
): ReadonlyMap<string, readonly WrittenScenario[]> {
	const found = new Map<string, WrittenScenario[]>();
	for (const { scenario, machine } of given?.values.scenarios ?? []) {
		const id = machineFor(sets, scenario.name, machine, dirname(resolve(given?.file ?? "")));
		found.set(id, [...(found.get(id) ?? []), scenario]);
	}
	return found;
}

function machineFor(sets: readonly Compiled[], scenario: string, machine: string | undefined, dir: string): string {
	const [only, ...others] = sets;
	if (machine === undefined) {
		if (only && others.length === 0) return only.plan.id;
		throw new UsageError(`Say which machine scenario \`${scenario}\` is for: add \`machine: FILE\` to it.`);
	}
	const file = resolve(dir, machine);
	const plan = sets.flatMap(({ plans }) => [...plans.values()]).find(({ id }) => resolve(id) === file);
	if (plan) return plan.id;
	throw new UsageError(`Scenario \`${scenario}\` is for ${machine}, which is none of the machines that are tested.`);
}

function jsonText(report: unknown): string {
	return `${JSON.stringify(report, null, "\t")}\n`;
}

function reportText(tests: readonly MachineTest[], { verbose, quiet }: TestCommandOptions): string {
	const { isTTY, columns } = process.stdout;
	return testReport(tests, {
		width: isTTY ? columns || 80 : Number.POSITIVE_INFINITY,
		paint: pc.createColors(wantsColor(process.stdout)),
		verbose: verbose === true,
		quiet: quiet === true,
	});
}

/** Why the command fails: a sentence each that says what to do. */
function whatIsWrong(tests: readonly MachineTest[], options: TestCommandOptions): string[] {
	const { transitions, unconfirmed, broken, invariants } = totalsOf(tests);
	const { dead, unsolved } = transitions;
	return [
		...(dead > 0 && !options.allowDead
			? [`${counted(dead, "transition")} can never be taken: mend the machine, or allow that with --allow-dead.`]
			: []),
		...(unsolved > 0 && !options.allowUnsolved
			? [
					`For ${counted(unsolved, "transition")} no answers were found: give some with --scenarios FILE, or allow that with --allow-unsolved.`,
				]
			: []),
		...(invariants && invariants.broken > 0
			? [
					`${counted(invariants.broken, "invariant")} of the machines can be broken: mend the machine, or the invariant.`,
				]
			: []),
		...(broken > 0 ? [`${counted(broken, "scenario")} of ${options.scenarios} went another way than written.`] : []),
		...(unconfirmed > 0
			? [
					`${counted(unconfirmed, "scenario")} did not replay on the real runtime. That is a fault of flatstate, not of the machine: please report it with the machine and the scenarios shown.`,
				]
			: []),
	];
}
