/** `flatstate replay ID`: runs an execution again from its recorded results, without a model call, and compares. */
import { existsSync } from "node:fs";
import pc from "picocolors";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { readOrigin } from "../../runtime/checkpoint/progress.ts";
import type { ReplayDifference } from "../../runtime/machine/replay-difference.ts";
import { type ReplayReport, replayMachine } from "../../runtime/machine/replay-machine.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type CompileOptions, compileFile } from "../compile.ts";
import { StoredMachines } from "../stored-machine.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import { requireExecution, type StoreCommandOptions, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenBeside } from "./interrupt.ts";
import { openRunConsole } from "./run-console.ts";
import { openRunServices, type ServicesCommandOptions } from "./run-services.ts";
import { wantsColor, writeTo } from "./streams.ts";

export interface ReplayCommandOptions extends StoreCommandOptions, Pick<ServicesCommandOptions, "hooks" | "profiles"> {
	/** The step to start from; default: the beginning. */
	readonly from?: number;
	/** The machine's file; default: the one that it was started from, as it is now. */
	readonly machine?: string;
	/** Replay with the configuration in the store. */
	readonly stored?: boolean;
	readonly json?: boolean;
}

/** Exit code 1 where the replay parts from what was recorded. @throws UsageError, CompileError */
export async function replayCommand(executionId: string, options: ReplayCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		using console = openRunConsole({ quiet: true, progress: () => "replaying" });
		using interrupt = listenBeside(console, "Stopping.\n");
		await using services = await openRunServices(options, console);
		const { file, set, planId } = await machineFor(store, executionId, options, services.compileOptions);
		const report = await replayMachine(set, planId, store, executionId, {
			signal: interrupt.signal,
			...(options.from !== undefined && { from: options.from }),
		});
		const text = options.json ? JSON.stringify(report) : reportText(report, file);
		await writeTo(process.stdout, `${options.json ? printable(text) : text}\n`);
		return report.difference === null ? exitCodes.done : exitCodes.failed;
	});
}

async function machineFor(
	store: Store,
	executionId: string,
	{ machine, stored: wantsStored = false }: ReplayCommandOptions,
	compileOptions: CompileOptions,
) {
	const { origin } = await requireExecution(store, executionId);
	const started = readOrigin(origin)?.file ?? undefined;
	const known = started !== undefined && existsSync(started) ? started : undefined;
	const file = machine ?? (wantsStored ? undefined : known);
	const current = file === undefined ? undefined : compileOrExplain(file, () => compileFile(file, compileOptions));
	const machines = new StoredMachines(store, compileOptions);
	return { file, ...(await machines.machineOf(executionId, current, { replays: true })) };
}

function reportText(report: ReplayReport, file: string | undefined): string {
	const paint = pc.createColors(wantsColor(process.stdout));
	const { compared, lastStep, difference, until } = report;
	const machine = file === undefined ? "the stored configuration" : printable(file);
	const steps = `${compared} ${compared === 1 ? "checkpoint" : "checkpoints"} compared up to step ${lastStep}, with ${machine}`;
	if (difference === null) {
		const end = until === "recording" ? " The recording has no more: the execution has not ended." : "";
		return `${paint.green("No difference")}: ${steps}.${end}`;
	}
	return `${paint.red("Difference")} in step ${difference.step}: ${describeDifference(difference)}\n${steps}.`;
}

const longestValue = 200;

function describeDifference(difference: ReplayDifference): string {
	switch (difference.kind) {
		case "path": {
			const { recorded, replayed } = difference;
			const before = recorded === null ? "the execution had ended" : `the execution was in state ${name(recorded)}`;
			return `${before}, the replay is in state ${name(replayed)}.`;
		}
		case "context": {
			const { state, path, recorded, replayed } = difference;
			const where = path === "" ? "the context" : name(path);
			return `in state ${name(state)}, ${where} was ${value(recorded)} and is ${value(replayed)}.`;
		}
		case "effect":
			return `state ${name(difference.replayed)} makes a call that the execution did not make.`;
		case "end":
			return `the execution was ${difference.recorded}, the replay is ${printable(difference.replayed)}.`;
	}
}

function name(text: string): string {
	return `\`${printable(text)}\``;
}

function value(data: unknown): string {
	if (data === undefined) return "not there";
	const text = printable(JSON.stringify(data));
	return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
