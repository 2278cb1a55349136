/** `flatstate dispatch` with what resumes executions: their stored configurations and the services of the command line. */
import { describeError } from "../../runtime/agents/errors.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { resumeExecution } from "../resume-execution.ts";
import { StoredMachines } from "../stored-machine.ts";
import { type DispatchCommandOptions, type DispatchRun, dispatchCommand } from "./dispatch.ts";
import type { ExitCode } from "./exit-codes.ts";
import { RunProgress } from "./run-progress.ts";
import {
	type LimitCommandOptions,
	openRunServices,
	type RunServices,
	runOptionsOf,
	type ServicesCommandOptions,
} from "./run-services.ts";

type Options = DispatchCommandOptions & ServicesCommandOptions & LimitCommandOptions;

/** Dispatches, resuming each execution with the configuration that it was started with. @throws UsageError */
export async function dispatchAndResume(options: Options): Promise<ExitCode> {
	const { concurrency: _, ...limits } = options;
	let services: RunServices | undefined;
	let machines: StoredMachines | undefined;
	const resume = async (executionId: string, { store, signal, console }: DispatchRun): Promise<RunResult> => {
		services ??= await openRunServices(options, console);
		machines ??= new StoredMachines(store, services.compileOptions);
		const progress = new RunProgress(() => performance.now());
		const runOptions = { ...services.compileOptions, ...runOptionsOf(limits, signal, console, progress) };
		const result = await resumeExecution(store, executionId, runOptions, machines);
		if (result.status === "failed") {
			const { type, text } = describeError(result.error);
			console.logger.error(`Execution ${executionId} failed: ${type}: ${text}`, { execution_id: executionId });
		}
		return result;
	};
	try {
		return await dispatchCommand(options, resume);
	} finally {
		await services?.[Symbol.asyncDispose]();
	}
}
