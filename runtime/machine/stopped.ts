/** Why an execution was stopped, as its row says it. */
import type { AnyActorRef } from "xstate";
import { isMachineContext, type LimitName } from "../../compiler/xstate/machine-context.ts";
import type { ExecutionSummary } from "../store/execution-summary.ts";

type Stopped = Pick<ExecutionSummary, "error"> & { readonly status: "stopped" };

const limitName = "LimitReachedError";

/** Nobody waits for it any more. */
export function givenUpRow(): Stopped {
	const message = "Another child ended first, or the time was over.";
	return { status: "stopped", error: { name: "AbortError", message } };
}

export function limitRow(limit: string): Stopped {
	return { status: "stopped", error: { name: limitName, message: `The limit ${limit} was reached.` } };
}

/** Whether a limit has stopped the execution of this row. */
export function isStoppedByLimit({ status, error }: Pick<ExecutionSummary, "status" | "error">): boolean {
	return status === "stopped" && error?.name === limitName;
}

const stopNames: readonly (LimitName | "hook")[] = ["max_steps", "max_agent_calls", "max_cost", "max_tokens", "hook"];

/** The limit that stopped the execution of this row, or `hook`; undefined where none did. */
export function limitOfRow(row: Pick<ExecutionSummary, "status" | "error">): LimitName | "hook" | undefined {
	if (!isStoppedByLimit(row)) return undefined;
	return stopNames.find((name) => limitRow(name).error?.message === row.error?.message);
}

/** Whether the execution of this row was given up by those who waited for it. */
export function isGivenUp({ status, error }: Pick<ExecutionSummary, "status" | "error">): boolean {
	const row = givenUpRow();
	return status === row.status && error?.name === row.error?.name && error?.message === row.error?.message;
}

/** The limit that stopped a machine that has come to its end. */
export function stoppedBy(machine: AnyActorRef): string | null | undefined {
	const { context } = machine.getSnapshot();
	return isMachineContext(context) ? context.machine.run.stopped : undefined;
}
