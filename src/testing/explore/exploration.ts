/** What the exploration of one machine found. Plain JSON: reports, coverage files and diagrams are made of it. */
import type { SourcePlace } from "../../../compiler/plan/plan.ts";
import type { Scenario, TransitionId } from "../scenario/scenario.ts";

/** Why a transition can not be taken; `text` is a sentence that a person can check against the YAML. */
export interface DeadReason {
	readonly code: /** An earlier transition of the state takes every case that this one would. */
		| "shadowed"
		/** The condition is false for every value that its variables can have. */
		| "never_holds"
		/** `condition: false` */
		| "switched_off"
		| "state_never_entered"
		/** The state fails whenever it is entered, and so gets to no transition. */
		| "always_fails"
		/** Nothing in the state can fail, or not with this error. */
		| "cannot_fail";
	readonly text: string;
	/** The earlier transition that shadows it. */
	readonly by?: TransitionId;
}

/**
 * `dead` is proven. `unsolved` is not: no answer was found that makes the condition true, and none was ruled out; the
 * user can give values in a scenarios file.
 */
export type Reach =
	/** `scenario` is the index of the shortest one that takes it. */
	| { readonly status: "covered"; readonly scenario: number; readonly steps: number }
	| { readonly status: "dead"; readonly reason: DeadReason }
	| { readonly status: "unsolved"; readonly text: string };

export interface TransitionReach {
	readonly id: TransitionId;
	/** The condition as written, `otherwise`, or the error's name. */
	readonly label: string;
	readonly at?: SourcePlace;
	readonly reach: Reach;
}

/** One way in which the work of a state can go, beside the transitions: `retries exhausted`, `some items failed`, … */
export interface OutcomeReach {
	readonly state: string;
	readonly outcome: string;
	readonly reach: Reach;
}

export interface StateReach {
	readonly state: string;
	readonly at?: SourcePlace;
	readonly isFinal: boolean;
	readonly reach: Reach;
	/** No final state can be reached from here; where it is in a loop, only `max_steps` ends it. */
	readonly isEndless: boolean;
}

/** States that lead only to each other. */
export interface EndlessLoop {
	readonly states: readonly string[];
	readonly text: string;
}

export interface Exploration {
	/** The plan's id, relative to the working directory where it is a file. */
	readonly machine: string;
	readonly name: string;
	readonly transitions: readonly TransitionReach[];
	readonly states: readonly StateReach[];
	readonly outcomes: readonly OutcomeReach[];
	readonly endlessLoops: readonly EndlessLoop[];
	/** Shortest first; together they take every transition and show every outcome that is covered. */
	readonly scenarios: readonly Scenario[];
	/** What was taken for granted, for people: effects of hooks that nobody declared, inputs that were made up. */
	readonly assumptions: readonly string[];
	/** The search gave up at its bounds; what is `unsolved` may then be reachable. */
	readonly isCutShort: boolean;
	readonly size: { readonly situations: number; readonly steps: number };
}
