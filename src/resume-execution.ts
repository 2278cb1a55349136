/** `resumeExecution`: goes on with an execution from its store alone, where the machine's files need not be. */
import { resumeMachine } from "../runtime/machine/resume-machine.ts";
import type { ResumeOptions, RunResult } from "../runtime/machine/run-result.ts";
import type { Store } from "../runtime/store/store.ts";
import type { CompileOptions } from "./compile.ts";
import { checkpointEventsOf } from "./machine-store.ts";
import { StoredMachines } from "./stored-machine.ts";

/**
 * Resumes an execution with the configuration that it was started with (docs/durability.md). What had finished is not
 * run again; what had failed is tried again. One that is done gives its result.
 * @param machines of earlier calls, so that a configuration is compiled once
 * @throws UnknownExecutionError, ChildExecutionError, ExecutionLockedError, ConfigMissingError, CorruptCheckpointError,
 * StoreError, CompileError
 */
export async function resumeExecution(
	store: Store,
	executionId: string,
	options: CompileOptions & ResumeOptions = {},
	machines: StoredMachines = new StoredMachines(store, options),
): Promise<RunResult> {
	const { set, planId, chosenFor } = await machines.machineOf(executionId);
	const durable = { store, events: checkpointEventsOf(set.plan(planId)), isLazy: false };
	return resumeMachine(set, planId, executionId, { ...options, durable, chosenFor });
}
