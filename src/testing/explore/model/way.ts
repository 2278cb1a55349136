/** One way in which the visit of a state can go: what was answered, what was taken, and where the machine is then. */
import type { ScriptedAnswer } from "../../../../adapters/scripted/index.ts";
import type { StatePlan } from "../../../../compiler/plan/plan.ts";
import type { MachineContext } from "../../../../compiler/xstate/machine-context.ts";
import type { ActionAnswer, ChildAnswer, Ending, TransitionId, WaitAnswer } from "../../scenario/scenario.ts";

/** An answer from outside, under the name by which a scenario gives it. */
export type GivenAnswer =
	| { readonly kind: "agent"; readonly name: string; readonly answer: ScriptedAnswer }
	| { readonly kind: "machine"; readonly name: string; readonly answer: ChildAnswer }
	| { readonly kind: "action"; readonly name: string; readonly answer: ActionAnswer }
	| { readonly kind: "wait"; readonly name: string; readonly answer: WaitAnswer }
	/** Whether the visit of a state that works ends in its time, under `waits` where it matters. */
	| { readonly kind: "time"; readonly name: string; readonly answer: WaitAnswer };

/** A machine that has just entered a state. */
export interface Position {
	readonly state: StatePlan;
	/** With `machine`, as expressions see it. */
	readonly context: MachineContext;
}

/** Where a visit led. */
export type Leaving =
	| { readonly kind: "goes"; readonly taken: TransitionId; readonly to: Position }
	| { readonly kind: "ends"; readonly ending: Ending; readonly context: MachineContext };

export interface Way {
	/** In the order in which the runtime asks. */
	readonly answers: readonly GivenAnswer[];
	/** How the parts of the work went, for people. */
	readonly outcomes: readonly string[];
	readonly leaving: Leaving;
	/** What the state's work gave, once all of it was done; undefined where there was none that gives anything. */
	readonly output?: unknown;
	/** The choices that make it: from a like situation they make a like way. */
	readonly picked: readonly number[];
	/** The name of the error that the work or a condition of the state met. */
	readonly error?: string;
}
