/** Whether an execution that stands somewhere in a machine can go on in another version of it. */
import { didYouMean } from "../diagnostics/suggest.ts";
import type { MachinePlan } from "../plan/plan.ts";
import { type InjectedHooks, noInjectedHooks, shapeOf } from "../xstate/shape.ts";

/** What an execution does in a state: waits for a signal, works (agents, machines, actions, hooks), or just passes. */
export type KindOfWork = "waits" | "works" | "passes";

/** Where an execution stands. */
export interface Standing {
	/** The YAML state. */
	readonly state: string;
	/** What it does there, from `kindOfWork` of the machine that it was started with; missing = not compared. */
	readonly kind?: KindOfWork;
	/** Names of the child machines that it has started there and that have not ended. */
	readonly machines?: readonly string[];
}

const maxNames = 20;

/**
 * What a state is for an execution that stands in it.
 * @returns undefined where the machine has no such state
 */
export function kindOfWork(
	plan: MachinePlan,
	state: string,
	injected: InjectedHooks = noInjectedHooks,
): KindOfWork | undefined {
	const found = plan.states.find(({ name }) => name === state);
	if (!found) return undefined;
	const { waits, works } = shapeOf(plan, found, injected);
	return waits ? "waits" : works ? "works" : "passes";
}

/**
 * Says in sentences why an execution cannot go on in this version of its machine; empty = it can.
 * @param plan the new version
 * @param injected hooks given in code: with these every state works
 */
export function whatDoesNotFit(
	plan: MachinePlan,
	{ state, kind, machines = [] }: Standing,
	injected: InjectedHooks = noInjectedHooks,
): string[] {
	const now = kindOfWork(plan, state, injected);
	if (now === undefined) {
		const names = plan.states.map(({ name }) => name);
		const hint = didYouMean(state, names) ?? `it has ${listed(names)}`;
		return [`The execution stands in the state \`${state}\`, which the machine no longer has: ${withEnd(hint)}`];
	}
	const problems: string[] = [];
	if (kind !== undefined && kind !== now) {
		problems.push(`The execution ${doing[kind]} in the state \`${state}\`, which ${does[now]} now.`);
	}
	for (const name of machines) {
		if (Object.hasOwn(plan.machines, name)) continue;
		const names = Object.keys(plan.machines);
		const hint = didYouMean(name, names) ?? (names.length === 0 ? "it has none" : `it has ${listed(names)}`);
		problems.push(
			`The machine \`${name}\`, which the state \`${state}\` has started, is not among the machine's \`machines\` now: ${withEnd(hint)}`,
		);
	}
	return problems;
}

const doing: Readonly<Record<KindOfWork, string>> = {
	waits: "waits for a signal",
	works: "is at work",
	passes: "stands, with nothing to do,",
};

const does: Readonly<Record<KindOfWork, string>> = {
	waits: "waits for a signal",
	works: "has work to do and waits for no signal",
	passes: "has nothing to do",
};

function listed(names: readonly string[]): string {
	const shown = names.slice(0, maxNames).map((name) => `\`${name}\``);
	const more = names.length - shown.length;
	return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function withEnd(text: string): string {
	return /[.?]$/.test(text) ? text : `${text}.`;
}
