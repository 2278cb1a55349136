/** One visit of a state: the context as it changes, the costs as they add up, and the state's collaborators. */
import type { AnyActorLogic, AnyActorRef } from "xstate";
import { own } from "../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan, Structure } from "../../compiler/plan/plan.ts";
import { compileStructure } from "../../compiler/render/structure.ts";
import { isConditionGuard } from "../../compiler/xstate/guards.ts";
import {
	addUsage,
	isMachineContext,
	type MachineContext,
	type MachineMeta,
	noUsage,
	patchBetween,
	type TokenUsage,
} from "../../compiler/xstate/machine-context.ts";
import { scopeOf, structureReadsInput } from "../../compiler/xstate/scope.ts";
import { addSpending, type Spending } from "../../compiler/xstate/spending.ts";
import { isActorLogic } from "../agents/code-agents.ts";
import type { MachineHooks } from "../hooks/hooks.ts";
import { StepsWithin, type WorkSteps } from "../steps/steps-within.ts";
import type { TelemetrySpan } from "../telemetry/telemetry.ts";
import { historyWith } from "./history.ts";
import type { MachineHost } from "./machine-host.ts";
import { environmentOf, type RunEnvironment } from "./run-environment.ts";
import type { RuntimeServices } from "./services.ts";

/** Calls, dollars and tokens. */
export interface Totals {
	readonly calls: number;
	readonly cost: number;
	readonly usage: TokenUsage;
	/** Where it was spent; absent where nothing was. */
	readonly spent?: readonly Spending[];
}

export class Visit {
	readonly host: MachineHost;
	readonly state: StatePlan;
	readonly steps: WorkSteps;
	/** What the keys of this part's steps begin with; empty for the visit itself. */
	readonly prefix: string;
	readonly environment: RunEnvironment;
	readonly before: MachineContext;
	/** The machine that this state belongs to. */
	readonly machine: AnyActorRef;
	context: MachineContext;
	/** The condition, by its text, that has ended the state's tool loop. */
	held: string | undefined;
	readonly #givenUp = new AbortController();
	/** When the times are over that this visit waits for, in milliseconds since 1970. */
	readonly #wakeTimes = new Set<{ readonly time: number }>();
	/** Ends with the last pause that was asked for. */
	#pauses: Promise<unknown> = Promise.resolve();
	/** The visit that this is a part of. */
	readonly #whole: Visit | undefined;
	#calls = 0;
	#cost = 0;
	#usage: TokenUsage = noUsage;
	#spent: readonly Spending[] = [];

	/** @param part the visit that this one is a part of, and the prefix of its steps */
	constructor(
		host: MachineHost,
		state: StatePlan,
		machine: AnyActorRef,
		steps: WorkSteps,
		part?: { readonly of: Visit; readonly prefix: string },
	) {
		this.#whole = part?.of;
		this.prefix = part?.prefix ?? "";
		this.host = host;
		this.state = state;
		this.steps = steps;
		this.machine = machine;
		this.environment = environmentOf(machine);
		this.before = part?.of.before ?? contextOf(machine);
		this.context = part?.of.context ?? this.before;
	}

	/**
	 * A part of this visit that can be done again: it begins with the visit's context and changes its own. What it spends
	 * is the visit's.
	 * @param prefix of its steps' keys; empty where they are the visit's own
	 */
	part(prefix: string): Visit {
		const { host, state, machine } = this;
		const steps = prefix === "" ? this.steps : new StepsWithin(this.steps, prefix);
		return new Visit(host, state, machine, steps, { of: this, prefix: this.prefix + prefix });
	}

	get plan(): MachinePlan {
		return this.host.plan;
	}

	get services(): RuntimeServices {
		return this.host.services;
	}

	get meta(): MachineMeta {
		return this.before.machine;
	}

	/** The same as it is now: while the visit goes on, a pause changes it. */
	get machineMeta(): MachineMeta {
		return contextOf(this.machine).machine;
	}

	/** The logic registered under `name`, with what `machine.provide({ actors })` put there. */
	actor(name: string): AnyActorLogic | undefined {
		const actor = this.#implementation("actors", name);
		return isActorLogic(actor) ? actor : undefined;
	}

	/** Whether the condition with this text is judged by itself, and by no guard of `machine.provide({ guards })`. */
	isOwnCondition(text: string): boolean {
		return isConditionGuard(this.#implementation("guards", text));
	}

	#implementation(kind: "actors" | "guards", name: string): unknown {
		const logic = logicOf(this.machine);
		return own(own(own(logic, "implementations"), kind), name);
	}

