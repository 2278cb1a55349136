/** A scenario: one whole run of a machine with everything that comes from outside written down, and how it must go. */
import type { ScriptedAnswer } from "../../../adapters/scripted/index.ts";
import type { LimitName } from "../../../compiler/xstate/machine-context.ts";

/** The execution id of every run of a scenario, which templates may print. */
export const scenarioExecutionId = "scenario";

/**
 * What stands in for a child machine, or for a launched one, which only starts: its output, or how it fails. One that is
 * `late` ends after those of the same state that are not: with `mode: any` another one is then the first.
 */
export type ChildAnswer = ({ readonly output: unknown } | { readonly throw: string }) & { readonly late?: true };

/** What stands in for a hook action: context keys that it sets (null removes nothing, it sets null), or how it fails. */
export type ActionAnswer = { readonly set: Readonly<Record<string, unknown>> } | { readonly throw: string };

/** What ends a wait: a signal with its data, or that none comes in time. */
export type WaitAnswer = { readonly data: unknown } | { readonly timeout: true };

/** How the run must end. Errors are named as `on_error` names them. */
export type Ending =
	| { readonly status: "done"; readonly output: unknown }
	| { readonly status: "failed"; readonly error: string }
	| { readonly status: "stopped"; readonly reason: LimitName | "hook" }
	| { readonly status: "waiting"; readonly channel: string };

/**
 * Answers are used up in the order in which the run asks, by name. A child machine is one answer, whatever it does
 * inside: each machine is tested by itself.
 */
export interface Scenario {
	/** Unique among the scenarios of a machine, for people, e.g. `start → build_char → append_char → done`. */
	readonly name: string;
	readonly input: Readonly<Record<string, unknown>>;
	/** By agent name. `{ throw: "TypeName: message" }` is a failed call; each try, sample and vote is a call of its own. */
	readonly agents: Readonly<Record<string, readonly ScriptedAnswer[]>>;
	/** By the name under `data.machines`; the items of a `foreach` and of a list in the order in which they start. */
	readonly machines: Readonly<Record<string, readonly ChildAnswer[]>>;
	/** By action name. */
	readonly actions: Readonly<Record<string, readonly ActionAnswer[]>>;
	/**
	 * By the state that waits. For a state that works and has a `timeout`: `{ timeout: true }` for a visit that does not end in
	 * time, and `{ data: null }` for one before it that does.
	 */
	readonly waits: Readonly<Record<string, readonly WaitAnswer[]>>;
	/** Every YAML state that is entered, in order, the last one included. */
	readonly path: readonly string[];
	/** Every transition taken, in order; one fewer than states where the run ended in the last of them. */
	readonly taken: readonly TransitionId[];
	readonly ending: Ending;
	/** The final context without `machine`; what a test may compare beside the output. */
	readonly context: Readonly<Record<string, unknown>>;
	/** Step limit that the run was given, where the machine's own does not apply. */
	readonly maxSteps?: number;
}

/** What a run is given: the part of a scenario that drives it. */
export type ScenarioScript = Pick<Scenario, "input" | "agents" | "machines" | "actions" | "waits" | "maxSteps">;

/** How a run must go. */
export type Expected = Pick<Scenario, "path" | "taken" | "ending" | "context">;

/** A scenario as people may write it: what is expected may be left out, and is then not compared. */
export type WrittenScenario = { readonly name: string } & ScenarioScript & Partial<Expected>;

/**
 * One edge of the machine: `transition` is the state's nth (from 0) under `transitions`; `error` is the route of `on_error`
 * for one error name, or `default`.
 */
export type TransitionId =
	| { readonly state: string; readonly kind: "transition"; readonly index: number; readonly to: string }
	| { readonly state: string; readonly kind: "error"; readonly error: string; readonly to: string };

/** The id as one text, for maps: `review#2`, `review!TimeoutError`. */
export function transitionKey(id: TransitionId): string {
	return id.kind === "transition" ? `${id.state}#${id.index}` : `${id.state}!${id.error}`;
}
