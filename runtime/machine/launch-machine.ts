/** Starts a launched machine on its own, and keeps its result (spec section 10.5). */
import { resultUri } from "../results/result-uri.ts";
import { errorValue } from "../state/child.ts";
import type { LaunchRequest } from "../state/machine-host.ts";
import type { RuntimeServices } from "../state/services.ts";
import { type RunnableMachines, runMachine } from "./run-machine.ts";

/** Resolves when the launched machine has ended; its failure is its result, and never reaches the parent. */
export async function launchMachine(
	set: RunnableMachines & { readonly services: RuntimeServices },
	request: LaunchRequest,
): Promise<void> {
	const { planId, input, executionId, parentExecutionId, depth, environment } = request;
	const { logger, results } = set.services;
	const result = await runMachine(set, planId, input, {
		executionId,
		parentExecutionId,
		depth,
		...(environment.emit && { onEvent: environment.emit }),
		...(environment.signal && { signal: environment.signal }),
	});
	const { status, output, error } = result;
	if (status === "failed")
		logger.error("A launched machine failed", { executionId, machine: planId, error: String(error) });
	if (status === "waiting") return;
	await results.write(resultUri(executionId), status === "failed" ? errorValue(error) : output);
}
