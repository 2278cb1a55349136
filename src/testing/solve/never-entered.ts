/** Why a state is never entered, in words that can be checked against the file. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { DeadReason } from "../explore/exploration.ts";

/** The reason of a state to which no living transition leads. */
export function neverEntered(plan: MachinePlan, state: StatePlan): DeadReason {
	const from = plan.states.filter((other) => other.name !== state.name && leadsTo(other, state.name));
	const isHooked = plan.machineHooks.length > 0 || plan.states.some(({ hooks }) => hooks.length > 0);
	const unless = isHooked ? ", unless a hook leads there" : "";
	const names = from.map(({ name }) => `\`${name}\``);
	const text =
		names.length === 0
			? `Nothing leads to \`${state.name}\`${unless}.`
			: `No run enters \`${state.name}\`: what leads there from ${listed(names)} is never taken${unless}.`;
	return { code: "state_never_entered", text };
}

function leadsTo({ kind, transitions, onError }: StatePlan, name: string): boolean {
	if (onError?.default === name || onError?.byType.some(([, to]) => to === name)) return true;
	return kind !== "final" && transitions.some(({ to }) => to === name);
}

function listed(names: readonly string[]): string {
	const last = names.at(-1) ?? "";
	return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last;
}
