/** Searches a machine's situations for those in which an invariant breaks: the solver is asked for its expression as for a condition. */
import type { ConditionNode, Expression } from "../../../compiler/expression/nodes.ts";
import type { MachinePlan, PlannedCondition, StatePlan } from "../../../compiler/plan/plan.ts";
import { answersOf, startOf, waysTo } from "../explore/build-scenario.ts";
import { flatOf, MachineModel } from "../explore/model/machine-model.ts";
import type { Leaving, Position, Way } from "../explore/model/way.ts";
import { Search, type SearchBounds } from "../explore/search/search.ts";
import type { Situation } from "../explore/search/situation.ts";
import { type AnswerSpace, type AnswerSpaceOptions, answerSpace, type FlatContext } from "../solve/answer-space.ts";
import { breachOf } from "./breach.ts";
import type { Invariant } from "./invariant.ts";
import type { Moment } from "./moments.ts";
import { isFailure, type Tape, tapeKey } from "./run.ts";
import { valueIn } from "./simpler-runs.ts";

/** A way that the model of the machine goes, at whose end an invariant breaks there; the runtime has to confirm it. */
export interface Suspicion {
	readonly invariant: Invariant;
	readonly input: FlatContext;
	readonly tape: Tape;
	/** States up to the one in which it breaks. */
	readonly steps: number;
}

/** Per invariant so many are kept, in case that the first is not confirmed. */
const MOST_SUSPICIONS = 3;

/** How far the search goes. */
const bounds: SearchBounds = { situations: 4000, steps: 20_000 };

/** Ways to situations in which invariants break, the shortest first; none where the search found none. */
export function suspicionsOf(
	plan: MachinePlan,
	invariants: readonly Invariant[],
	options: AnswerSpaceOptions = {},
): { readonly suspicions: readonly Suspicion[]; readonly situations: number } {
	if (invariants.length === 0) return { suspicions: [], situations: 0 };
	const asking = withConditions(plan, invariants);
	const search = new InvariantSearch(plan, asking, invariants, askingSpace(asking, options));
	search.run();
	return { suspicions: search.suspicions, situations: search.size };
}

/** It looks for nothing that it could have found, so it goes on to its bounds. */
const noTarget = { transitions: new Set<string>(), outcomes: new Set(["everything"]) };

class InvariantSearch extends Search {
	readonly suspicions: Suspicion[] = [];
	readonly #invariants: readonly Invariant[];

	constructor(plan: MachinePlan, asking: MachinePlan, invariants: readonly Invariant[], space: AnswerSpace) {
		super(asking, new MachineModel(plan), space, noTarget, bounds);
		this.#invariants = invariants;
	}

	override note(from: Situation, by: Way): void {
		if (!from.came) this.#look([], from, from.input, [momentAt(from.position)], false);
		const { leaving } = by;
		const moment = leaving.kind === "goes" ? momentAt(leaving.to) : momentAtEnd(from.position, leaving);
		const isDone = leaving.kind === "ends" && leaving.ending.status === "done";
		this.#look([by], from, from.input, [...momentsOfWork(from.position, by, moment), moment], isDone);
		super.note(from, by);
	}

	#look(by: readonly Way[], from: Situation, input: FlatContext, moments: readonly Moment[], isDone: boolean): void {
		for (const invariant of this.#invariants) {
			if (this.suspicions.filter((one) => one.invariant === invariant).length >= MOST_SUSPICIONS) continue;
			const seen = isDone && invariant.kind === "eventually" ? [...momentsBefore(from), ...moments] : moments;
			const breach = breachOf(invariant, { input, moments: seen, isDone });
			if (!breach) continue;
			const [last] = by;
			const ways = last ? waysTo({ from, by: last }) : [];
			const tape = tapeOfWays(ways);
			this.suspicions.push({ invariant, input: startOf(from).input, tape, steps: breach.moment.step });
		}
	}
}

