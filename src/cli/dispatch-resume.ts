/** `flatstate dispatch` with what resumes executions: their stored configurations and the services of the command line. */
import { describeError } from "../../runtime/agents/errors.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { resumeExecution } from "../resume-execution.ts";
import { StoredMachines } from "../stored-machine.ts";
import { type DispatchCommandOptions, type DispatchRun, dispatchCommand, type Resumer } from "./dispatch.ts";
import type { ExitCode } from "./exit-codes.ts";
import { RunProgress } from "./run-progress.ts";
import {
	type LimitCommandOptions,
	openRunServices,
	runOptionsOf,
	type ServicesCommandOptions,
} from "./run-services.ts";

/**
 * Seconds: a dispatcher runs few executions at a time, so none may hold its place through a long back-off; and what it
 * has woken from one is to park at the next.
 */
const parksSleepsOver = 60;

type Options = DispatchCommandOptions & ServicesCommandOptions & LimitCommandOptions;

/** Dispatches, resuming each execution with the configuration that it was started with. @throws UsageError */
export function dispatchAndResume(options: Options): Promise<ExitCode> {
	return dispatchCommand(options, (run) => openResumer(options, run));
}

async function openResumer(options: Options, { store, signal, console }: DispatchRun): Promise<Resumer> {
	const { concurrency: _, parkSleeps = parksSleepsOver, ...given } = options;
	const limits = { ...given, parkSleeps };
	const services = await openRunServices(options, console, async () => store);
	const machines = new StoredMachines(store, services.compileOptions);
	return {
		async resume(executionId): Promise<RunResult> {
			const progress = new RunProgress(() => performance.now());
			const runOptions = { ...services.compileOptions, ...runOptionsOf(limits, signal, console, progress) };
			const result = await resumeExecution(store, executionId, runOptions, machines);
			if (result.status === "failed") {
				const { type, text } = describeError(result.error);
				console.logger.error(`Execution ${executionId} failed: ${type}: ${text}`, { execution_id: executionId });
			}
			return result;
		},
		[Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
	};
}
