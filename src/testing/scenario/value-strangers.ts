/** Names in a file of values that no machine has: their values are used for nothing, and mostly mistyped. */
import { nearest } from "../../../compiler/diagnostics/suggest.ts";
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import type { ExtraAnswers } from "../solve/answer-space.ts";

/** A sentence for each name that none of the machines has. */
export function strangersIn(extra: ExtraAnswers, plans: readonly MachinePlan[]): readonly string[] {
	const states = plans.flatMap((plan) => plan.states);
	const known = {
		agents: plans.flatMap(({ agents }) => Object.keys(agents)),
		machines: plans.flatMap(({ machines }) => Object.keys(machines)),
		actions: states.flatMap(({ action }) => action ?? []),
		waits: states.flatMap(({ name, waitFor }) => (waitFor === undefined ? [] : [name])),
	};
	return (["agents", "machines", "actions", "waits"] as const).flatMap((kind) =>
		Object.keys(extra[kind] ?? {})
			.filter((name) => !known[kind].includes(name))
			.map((name) => `no machine has ${words[kind]} \`${name}\`${guess(name, known[kind])}`),
	);
}

const words = {
	agents: "an agent",
	machines: "a child machine",
	actions: "an action",
	waits: "a state that waits and is called",
} as const;

function guess(name: string, known: readonly string[]): string {
	const near = nearest(name, known);
	if (near !== undefined) return `: did you mean \`${near}\`?`;
	const all = [...new Set(known)].map((one) => `\`${one}\``).join(", ");
	return all === "" ? ": there is none." : `; known are ${all}.`;
}
