/** Starts a launched machine on its own, and keeps its result (spec section 10.5). */
import { describeError } from "../agents/errors.ts";
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
		ledger: environment.ledger,
		...(environment.emit && { onEvent: environment.emit }),
		...(environment.signal && { signal: environment.signal }),
	});
	const { status, output, error } = result;
	const failed = (message: string, reason: unknown) => {
		const { type, text } = describeError(reason);
		logger.error(message, { executionId, machine: planId, error: `${type}: ${text}` });
	};
	if (status === "failed") failed("A launched machine failed", error);
	if (status === "waiting") return;
	try {
		await results.write(resultUri(executionId), status === "failed" ? errorValue(error) : output);
	} catch (reason) {
		// Nobody waits for this promise but the end of the run: a rejection would end the process.
		failed("The result of a launched machine is not kept", reason);
	}
}