	/** Renders a structure of this state. @throws ExpressionError */
	render(structure: Structure, output?: unknown, more?: Readonly<Record<string, unknown>>): unknown {
		const scope = scopeOf(this.context, output, structureReadsInput(structure));
		const render = compileStructure(structure, { parsesRendered: this.plan.parsesRendered });
		return render(more ? { ...scope, ...more } : scope);
	}

	/** Takes a context that a hook gave back; `machine` stays the runtime's. */
	replaceContext(context: Readonly<Record<string, unknown>>): void {
		this.context = { ...context, machine: this.before.machine };
	}

	set(key: string, value: unknown): void {
		this.context = { ...this.context, [key]: value };
	}

	/** Adds what the state has given to `context.history` where the machine asks for it. */
	note(output: unknown, passed?: Parameters<typeof historyWith>[2]): void {
		const history = historyWith(this, output, passed);
		if (history) this.set("history", history);
	}

	/** The span of this visit; undefined where nobody traces. */
	get span(): TelemetrySpan | undefined {
		return this.environment.trace?.spanOf(this.machine);
	}

	/** What to change in the machine's context. */
	patch(): Record<string, unknown> {
		return this.context === this.before ? {} : patchBetween(this.before, this.context);
	}

	/** Says that nobody waits for this visit's work any more: its time is over. */
	giveUp(): void {
		this.#givenUp.abort(givenUp());
	}

	/** Aborted when this visit was given up. */
	get givenUp(): AbortSignal {
		if (this.#whole) return this.#whole.givenUp;
		return this.#givenUp.signal;
	}

	/**
	 * Has an execution that parks woken at this time.
	 * @param time milliseconds since 1970
	 * @returns ends that
	 */
	wakeAt(time: number): () => void {
		if (this.#whole) return this.#whole.wakeAt(time);
		const entry = { time };
		this.#wakeTimes.add(entry);
		this.#tellWakeTime();
		return () => {
			this.#wakeTimes.delete(entry);
			this.#tellWakeTime();
		};
	}

	#tellWakeTime(): void {
		const times = [...this.#wakeTimes].map(({ time }) => time);
		const record = this.environment.keeper?.recorder.executionOf(this.machine);
		record?.wakesAt(times.length === 0 ? null : Math.min(...times));
	}

	/** An execution waits on one channel at a time: pauses of calls that run beside each other come one after the other. */
	afterPauses<T>(pause: () => Promise<T>): Promise<T> {
		if (this.#whole) return this.#whole.afterPauses(pause);
		const turn = this.#pauses.then(pause);
		this.#pauses = turn.catch(() => undefined);
		return turn;
	}

	/**
	 * Called between two parts of the work, so that what was aborted while one part ran does not begin the next.
	 * @throws an AbortError where this visit was given up or its actor stopped
	 */
	throwIfGivenUp(): void {
		this.#whole?.throwIfGivenUp();
		if (this.#givenUp.signal.aborted || this.steps.stopped) throw givenUp();
	}

	/** Removes context keys. */
	remove(keys: readonly string[]): void {
		if (!keys.some((key) => Object.hasOwn(this.context, key))) return;
		const kept = { ...this.context };
		for (const key of keys) Reflect.deleteProperty(kept, key);
		this.context = kept;
	}

	/** Adds what an agent of this state has spent. */
	addCalls(agent: string, totals: Totals): void {
		const { calls, cost, usage } = totals;
		const isNothing = calls === 0 && cost === 0 && usage.total_tokens === 0;
		const row = { machine: this.plan.name, state: this.state.name, agent, calls, cost, ...usage };
		this.addTotals(isNothing ? totals : { ...totals, spent: [row] });
	}

	addTotals(totals: Totals): void {
		if (this.#whole) {
			this.#whole.addTotals(totals);
			return;
		}
		const { calls, cost, usage, spent } = totals;
		this.#calls += calls;
		this.#cost += cost;
		this.#usage = addUsage(this.#usage, usage);
		this.#spent = addSpending(this.#spent, spent);
	}

	totals(): Totals {
		const totals = { calls: this.#calls, cost: this.#cost, usage: this.#usage };
		return this.#spent.length === 0 ? totals : { ...totals, spent: this.#spent };
	}

	/** Whether hooks may be called around this state. */
	get isHooked(): boolean {
		return this.host.isHooked(this.state);
	}

	hooks(): Promise<MachineHooks> | MachineHooks {
		return this.host.hooksOf(this.state);
	}
}

function contextOf(machine: AnyActorRef): MachineContext {
	const { context } = machine.getSnapshot();
	if (!isMachineContext(context)) {
		throw new TypeError("A state actor runs only as the child of a compiled machine.");
	}
	return context;
}

function givenUp(): DOMException {
	return new DOMException("This work was given up.", "AbortError");
}

function logicOf(actor: AnyActorRef): unknown {
	return "logic" in actor ? actor.logic : undefined;
}
