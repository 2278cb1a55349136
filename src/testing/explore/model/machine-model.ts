/**
 * A model of one machine: from where it stands, all ways in which the state's visit can go. It follows runtime/state/work.ts and
 * compiler/xstate/lower.ts part by part, with answers in place of effects; a test replays what it says on the runtime.
 */
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import { truthy } from "../../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan } from "../../../../compiler/plan/plan.ts";
import { compileStructure } from "../../../../compiler/render/structure.ts";
import { LimitReachedError, NoTransitionError } from "../../../../compiler/xstate/errors.ts";
import { initialMeta } from "../../../../compiler/xstate/initial-meta.ts";
import { type MachineContext, reachedLimit } from "../../../../compiler/xstate/machine-context.ts";
import { reads, scopeOf } from "../../../../compiler/xstate/scope.ts";
import { noInjectedHooks, type StateShape, shapeOf } from "../../../../compiler/xstate/shape.ts";
import { describeError, errorNames } from "../../../../runtime/agents/errors.ts";
import { scenarioExecutionId, type TransitionId } from "../../scenario/scenario.ts";
import type { AnswerSpace, FlatContext } from "../../solve/answer-space.ts";
import { rememberedCondition } from "../../solve/remembered-condition.ts";
import { Choices, everyWay } from "./choices.ts";
import { ModelVisit } from "./model-visit.ts";
import type { Leaving, Position, Way } from "./way.ts";
import { runWait, runWork } from "./work-model.ts";

type Condition = (context: MachineContext, output: unknown) => boolean;

interface ModelState {
	readonly plan: StatePlan;
	readonly shape: StateShape;
	/** Up to and with the first that is always taken. */
	readonly routes: readonly { readonly id: TransitionId; readonly holds: Condition }[];
	/** By error name, `default` among them. */
	readonly errorRoutes: ReadonlyMap<string, TransitionId>;
}

export class MachineModel {
	readonly plan: MachinePlan;
	readonly #states = new Map<string, ModelState>();

	constructor(plan: MachinePlan) {
		this.plan = plan;
		for (const state of plan.states) this.#states.set(state.name, modelState(plan, state));
	}

	/**
	 * Where a run begins.
	 * @param maxSteps null: no limit but those that the machine's settings give beside it
	 * @throws ExpressionError where `data.context` cannot be rendered: then the run fails before its first state
	 */
	start(input: FlatContext, maxSteps: number | null = null): Position {
		const { plan } = this;
		const initial = initialMeta(plan);
		const run = { ...initial.run, input, limits: { ...initial.run.limits, max_steps: maxSteps } };
		const context: MachineContext = { machine: { ...initial, execution_id: scenarioExecutionId, run } };
		for (const [key, structure] of plan.context) {
			const value = compileStructure(structure, { parsesRendered: plan.parsesRendered })({ input });
			if (key !== "machine") context[key] = value;
		}
		return this.#enter(plan.initial, context);
	}