function momentAt({ state, context }: Position): Moment {
	return { step: context.machine.step, state: state.name, context: flatOf(context), output: null };
}

function momentAtEnd({ state }: Position, { context, ending }: Extract<Leaving, { kind: "ends" }>): Moment {
	const output = ending.status === "done" ? ending.output : null;
	return { step: context.machine.step, state: state.name, context: flatOf(context), output };
}

/** When the work is done; of what several answers together give only the last is seen here. */
function momentsOfWork({ state, context }: Position, { answers }: Way, { context: after }: Moment): Moment[] {
	const last = answers.filter(({ kind }) => kind !== "action" && kind !== "time").at(-1);
	if (!last || isFailure(last.answer)) return [];
	return [{ step: context.machine.step, state: state.name, context: after, output: valueIn(last.answer) }];
}

function momentsBefore(situation: Situation): Moment[] {
	const moments: Moment[] = [];
	for (let at: Situation | undefined = situation; at !== undefined; at = at.came?.from)
		moments.push(momentAt(at.position));
	return moments.reverse();
}

function tapeOfWays(ways: readonly Way[]): Tape {
	const answers = answersOf(ways);
	const kinds = ["agents", "machines", "actions", "waits"] as const;
	return new Map(
		kinds.flatMap((kind) => Object.entries(answers[kind]).map(([name, list]) => [tapeKey(kind, name), list] as const)),
	);
}

/** The plan with the invariants as conditions in front of every state's own: for the solver only, no run goes this way. */
function withConditions(plan: MachinePlan, invariants: readonly Invariant[]): MachinePlan {
	const states = plan.states.map((state): StatePlan => {
		const asked = invariants.map(({ text, node }) => ({ to: state.name, when: conditionIn(state, text, node) }));
		return { ...state, transitions: [...asked, ...state.transitions] };
	});
	return { ...plan, states };
}

function conditionIn(state: StatePlan, text: string, node: ConditionNode): PlannedCondition {
	if (node.kind === "cel" || node.expression === null) return { text, node, canThrow: true };
	return { text, node: { kind: "simple", expression: withState(node.expression, state.name) }, canThrow: true };
}

/** The expression with the state's name in place of the variable `state`, which conditions do not have. */
function withState(node: Expression, state: string): Expression {
	const inner = (one: Expression): Expression => withState(one, state);
	switch (node.kind) {
		case "name": {
			const { start, end } = node;
			return node.name === "state" ? { kind: "literal", value: state, start, end } : node;
		}
		case "not":
		case "unary":
			return { ...node, operand: inner(node.operand) };
		case "logical":
		case "binary":
			return { ...node, left: inner(node.left), right: inner(node.right) };
		case "compare":
			return {
				...node,
				left: inner(node.left),
				rest: node.rest.map(({ operator, right }) => ({ operator, right: inner(right) })),
			};
		case "conditional":
			return {
				...node,
				test: inner(node.test),
				// biome-ignore lint/suspicious/noThenProperty: a node of the expression language
				then: inner(node.then),
				otherwise: node.otherwise && inner(node.otherwise),
			};
		default:
			return node;
	}
}

/** Answers with the states that have the invariants in front. */
function askingSpace(asking: MachinePlan, options: AnswerSpaceOptions): AnswerSpace {
	const space = answerSpace(asking, options);
	const states = new Map(asking.states.map((state) => [state.name, state]));
	const asked = (state: StatePlan): StatePlan => states.get(state.name) ?? state;
	return {
		inputs: () => space.inputs(),
		agentOutputs: (state, context) => space.agentOutputs(asked(state), context),
		childOutputs: (state, machine, context) => space.childOutputs(asked(state), machine, context),
		actionEffects: (state, action, context) => space.actionEffects(asked(state), action, context),
		signals: (state, context) => space.signals(asked(state), context),
		errors: (state) => space.errors(state),
		assumptions: space.assumptions,
	};
}
