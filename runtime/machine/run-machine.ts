/** Runs a compiled machine to its end, its limit, its failure, or to where it can only wait. */

import { setMaxListeners } from "node:events";
import { createActor, type InspectionEvent, type Observer } from "xstate";
import type { MachinePlan } from "../../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../../compiler/xstate/build.ts";
import { initialMeta } from "../../compiler/xstate/initial-meta.ts";
import { type LimitName, type TokenUsage, withStartOptions } from "../../compiler/xstate/machine-context.ts";
import { createEnvironment, type EnvironmentOptions, setEnvironment } from "../state/run-environment.ts";
import type { RunEvent } from "../state/run-event.ts";
import { isMachineContext } from "../state/visit.ts";
import type { WaitingExecution } from "../steps/activity.ts";

/** The machines that `runMachine` finds by their plans' ids. */
export interface RunnableMachines {
	plan(planId: string): MachinePlan;
	machine(planId: string): FlatStateMachine;
}

export interface RunOptions {
	/** Default: a fresh one. */
	readonly executionId?: string;
	readonly parentExecutionId?: string | null;
	readonly depth?: number;
	/** Default: `settings.max_steps`, else 1000. */
	readonly maxSteps?: number;
	readonly maxAgentCalls?: number;
	/** US dollars. */
	readonly maxCost?: number;
	readonly maxTokens?: number;
	/**
	 * Go on waiting while a `wait_for` state with a `timeout` waits, so that its `on_error` is taken when the time is over.
	 * Default: false, the run says `waiting` at once.
	 */
	readonly awaitTimeouts?: boolean;
	/** Aborts running calls and ends the run as `stopped`. */
	readonly signal?: AbortSignal;
	readonly onEvent?: (event: RunEvent) => void;
	/** XState's inspection events of the machine and all its children. */
	readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void);
}

interface RunTotals {
	readonly executionId: string;
	/** The YAML state in which the run ended. */
	readonly state: string;
	readonly steps: number;
	readonly agentCalls: number;
	/** US dollars. */
	readonly cost: number;
	readonly usage: TokenUsage;
}

/** How a run ended. `stopped` names the limit, or `aborted`; `waiting` names what it waits for. */
export type RunResult = RunTotals &
	(
		| { readonly status: "done"; readonly output: unknown; readonly error?: undefined }
		| { readonly status: "failed"; readonly output?: undefined; readonly error: unknown }
		| {
				readonly status: "stopped";
				readonly reason: LimitName | "hook" | "aborted";
				readonly output: unknown;
				readonly error?: unknown;
		  }
		| {
				readonly status: "waiting";
				readonly output?: undefined;
				readonly error?: undefined;
				readonly channel: string;
				readonly waiting: readonly WaitingExecution[];
		  }
	);

/**
 * Runs machine `planId` of `set`. Never rejects for what happens inside the machine: that is in the result.
 */
export async function runMachine(
	set: RunnableMachines,
	planId: string,
	input: Readonly<Record<string, unknown>>,
	options: RunOptions & Pick<EnvironmentOptions, "ledger"> = {},
): Promise<RunResult> {
	const { signal, onEvent, ledger } = options;
	const { settings } = set.plan(planId);
	const limits = {
		max_steps: options.maxSteps ?? null,
		max_agent_calls: options.maxAgentCalls ?? settings.maxAgentCalls,
		max_cost: options.maxCost ?? settings.maxCost,
		max_tokens: options.maxTokens ?? settings.maxTokens,
	};
	// What this run launches, hundreds perhaps, listens to a signal of ours: to the caller's only the run itself does.
	const relay = new AbortController();
	if (signal) setMaxListeners(0, relay.signal);
	const environment = createEnvironment({
		limits,
		inspected: options.inspect !== undefined,
		...(onEvent && { onEvent }),
		...(ledger && { ledger }),
		...(options.awaitTimeouts && { awaitsTimeouts: true }),
		...(signal && { signal: relay.signal }),
	});
	const start = withStartOptions(input, {
		limits,
		parentExecutionId: options.parentExecutionId ?? null,
		depth: options.depth ?? 0,
		...(options.executionId !== undefined && { executionId: options.executionId }),
	});
	const actor = createActor(set.machine(planId), {
		input: start,
		...(options.inspect && { inspect: options.inspect }),
	});
	setEnvironment(actor, environment);

	type End = { readonly type: "done" | "aborted" } | { readonly type: "failed"; readonly error: unknown } | Parked;
	interface Parked {
		readonly type: "parked";
		readonly waiting: readonly WaitingExecution[];
	}
	let stopListening = (): void => undefined;
	const end = await new Promise<End>((resolve) => {
		const abort = () => {
			relay.abort(signal?.reason);
			resolve({ type: "aborted" });
		};
		actor.subscribe({
			complete: () => resolve({ type: "done" }),
			error: (error) => resolve({ type: "failed", error }),
		});
		environment.activity.onParked((waiting) => resolve({ type: "parked", waiting }));
		if (signal?.aborted) return abort();
		signal?.addEventListener("abort", abort, { once: true });
		stopListening = () => signal?.removeEventListener("abort", abort);
		actor.start();
	});
	const { context } = actor.getSnapshot();
	actor.stop();
	await Promise.allSettled(environment.background);
	stopListening();

	// Without a context the machine failed before it had one: a template of `data.context` threw.
	const machine = isMachineContext(context) ? context.machine : initialMeta(set.plan(planId));
	const totals: RunTotals = {
		executionId: machine.execution_id || (options.executionId ?? ""),
		state: machine.current_state,
		steps: machine.step,
		agentCalls: machine.total_api_calls,
		cost: machine.total_cost,
		usage: machine.run.usage,
	};
	switch (end.type) {
		case "failed":
			return { ...totals, status: "failed", error: end.error };
		case "aborted":
			return { ...totals, status: "stopped", reason: "aborted", output: {}, error: signal?.reason };
		case "parked": {
			const [first] = end.waiting;
			return { ...totals, status: "waiting", channel: first?.channel ?? "", waiting: end.waiting };
		}
		case "done": {
			const { stopped } = machine.run;
			const { output } = actor.getSnapshot();
			if (stopped) return { ...totals, status: "stopped", reason: stopped, output: {} };
			return { ...totals, status: "done", output };
		}
	}
}