	/** All ways in which the visit of the state can go, the plainest first. */
	*ways(position: Position, space: AnswerSpace): Generator<Way, void, undefined> {
		const state = this.stateOf(position.state.name);
		yield* everyWay((choices, picked) => {
			const visit = new ModelVisit(this.plan, space, state.plan, position.context, choices);
			return { ...this.#visit(state, visit), picked };
		});
	}

	/** The way that these choices make; where there is less to choose from, the first of it. */
	way(position: Position, space: AnswerSpace, picked: readonly number[]): Way {
		const state = this.stateOf(position.state.name);
		const visit = new ModelVisit(this.plan, space, state.plan, position.context, new Choices(picked));
		return { ...this.#visit(state, visit), picked };
	}

	/** Transitions that a run may take, up to and with the first of each state that is always taken, and error routes. */
	routesOf(state: StatePlan): readonly TransitionId[] {
		const { routes, errorRoutes } = this.stateOf(state.name);
		return [...routes.map(({ id }) => id), ...errorRoutes.values()];
	}

	/** Whether a run ends in the state. */
	isEnd(state: StatePlan): boolean {
		return this.stateOf(state.name).shape.ends;
	}

	stateOf(name: string): ModelState {
		const state = this.#states.get(name);
		if (!state) throw new TypeError(`no state ${name}`);
		return state;
	}

	#enter(name: string, context: MachineContext): Position {
		const { plan } = this.stateOf(name);
		const { machine } = context;
		return {
			state: plan,
			context: { ...context, machine: { ...machine, step: machine.step + 1, current_state: name } },
		};
	}

	#visit(state: ModelState, visit: ModelVisit): Omit<Way, "picked"> {
		const { answers, outcomes } = visit;
		let output: unknown;
		try {
			output = state.shape.waits ? runWait(visit) : runWork(visit);
			const final = state.shape.ends ? finalOutput(visit, state.shape, output) : undefined;
			visit.settleCalls();
			if (state.shape.ends) {
				return { answers, outcomes, output, leaving: ends(visit.context, { status: "done", output: final }) };
			}
			const limit = reachedLimit(visit.context.machine);
			if (limit)
				return { answers, outcomes, output, leaving: ends(visit.context, { status: "stopped", reason: limit }) };
			return { answers, outcomes, output, leaving: this.#route(state, visit.context, output) };
		} catch (error) {
			visit.settleCalls();
			const names = errorNames(error);
			const leaving = this.#fail(state, visit.context, error, names);
			return { answers, outcomes, output, leaving, error: names[0] ?? "Error" };
		}
	}

	/** The first transition whose condition holds. @throws ExpressionError, NoTransitionError */
	#route({ plan, routes }: ModelState, context: MachineContext, output: unknown): Leaving {
		for (const { id, holds } of routes) {
			if (holds(context, output)) return { kind: "goes", taken: id, to: this.#enter(id.to, context) };
		}
		const texts = plan.transitions.map(({ when }) => (when === "never" ? "false" : (when?.text ?? "")));
		throw new NoTransitionError(plan.name, texts);
	}

	#fail({ errorRoutes }: ModelState, before: MachineContext, error: unknown, names: readonly string[]): Leaving {
		if (error instanceof LimitReachedError) return ends(before, { status: "stopped", reason: error.limit });
		const { text, type } = describeError(error);
		const context: MachineContext = { ...before, last_error: text, last_error_type: type };
		const route = errorRoutes.get(names.find((name) => errorRoutes.has(name) && name !== fallback) ?? fallback);
		if (!route) return ends(context, { status: "failed", error: names[0] ?? "Error" });
		const limit = reachedLimit(context.machine);
		if (limit) return ends(context, { status: "stopped", reason: limit });
		return { kind: "goes", taken: route, to: this.#enter(route.to, context) };
	}
}

/** The name under which the route of all other errors stands. */
const fallback = "default";

function modelState(plan: MachinePlan, state: StatePlan): ModelState {
	const shape = shapeOf(plan, state, noInjectedHooks);
	const routes: { id: TransitionId; holds: Condition }[] = [];
	for (const [index, { to, when }] of shape.ends ? [] : state.transitions.entries()) {
		const id: TransitionId = { state: state.name, kind: "transition", index, to };
		if (when === undefined) {
			routes.push({ id, holds: () => true });
			break;
		}
		if (when === "never") continue;
		const evaluate = rememberedCondition(when.node, when.text);
		const readsInput = reads("input", when.node);
		routes.push({ id, holds: (context, output) => truthy(evaluate(scopeOf(context, output, readsInput))) });
	}
	const errorRoutes = new Map<string, TransitionId>();
	const { byType = [], default: other } = state.onError ?? {};
	for (const [error, to] of byType) errorRoutes.set(error, { state: state.name, kind: "error", error, to });
	if (other !== undefined) {
		errorRoutes.set(fallback, { state: state.name, kind: "error", error: fallback, to: other });
	}
	return { plan: state, shape, routes, errorRoutes };
}

/** What the run gives where the state ends it. @throws ExpressionError */
function finalOutput(visit: ModelVisit, { works }: StateShape, output: unknown): unknown {
	const { state } = visit;
	const rendered = state.output === undefined ? undefined : visit.render(state.output, works ? output : null);
	if (truthy(rendered)) return rendered;
	return works && state.kind === "final" && truthy(output) ? output : {};
}

function ends(context: MachineContext, ending: Extract<Leaving, { kind: "ends" }>["ending"]): Leaving {
	return { kind: "ends", ending, context };
}

/** The flat context of a position, for people and for comparisons. */
export function flatOf({ machine: _, ...flat }: MachineContext): FlatContext {
	return isRecord(flat) ? flat : {};
}
