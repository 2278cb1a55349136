/** `settings.history`: what each state has given, in `context.history` (fsm-agent-flow 2 and 18.2). */
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import type { Verdict } from "./attempts/verdict.ts";

/** One state that was left: it has worked, or got a signal. */
export interface HistoryEntry {
	readonly state: string;
	readonly output: unknown;
	/** Which key results held; empty where there are none. */
	readonly key_results: Readonly<Record<string, boolean>>;
	/** How many attempts were made. */
	readonly attempts: number;
}

/** A visit of a state. */
interface Noted {
	readonly plan: MachinePlan;
	readonly state: StatePlan;
	readonly context: Readonly<Record<string, unknown>>;
}

/**
 * `context.history` with what the state has given.
 * @returns undefined where the machine does not ask for it, and for states that only decide where to go
 */
export function historyWith(
	{ plan, state, context }: Noted,
	output: unknown,
	passed?: { readonly verdict: Verdict; readonly attempts: number },
): readonly unknown[] | undefined {
	if (!plan.settings.history || !doesSomething(state)) return undefined;
	const { history } = context;
	const entry: HistoryEntry = {
		state: state.name,
		output: output ?? null,
		key_results: Object.fromEntries(passed?.verdict.results.map(({ name, passed }) => [name, passed]) ?? []),
		attempts: passed?.attempts ?? 1,
	};
	return [...(Array.isArray(history) ? history : []), entry];
}

/** Hooks around a state change nothing of that. */
function doesSomething({ action, launch, machine, foreach, agent, waitFor }: StatePlan): boolean {
	return launch.length > 0 || [action, machine, foreach, agent, waitFor].some((part) => part !== undefined);
}
