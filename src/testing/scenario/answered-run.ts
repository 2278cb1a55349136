/** One run of a machine on the real runtime with everything around it answered, and what can be told of it afterwards. */
import type { InspectionEvent } from "xstate";
import { errorNames } from "../../../runtime/agents/errors.ts";
import { toJsonText } from "../../../runtime/checkpoint/json-text.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import { runMachine } from "../../../runtime/machine/run-machine.ts";
import type { RunOptions, RunResult } from "../../../runtime/machine/run-result.ts";
import { ReplaySet, type RunAnswers } from "./replay-set.ts";
import { RouteRecorder } from "./route-recorder.ts";
import { type Ending, scenarioExecutionId, type TransitionId } from "./scenario.ts";

/** How a run went. */
export interface AnsweredRun {
	/** The YAML states that were entered. */
	readonly path: readonly string[];
	readonly taken: readonly TransitionId[];
	/** Undefined where the run was aborted. */
	readonly ending: Ending | undefined;
	/** The final context without `machine`, as JSON has it. */
	readonly context: Readonly<Record<string, unknown>>;
	readonly result: RunResult;
}

export interface AnsweredRunOptions
	extends Pick<RunOptions, "maxSteps" | "maxAgentCalls" | "maxCost" | "maxTokens" | "onEvent" | "signal"> {
	/** The machine of the set to run; default: the one that was compiled. */
	readonly planId?: string;
	readonly inspect?: (event: InspectionEvent) => void;
}

/**
 * Runs a machine. Hooks are neither called nor loaded, and nothing really waits.
 * @param compiled as `compileFile` gives it; compiled once, it serves for thousands of runs, one after the other
 */
export async function runWithAnswers(
	compiled: { readonly set: CompiledSet },
	input: Readonly<Record<string, unknown>>,
	answers: RunAnswers,
	{ planId = compiled.set.entry, inspect, ...options }: AnsweredRunOptions = {},
): Promise<AnsweredRun> {
	const replaySet = ReplaySet.of(compiled.set);
	const recorder = new RouteRecorder(replaySet.routes(planId), replaySet.set.plan(planId).initial);
	const watch = (event: InspectionEvent): void => {
		recorder.inspect(event);
		inspect?.(event);
	};
	const result = await replaySet.withAnswers(answers, () =>
		runMachine(replaySet.set, planId, input, {
			...options,
			executionId: scenarioExecutionId,
			inspect: inspect ? watch : recorder.inspect,
		}),
	);
	const { machine: _, ...context } = recorder.context() ?? {};
	const { path, taken } = recorder;
	return { path, taken, ending: endingOf(result), context: asJson(context), result };
}

function endingOf(result: RunResult): Ending | undefined {
	switch (result.status) {
		case "done":
			return { status: "done", output: JSON.parse(toJsonText(result.output, () => undefined)) };
		case "failed":
			return { status: "failed", error: errorNames(result.error)[0] ?? "Error" };
		case "stopped":
			return result.reason === "aborted" ? undefined : { status: "stopped", reason: result.reason };
		case "waiting":
			return result.channel === null ? undefined : { status: "waiting", channel: result.channel };
	}
}

function asJson(context: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return JSON.parse(toJsonText(context, () => undefined));
}
