/** What belongs to one running system of actors: its activity, budgets, events, barrier and launched machines. */
import type { AnyActorRef, InspectionEvent, Observer } from "xstate";
import { LimitReachedError } from "../../compiler/xstate/errors.ts";
import type { Limits } from "../../compiler/xstate/machine-context.ts";
import type { MachineInvoker } from "../fleet/invoker.ts";
import type { ResultBackend } from "../results/result-backend.ts";
import type { SignalBackend } from "../signals/signal-backend.ts";
import { Activity } from "../steps/activity.ts";
import type { RunTrace } from "../telemetry/run-trace.ts";
import type { ToolServerConnections } from "../tools/tool-servers.ts";
import type { ChildKeeper } from "./child-keeper.ts";
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

	/** What may still be spent, as limits for a machine that counts by itself; null = any. */
	left(): Pick<Limits, "max_agent_calls" | "max_cost" | "max_tokens"> {
		const { max_agent_calls: calls, max_cost: cost, max_tokens: tokens } = this.#limits;
		const rest = (limit: number | null | undefined, spent: number) =>
			typeof limit === "number" ? Math.max(0, limit - spent) : null;
		return {
			max_agent_calls: rest(calls, this.#calls),
			max_cost: rest(cost, this.#cost),
			max_tokens: rest(tokens, this.#tokens),
		};
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
	/** Ids of the machines that this run has launched, or taken up. */
	readonly launched: Set<string>;
	/** Whether somebody looks at the actors; then every agent call is one. */
	readonly inspected: boolean;
	/** Whether a waiting state with a timeout keeps the run going until it ends; else the run parks at once. */
	readonly awaitsTimeouts: boolean;
	/** A sleep that is longer keeps no run going: the run parks; absent where every sleep does. */
	readonly parkSleepsOverSeconds?: number;
	/** Makes this run durable; absent where nothing is stored. */
	readonly keeper?: ChildKeeper;
	/** Where states that wait look for signals; absent where nothing keeps them. */
	readonly signals?: SignalBackend;
	/** Whether a waiting state keeps the run going until a signal comes; else the run parks at once. */
	readonly awaitsSignals: boolean;
	/** The store's results; absent where those of the machine's services serve. */
	readonly results?: ResultBackend;
	/** Whether models are asked to stream their answers. */
	readonly streams: boolean;
	/** Absent where nobody listens, so that events are not even made. */
	readonly emit?: (event: RunEvent) => void;
	/** Aborts what this run launched, too. */
	readonly signal?: AbortSignal;
	/** Sees what this run launched, too. */
	readonly inspect?: Inspector;
	/** Awaited before each effect; undefined = open. */
	readonly gate?: () => Promise<void> | undefined;
	/** The spans of this run; absent where nobody traces. */
	readonly trace?: RunTrace;
	/** This run's connections to servers of tools, also of what it launches; absent where they are not allowed. */
	readonly toolServers?: ToolServerConnections;
	/** Who runs children and launched machines; absent where this run does. */
	readonly invoker?: MachineInvoker;
}

/** Who is told of XState's inspection events. */
export type Inspector = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

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
	/** Default: whether `inspect` is given. */
	readonly inspected?: boolean;
	readonly inspect?: Inspector;
	readonly gate?: () => Promise<void> | undefined;
	readonly awaitsTimeouts?: boolean;
	readonly parkSleepsOverSeconds?: number;
	readonly onEvent?: (event: RunEvent) => void;
	readonly streams?: boolean;
	readonly awaitsSignals?: boolean;
	readonly keeper?: ChildKeeper;
	readonly signals?: SignalBackend;
	readonly results?: ResultBackend;
	readonly signal?: AbortSignal;
	readonly trace?: RunTrace;
	readonly toolServers?: ToolServerConnections;
	readonly invoker?: MachineInvoker;
}

export function createEnvironment({
	limits,
	ledger,
	inspect,
	inspected = inspect !== undefined,
	gate,
	awaitsTimeouts = false,
	awaitsSignals = false,
	parkSleepsOverSeconds,
	onEvent,
	streams = false,
	keeper,
	signals,
	results,
	signal,
	trace,
	toolServers,
	invoker,
}: EnvironmentOptions): RunEnvironment {
	return {
		activity: new Activity(),
		ledger: ledger ?? new Ledger(limits),
		background: new Set(),
		launched: new Set(),
		inspected,
		awaitsTimeouts,
		awaitsSignals,
		streams,
		...(parkSleepsOverSeconds !== undefined && { parkSleepsOverSeconds }),
		...(results && { results }),
		...(keeper && { keeper }),
		...(signals && { signals }),
		...(onEvent && { emit: onEvent }),
		...(signal && { signal }),
		...(inspect && { inspect }),
		...(gate && { gate }),
		...(trace && { trace }),
		...(toolServers && { toolServers }),
		...(invoker && { invoker }),
	};
}
