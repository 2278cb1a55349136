/** Starts a launched machine on its own, and keeps its result (spec section 10.5, decisions: Durability). */
import { describeError } from "../agents/errors.ts";
import { resultUri } from "../results/result-uri.ts";
import { errorValue } from "../state/child.ts";
import type { Launched, LaunchRequest } from "../state/machine-host.ts";
import type { RuntimeServices } from "../state/services.ts";
import { ExecutionLockedError, StoreError } from "../store/errors.ts";
import type { DriveOptions } from "./drive.ts";
import { resumeMachine } from "./resume-machine.ts";
import { runMachine } from "./run-machine.ts";
import type { RunResult } from "./run-result.ts";
import type { RunnableMachines } from "./runnable-machines.ts";

type Machines = RunnableMachines & { readonly services: RuntimeServices };

/** Starts the machine, or takes it up where it was when it has been launched before. */
export function launchMachine(set: Machines, request: LaunchRequest): Launched {
	const { keeper } = request.environment;
	if (!keeper?.durable || keeper.durable.isLazy) return { ended: runToItsEnd(set, request, () => undefined) };
	let announce: () => void = () => undefined;
	const started = new Promise<void>((resolve) => {
		announce = resolve;
	});
	return { started, ended: runToItsEnd(set, request, announce) };
}

async function runToItsEnd(set: Machines, request: LaunchRequest, announce: () => void): Promise<boolean> {
	const { planId, executionId, environment } = request;
	const { logger } = set.services;
	const results = environment.results ?? set.services.results;
	const failed = (message: string, reason: unknown) => {
		const { type, text } = describeError(reason);
		logger.error(message, { executionId, machine: planId, error: `${type}: ${text}` });
	};
	let hasStarted = false;
	const onStarted = () => {
		hasStarted = true;
		announce();
	};
	// What the store does not have yet would be lost, were it taken for launched: the run that launches it ends, too.
	const notStored = (reason: unknown): boolean => {
		failed("A launched machine could not be stored: resume the execution that launched it", reason);
		if (!hasStarted) void environment.keeper?.recorder.fail(reason);
		return false;
	};
	let lost: { readonly error: unknown } | undefined;
	const onLost = (error: unknown) => {
		lost = { error };
	};
	try {
		const result = await runOrResume(set, request, { onStarted, onLost });
		if (lost) return notStored(lost.error);
		onStarted();
		const { status, output, error } = result;
		if (status === "failed") failed("A launched machine failed", error);
		if (status === "waiting" || (status === "stopped" && result.reason === "aborted")) return false;
		await results.write(resultUri(executionId), status === "failed" ? errorValue(error) : output);
		return true;
	} catch (reason) {
		if (reason instanceof StoreError && !hasStarted) return notStored(reason);
		onStarted();
		// Nobody waits for this promise but the end of the run: a rejection would end the process.
		if (!(reason instanceof ExecutionLockedError)) {
			failed("A launched machine could not be run, or its result is not kept", reason);
		}
		return false;
	}
}

async function runOrResume(
	set: Machines,
	request: LaunchRequest,
	told: Pick<DriveOptions, "onStarted" | "onLost">,
): Promise<RunResult> {
	const { planId, input, executionId, parentExecutionId, depth, environment } = request;
	const { keeper, emit, streams, signal, ledger, inspect, gate, trace, toolServers, parkSleepsOverSeconds } =
		environment;
	const above = trace?.aboveLaunched(parentExecutionId);
	const options = {
		ledger,
		...(above && { above }),
		...told,
		...(emit && { onEvent: emit }),
		...(streams && { stream: true }),
		...(parkSleepsOverSeconds !== undefined && { parkSleepsOverSeconds }),
		...(signal && { signal }),
		...(inspect && { inspect }),
		...(gate && { gate }),
		...(toolServers && { toolServers }),
	};
	const fresh = { ...options, executionId, parentExecutionId, depth };
	const durable = keeper?.durable;
	if (!durable) return runMachine(set, planId, input, fresh);
	const known = !durable.isLazy && (await durable.store.persistence.loadExecution(executionId));
	if (known) return resumeMachine(set, planId, executionId, { ...options, durable });
	return runMachine(set, planId, input, { ...fresh, durable });
}
