/** Machines that something else than flatstate had noted down and not started yet, in an execution that we go on with. */
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";
import { stepKey } from "../state/step-keys.ts";
import type { Journal } from "../steps/journal.ts";
import type { EarlierLife } from "./execution-record.ts";
import type { LoadedExecution } from "./load-execution.ts";
import { visitName } from "./log.ts";

export interface ForeignIntents {
	/** With the ids that the machines are started under, of the state that is to do its work again. */
	readonly earlier: EarlierLife;
	/** Ids of those that are to be launched beside it. */
	readonly unlaunched: ReadonlySet<string>;
}

const beforeWork = ["machine_start", "state_enter", "execute", "tool_call"];

/** Takes apart what a checkpoint that something else wrote names as not launched (spec section 10.7). */
export function foreignIntents(plan: MachinePlan, { snapshot, progress, earlier }: LoadedExecution): ForeignIntents {
	const { event, step, current_state: name, pending_launches: intents } = snapshot;
	if (progress || !intents) return { earlier, unlaunched: new Set() };
	const left = intents.filter(({ launched }) => !launched);
	const state = beforeWork.includes(event) ? plan.states.find((known) => known.name === name) : undefined;
	const ids: Journal = {};
	for (const [key, machine] of state ? machinesOf(state) : []) {
		const index = left.findIndex((intent) => intent.machine === machine);
		const [intent] = index < 0 ? [] : left.splice(index, 1);
		if (intent) ids[stepKey.id(key)] = { output: intent.execution_id };
	}
	const visit = visitName(step, name);
	const journals = new Map([...earlier.journals, [visit, { ...ids, ...earlier.journals.get(visit) }]]);
	// A child that failed is named for ever, too: only what some state launches is launched.
	const launched = new Set(plan.states.flatMap(({ launch }) => launch));
	const unlaunched = left.filter(({ machine }) => launched.has(machine)).map(({ execution_id: id }) => id);
	return { earlier: { ...earlier, journals }, unlaunched: new Set(unlaunched) };
}

/** Machines that a state starts, with their keys in its journal. */
function machinesOf({ launch, machine }: StatePlan): (readonly [string, string])[] {
	const names = machine?.kind === "single" ? [machine.name] : (machine?.entries.map(({ name }) => name) ?? []);
	return [
		...launch.map((name, index) => [stepKey.launch(index), name] as const),
		...names.map((name) => [stepKey.machine(name), name] as const),
	];
}
