/** `flatstate resume ID`: goes on with an execution that was killed, waits, was stopped or has failed. */
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import { resumeMachine } from "../../runtime/machine/resume-machine.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { type Compiled, compileFile } from "../compile.ts";
import { workAddressOf } from "../machine-invoker.ts";
import { checkpointEventsOf } from "../machine-store.ts";
import { StoredMachines } from "../stored-machine.ts";
import { type AskOptions, answerAtTerminal, mayAsk } from "./ask.ts";
import { compileOrExplain } from "./compile-or-explain.ts";
import {
	type DistributedCommandOptions,
	endInFleet,
	LeftToFleet,
	openFleet,
	processesOf,
	queueAddress,
} from "./distributed.ts";
import { type StoreCommandOptions, storeUrl, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenBeside } from "./interrupt.ts";
import { reportResult } from "./report-result.ts";
import { plansOf } from "./result-plans.ts";
import { dispatchHint, resumeHint, signalHint } from "./resume-hint.ts";
import { orLeft } from "./run.ts";
import { openRunConsole } from "./run-console.ts";
import { type InspectCommandOptions, openRunInspection, type RunInspection } from "./run-inspection.ts";
import { RunProgress } from "./run-progress.ts";
import {
	type LimitCommandOptions,
	openRunServices,
	runOptionsOf,
	type ServicesCommandOptions,
} from "./run-services.ts";
import { requireShared } from "./signal.ts";
import { UsageError } from "./usage-error.ts";

export interface ResumeCommandOptions
	extends StoreCommandOptions,
		ServicesCommandOptions,
		LimitCommandOptions,
		InspectCommandOptions,
		AskOptions,
		DistributedCommandOptions {
	/** The machine's file; default: the configuration in the store. */
	readonly machine?: string;
	/** Go on with the file where it has changed. */
	readonly useCurrent?: boolean;
	readonly json?: boolean;
	readonly quiet?: boolean;
}

/** Resumes an execution; its output is all that goes to stdout. @throws CompileError, UsageError */
export async function resumeCommand(executionId: string, options: ResumeCommandOptions): Promise<ExitCode> {
	if (options.useCurrent && options.machine === undefined) throw new UsageError("--use-current needs --machine FILE.");
	requireShared(storeUrl(options));
	if (options.detach) {
		const { resumeDetached } = await import("./detach.ts");
		return resumeDetached(executionId, options);
	}
	const executed = await orLeft(() => execute(executionId, options));
	if (executed instanceof LeftToFleet) return exitCodes.interrupted;
	const { result, plans, ...resumed } = executed;
	await using inspection = resumed.inspection;
	const code = await reportResult(result, {
		json: options.json === true,
		plans,
		lastState: result.steps > 0 ? result.state : undefined,
		isOffline: options.mock !== undefined || options.script !== undefined,
		resume: resumeHint(executionId, storeUrl(options), options),
		dispatch: dispatchHint(storeUrl(options), options),
		signal: (waiting) => signalHint(waiting, storeUrl(options)),
	});
	await inspection.finished();
	return code;
}

interface Resumed {
	readonly result: RunResult;
	readonly plans: readonly MachinePlan[];
	/** To be closed by whoever reports the result. */
	readonly inspection: RunInspection;
}

async function execute(executionId: string, options: ResumeCommandOptions): Promise<Resumed> {
	return withStore(options, async (store) => {
		const progress = new RunProgress(() => performance.now());
		using console = openRunConsole({
			quiet: options.quiet === true,
			streams: options.stream === true,
			progress: () => progress.text(),
		});
		using interrupt = listenBeside(console);
		await using services = await openRunServices(options, console, async () => store);
		const { compileOptions } = services;
		const { useCurrent = false } = options;
		const current = options.machine === undefined ? undefined : compileCurrent(options.machine, compileOptions);
		const machines = new StoredMachines(store, compileOptions);
		const stored = await store.persistence.loadExecution(executionId);
		if (stored) progress.goOnFrom(stored.summary);
		const { set, planId, chosenFor } = await machines.machineOf(executionId, current, { useCurrent });
		const plan = set.plan(planId);
		if (current && set !== current.set && !options.quiet) {
			console.write("The file has changed since the execution was started: going on with the stored configuration.\n");
		}
		const address = storeUrl(options);
		const queueAt = queueAddress(options, address, workAddressOf(plan, address, process.env));
		await using fleet =
			queueAt === undefined ? undefined : await openFleet(queueAt, options, { store, address }, console);
		const inspected = { set, planId, executionId, signals: async () => store.signals };
		const inspection = await openRunInspection(inspected, options, (text) => console.write(text));
		try {
			const runOptions = {
				...runOptionsOf(options, interrupt.signal, console, progress),
				...fleet?.runOptions,
				...processesOf(options, address),
			};
			const { signal } = interrupt;
			const durable = { store, address, events: checkpointEventsOf(plan), isLazy: false };
			const end = (run: () => Promise<RunResult>) =>
				fleet ? endInFleet(executionId, run, fleet, { ...options, progress, signal, mayBeBusy: true }) : run();
			const joined = inspection.join(runOptions);
			const parked = await end(() => resumeMachine(set, planId, executionId, { ...joined, durable, chosenFor }));
			const resume = () => end(() => resumeMachine(set, planId, executionId, { ...runOptions, durable }));
			const asking = { console, store, signal, resume };
			const result = mayAsk(options) ? await answerAtTerminal(parked, asking) : parked;
			inspection.ended(result);
			return { result, plans: plansOf(plan, set), inspection };
		} catch (error) {
			await inspection[Symbol.asyncDispose]();
			throw error;
		}
	});
}

function compileCurrent(file: string, options: Parameters<typeof compileFile>[1]): Compiled {
	return compileOrExplain(file, () => compileFile(file, options));
}
