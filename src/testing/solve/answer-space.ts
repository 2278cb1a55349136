/** What the outside world may answer while a machine is explored: made by the solver, asked by the explorer. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { ChildAnswer } from "../scenario/scenario.ts";
import { SolvedAnswers } from "./solved-answers.ts";

/** A flat context, without `machine`. */
export type FlatContext = Readonly<Record<string, unknown>>;

/** An error that something outside of the machine fails with. */
export interface GivenError {
	/** Its class, which `on_error` matches and `context.last_error_type` holds. */
	readonly type: string;
	readonly message: string;
}

/** The text of an error that nobody asks about. */
export const plainMessage = "made to fail";

/**
 * Values that drive the machine's conditions both ways, most telling first, each list short (tens, not hundreds). They
 * are solved from the conditions, through `output_to_context`, output schemas and constants (docs/testing.md).
 */
export interface AnswerSpace {
	/** Inputs to start the run with. */
	inputs(): readonly FlatContext[];
	/** What the state's templates may see as `output` after its agent answered (the payload, spec section 8). */
	agentOutputs(state: StatePlan, context: FlatContext): readonly unknown[];
	/** Outputs of one child machine, of a single `machine:`, an entry of a list, or an item of a `foreach`. */
	childOutputs(state: StatePlan, machine: string, context: FlatContext): readonly unknown[];
	/** Totals of the run's cost, in US dollars, that an agent's answer in this state may bring about; beside that answers cost nothing. */
	costs(state: StatePlan, context: FlatContext): readonly number[];
	/** Context keys that an action may set. */
	actionEffects(state: StatePlan, action: string, context: FlatContext): readonly FlatContext[];
	/** Data of the signal that ends the state's wait. */
	signals(state: StatePlan, context: FlatContext): readonly unknown[];
	/** Errors that fail the state: those that `on_error` names, one that it does not, and those that conditions ask for. */
	errors(state: StatePlan, context: FlatContext): readonly GivenError[];
	/** Errors of one child among others, which become values of the state's output; one at least. */
	childErrors(state: StatePlan, machine: string, context: FlatContext): readonly GivenError[];
	/**
	 * What all children of the state answer together, in their order, where that is one output that is tried. Undefined: each is
	 * asked for its own.
	 */
	together?(): readonly ChildAnswer[] | undefined;
	/** For people: what was taken for granted. */
	readonly assumptions: readonly string[];
}

/** A transition that plain search did not take, as the explorer asks for help with it. */
export interface Goal {
	readonly state: StatePlan;
	/** Index under `transitions`. */
	readonly transition: number;
	readonly context: FlatContext;
	/** Tries one output of this state's work: the context after `output_to_context`, and which transition is taken. */
	attempt(output: unknown): {
		readonly context: FlatContext;
		readonly output: unknown;
		readonly taken: number | "none" | "error";
	};
}

/** Searches for an output that makes the state take the goal's transition. Undefined where it found none. */
export type SolveGoal = (goal: Goal) => unknown;

/** Values that a user adds to what is solved, by name; they come first. */
export interface ExtraAnswers {
	readonly inputs?: readonly FlatContext[];
	/** By agent name: payloads, as templates see them as `output`. */
	readonly agents?: Readonly<Record<string, readonly unknown[]>>;
	/** By the name under `data.machines`. */
	readonly machines?: Readonly<Record<string, readonly unknown[]>>;
	/** By action name: context keys that it sets. */
	readonly actions?: Readonly<Record<string, readonly FlatContext[]>>;
	/** By the state that waits: data of its signal. */
	readonly waits?: Readonly<Record<string, readonly unknown[]>>;
}

export interface AnswerSpaceOptions {
	/** Plans of child machines by id, whose outputs are then taken into account. */
	readonly plans?: ReadonlyMap<string, MachinePlan>;
	readonly extra?: ExtraAnswers;
}

/** Solves what the outside world may answer from the conditions of a machine (docs/testing.md). */
export function answerSpace(plan: MachinePlan, options: AnswerSpaceOptions = {}): AnswerSpace {
	return new SolvedAnswers(plan, options);
}
