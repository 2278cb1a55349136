/** One visit of a state: the context as it changes, the costs as they add up, and the state's collaborators. */
import type { AnyActorLogic, AnyActorRef } from "xstate";
import { isRecord, own } from "../../compiler/document/plain-data.ts";
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
import type { MachineHooks } from "../hooks/hooks.ts";
import type { Steps } from "../steps/steps.ts";
import type { TelemetrySpan } from "../telemetry/telemetry.ts";
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
	readonly steps: Steps;
	readonly environment: RunEnvironment;
	readonly before: MachineContext;
	/** The machine that this state belongs to. */
	readonly machine: AnyActorRef;
	context: MachineContext;
	/** The condition, by its text, that has ended the state's tool loop. */
	held: string | undefined;
	#isGivenUp = false;
	#calls = 0;
	#cost = 0;
	#usage: TokenUsage = noUsage;
	#spent: readonly Spending[] = [];

	constructor(host: MachineHost, state: StatePlan, machine: AnyActorRef, steps: Steps) {
		this.host = host;
		this.state = state;
		this.steps = steps;
		this.machine = machine;
		this.environment = environmentOf(machine);
		this.before = contextOf(machine);
		this.context = this.before;
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
		this.#isGivenUp = true;
	}

	/**
	 * Called between two parts of the work, so that what was aborted while one part ran does not begin the next.
	 * @throws an AbortError where this visit was given up or its actor stopped
	 */
	throwIfGivenUp(): void {
		if (this.#isGivenUp || this.steps.stopped) throw new DOMException("This work was given up.", "AbortError");
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

	addTotals({ calls, cost, usage, spent }: Totals): void {
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

function logicOf(actor: AnyActorRef): unknown {
	return "logic" in actor ? actor.logic : undefined;
}

function isActorLogic(value: unknown): value is AnyActorLogic {
	return isRecord(value) && typeof value.transition === "function" && typeof value.getInitialSnapshot === "function";
}
