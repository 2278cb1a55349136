/** What a run is started with, and how it ended. */
import type { LimitName, TokenUsage } from "../../compiler/xstate/machine-context.ts";
import { type Spending, spendingBy } from "../../compiler/xstate/spending.ts";
import type { MachineInvoker } from "../fleet/invoker.ts";
import type { Inspector } from "../state/run-environment.ts";
import type { RunEvent } from "../state/run-event.ts";
import type { Parked } from "../steps/activity.ts";

export interface RunOptions extends ResumeOptions {
	/** Default: a fresh one. */
	readonly executionId?: string;
	readonly parentExecutionId?: string | null;
	readonly depth?: number;
}

export interface ResumeOptions {
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
	/** Go on waiting while a `wait_for` state waits, until a signal comes. Default: false, the run says `waiting` at once. */
	readonly awaitSignals?: boolean;
	/**
	 * Seconds: where the run only sleeps longer than that, until a retry's back-off or a timeout is over, it parks as
	 * `waiting`, and goes on when it is resumed then. Default: it sleeps in memory, however long.
	 */
	readonly parkSleepsOverSeconds?: number;
	/** Aborts running calls and ends the run as `stopped`. */
	readonly signal?: AbortSignal;
	readonly onEvent?: (event: RunEvent) => void;
	/** Have models stream their answers, unless their own settings say `stream: false`. Default: as these say. */
	readonly stream?: boolean;
	/** XState's inspection events of the machine, all its children and what it launches. */
	readonly inspect?: Inspector;
	/**
	 * Asked before each effect (an agent call, a hook, the start of a child or of a launched machine), also of children and
	 * of what is launched: the effect waits for the promise. Undefined lets it go at once. What decided on the effect is
	 * stored by then.
	 */
	readonly gate?: () => Promise<void> | undefined;
	/**
	 * Who runs child machines and launched machines (spec section 16): jobs on a fleet of workers, or processes of their own.
	 * Needs a store that they share. Default: this process.
	 */
	readonly invoker?: MachineInvoker;
}

/** What one agent has spent. */
export type AgentSpending = Omit<Spending, "state">;

/** What one state has spent. */
export type StateSpending = Omit<Spending, "agent">;

export interface RunTotals {
	readonly executionId: string;
	/** The YAML state in which the run ended. */
	readonly state: string;
	readonly steps: number;
	readonly agentCalls: number;
	/** US dollars. */
	readonly cost: number;
	readonly usage: TokenUsage;
	/** The same by agent, of this machine and its children, in the order in which they were first called. */
	readonly agents: readonly AgentSpending[];
	/** The same by state that called an agent; a state that runs a child machine has what its own agent spent. */
	readonly states: readonly StateSpending[];
}

/** What was spent, by agent and by state. */
export function spendingOf(spent: readonly Spending[] = []): Pick<RunTotals, "agents" | "states"> {
	return {
		agents: spendingBy(spent, "agent").map(({ state: _, ...row }) => row),
		states: spendingBy(spent, "state").map(({ agent: _, ...row }) => row),
	};
}

/**
 * How a run ended. `stopped` names the limit, or `aborted`; `waiting` names what it waits for: signals, or the times at
 * which it is to be resumed.
 */
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
		| ({
				readonly status: "waiting";
				readonly output?: undefined;
				readonly error?: undefined;
				/** Of the first of `waiting`; null where all that it waits for is a time. */
				readonly channel: string | null;
		  } & Parked)
	);

/** What stands in place of the output of a run that has parked; a time is in milliseconds since 1970, as in the store. */
export function waitingOutput({ channel, sleeping: [first] }: Extract<RunResult, { status: "waiting" }>) {
	return { _waiting: true, _channel: channel, ...(first && { _wake_at: first.until }) };
}
