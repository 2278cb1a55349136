/** What belongs to one running system of actors: its activity, budgets, events, barrier and launched machines. */
import type { AnyActorRef } from "xstate";
import { LimitReachedError } from "../../compiler/xstate/errors.ts";
import type { Limits } from "../../compiler/xstate/machine-context.ts";
import { Activity } from "../steps/activity.ts";
import type { RunEvent } from "./run-event.ts";

/** Sums over all machines of a run, so that children cannot outspend their parent's budget. */
export class Ledger {
	#calls = 0;
	#cost = 0;
	#tokens = 0;
	readonly #limits: Partial<Limits>;

	constructor(limits: Partial<Limits> = {}) {
		this.#limits = limits;
	}

	add(calls: number, cost: number, tokens: number): void {
		this.#calls += calls;
		this.#cost += cost;
		this.#tokens += tokens;
	}

	/** @throws LimitReachedError when no further call may be made */
	check(): void {
		const { max_agent_calls: calls, max_cost: cost, max_tokens: tokens } = this.#limits;
		if (typeof calls === "number" && this.#calls >= calls) throw new LimitReachedError("max_agent_calls");
		if (typeof cost === "number" && this.#cost >= cost) throw new LimitReachedError("max_cost");
		if (typeof tokens === "number" && this.#tokens >= tokens) throw new LimitReachedError("max_tokens");
	}
}

export interface RunEnvironment {
	readonly activity: Activity;
	readonly ledger: Ledger;
	/** Launched machines that this run started and waits for before it ends. */
	readonly background: Set<Promise<void>>;
	/** Whether somebody looks at the actors; then every agent call is one. */
	readonly inspected: boolean;
	/** Whether a waiting state with a timeout keeps the run going until it ends; else the run parks at once. */
	readonly awaitsTimeouts: boolean;
	/** Waits until the snapshot that decided on the next effect is durable. */
	barrier(): Promise<void> | undefined;
	/** Absent where nobody listens, so that events are not even made. */
	readonly emit?: (event: RunEvent) => void;
	/** Aborts what this run launched, too. */
	readonly signal?: AbortSignal;
}

const environments = new WeakMap<AnyActorRef["system"], RunEnvironment>();

/** Ties an environment to the system of a root actor that has not been started. */
export function setEnvironment(root: AnyActorRef, environment: RunEnvironment): void {
	environments.set(root.system, environment);
}

/** The environment of the system that `actor` lives in; a plain one for machines embedded in a foreign app. */
export function environmentOf({ system }: AnyActorRef): RunEnvironment {
	const known = environments.get(system);
	if (known) return known;
	const plain = createEnvironment({ inspected: true });
	environments.set(system, plain);
	return plain;
}

export interface EnvironmentOptions {
	readonly limits?: Partial<Limits>;
	/** Of the run that launched this one: what both spend counts together. Default: a fresh one with `limits`. */
	readonly ledger?: Ledger;
	readonly inspected?: boolean;
	readonly awaitsTimeouts?: boolean;
	readonly onEvent?: (event: RunEvent) => void;
	readonly barrier?: () => Promise<void> | undefined;
	readonly signal?: AbortSignal;
}

export function createEnvironment({
	limits,
	ledger,
	inspected = false,
	awaitsTimeouts = false,
	onEvent,
	barrier,
	signal,
}: EnvironmentOptions): RunEnvironment {
	return {
		activity: new Activity(),
		ledger: ledger ?? new Ledger(limits),
		background: new Set(),
		inspected,
		awaitsTimeouts,
		barrier: barrier ?? (() => undefined),
		...(onEvent && { emit: onEvent }),
		...(signal && { signal }),
	};
}
