/** Proofs that a transition can not be taken. Where nothing is proven, nothing is claimed. */
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import type { DeadReason } from "../explore/exploration.ts";
import type { TransitionId } from "../scenario/scenario.ts";
import { comparedIn } from "./condition-cases.ts";
import { type ContextDomain, domainAt, machineDomains, type Plans, type StateDomains } from "./context-domains.ts";
import { ANYTHING, type Domain } from "./domain.ts";
import { domainOfPath, type Variables } from "./domain-of-structure.ts";
import { neverEntered } from "./never-entered.ts";
import { type Fact, type Facts, factsAbout } from "./path-facts.ts";
import { earlierOf, expressionOf, idOf, isBlank, textOf } from "./plain-conditions.ts";
import { possibleErrors, routesOf } from "./possible-errors.ts";
import { machineReads } from "./readers.ts";
import { needed, shadowed } from "./shadowed.ts";
import { type Choice, canHold } from "./transition-cases.ts";

/**
 * Proves that no run takes a transition or an error route. Agents are taken at the word of their output schemas, or to
 * answer without JSON; actions at the word of `metadata.effects`, and without it they may do anything, as other hooks.
 *
 * @param plans of child machines by id, whose outputs are then taken from their ends
 * @returns undefined where it is not proven
 */
export function proveDead(plan: MachinePlan, id: TransitionId, plans?: Plans): DeadReason | undefined {
	const state = machineReads(plan).state(id.state);
	if (state === undefined) return undefined;
	const plain = id.kind === "transition" ? withoutEntering(state, id.index) : undefined;
	if (plain !== undefined) return plain;
	const domains = machineDomains(plan, plans);
	const entered = domains?.states.get(state.name);
	if (domains !== undefined && entered === undefined) return neverEntered(plan, state);
	if (id.kind === "error") return deadRoute(plan, state, id.error, entered?.choice);
	if (domains === undefined || entered === undefined) return undefined;
	return deadTransition(plan, state, id.index, { ...entered, variables: domains.variablesAt(state, entered.after) });
}

/** What can be told from the state's own transitions, whatever the values are. */
function withoutEntering(state: StatePlan, index: number): DeadReason | undefined {
	const transition = state.transitions[index];
	if (transition === undefined) return undefined;
	if (state.kind === "final") {
		return {
			code: "switched_off",
			text: `\`${state.name}\` is a final state, so its transitions are never looked at.`,
		};
	}
	if (transition.when === "never") return { code: "switched_off", text: "Its condition is `false`." };
	if (mayEndLoop(state, index)) return undefined;
	const always = state.transitions.findIndex(({ when }) => when === undefined || isBlank(when));
	if (always !== -1 && always < index) {
		const text = `The transition before it to \`${state.transitions[always]?.to}\` has no condition and is always taken.`;
		return { code: "shadowed", text, by: idOf(state, always) };
	}
	const expression = expressionOf(transition.when);
	const earlier = earlierOf(state, index);
	if (
		canHold(
			earlier.map(({ expression: one }) => one),
			expression,
			anyValues,
		)
	)
		return undefined;
	if (expression !== undefined && !canHold([], expression, anyValues)) {
		return {
			code: "never_holds",
			text: `\`${textOf(transition.when)}\` contradicts itself: it is false for all values.`,
		};
	}
	return shadowed(state, index, earlier, anyValues);
}

/**
 * Whether the transition may be taken in the middle of the state's tool loop, on a context that nothing here tells of and
 * in front of conditions that read `output` (runtime/state/tool-loop/mid-loop-transition.ts).
 */
function mayEndLoop({ toolLoop, transitions }: StatePlan, index: number): boolean {
	if (toolLoop === undefined) return false;
	const first = transitions.findIndex(({ when }) => when === undefined || isBlank(when));
	return first === -1 || index < first;
}

const anyValues: Variables = { parsesRendered: false, domainOf: () => ANYTHING };

function deadTransition(
	plan: MachinePlan,
	state: StatePlan,
	index: number,
	{ after, facts, variables }: StateDomains & { readonly variables: Variables },
): DeadReason | undefined {
	if (mayEndLoop(state, index)) return undefined;
	const when = state.transitions[index]?.when;
	const expression = when === "never" ? undefined : expressionOf(when);
	const earlier = earlierOf(state, index);
	const before = earlier.map(({ expression: one }) => one);
	if (canHold(before, expression, variables)) return behindFacts(state, index, before, facts, variables);
	if (expression !== undefined && !canHold([], expression, variables)) {
		const known = valuesText(plan, [expression], after, variables);
		return { code: "never_holds", text: `\`${textOf(when)}\` is never true: ${known}.` };
	}
	const reason = shadowed(state, index, earlier, variables);
	const known = valuesText(plan, [...before, ...(expression === undefined ? [] : [expression])], after, variables);
	return known === "" ? reason : { ...reason, text: `${reason.text.slice(0, -1)}: ${known}.` };
}

/** What the ways to the state rule out, where its own conditions and values do not. */
function behindFacts(
	state: StatePlan,
	index: number,
	before: readonly Expression[],
	facts: Facts,
	variables: Variables,
): DeadReason | undefined {
	const when = state.transitions[index]?.when;
	const expression = when === "never" ? undefined : expressionOf(when);
	const about = [...factsAbout(expression === undefined ? before : [expression, ...before], facts).values()];
	const rulesOut = (known: readonly Fact[]): boolean =>
		!canHold([...known.map(({ denied }) => denied), ...before], expression, variables);
	if (about.length === 0 || !rulesOut(about)) return undefined;
	const known = needed(about, rulesOut).map(({ text }) => `\`${text}\``);
	const way = `on every way to \`${state.name}\`, ${known.join(" and ")} ${known.length > 1 ? "have" : "has"} held, and nothing has changed that`;
	if (expression === undefined) {
		return { code: "shadowed", text: `The transitions before it take every case that is left: ${way}.` };
	}
	return { code: "never_holds", text: `\`${textOf(when)}\` is never true here: ${way}.` };
}

function deadRoute(
	plan: MachinePlan,
	state: StatePlan,
	error: string,
	choice: Choice | undefined,
): DeadReason | undefined {
	const errors = possibleErrors(plan, state, choice);
	if (errors === "any" || routesOf(errors, state).has(error)) return undefined;
	if (errors.length === 0) return { code: "cannot_fail", text: `Nothing in \`${state.name}\` can fail.` };
	const names = [...new Set(errors.map(([name = ""]) => `\`${name}\``))];
	const own = names.length === 1 ? "has a route of its own" : "have routes of their own";
	const text = `\`${state.name}\` can only fail with ${names.join(" or ")}${error === "default" ? `, which ${own}` : ""}.`;
	return { code: "cannot_fail", text };
}

/** What the variables of conditions can be, and where that comes from. */
function valuesText(
	plan: MachinePlan,
	conditions: readonly Expression[],
	after: ContextDomain,
	variables: Variables,
): string {
	const compared = conditions.flatMap((condition) => comparedIn([condition])?.paths ?? []);
	const paths = [...new Set(compared.map((path) => path.join(".")))];
	const sentences = paths.flatMap((text) => {
		const [root, ...rest] = text.split(".");
		if (root !== "context") {
			const domain = domainOfPath(text.split("."), variables);
			return root === "output" && !isAnything(domain) ? [`\`${text}\` is ${domainText(domain)}`] : [];
		}
		const domain = domainAt(after, rest);
		return isAnything(domain) ? [] : [`\`${text}\` is ${domainText(domain)}${writersText(plan, rest[0] ?? "")}`];
	});
	return sentences.join(", and ");
}

function isAnything(domain: Domain): boolean {
	return domain.open.size === ANYTHING.open.size && !domain.isWhole;
}

function domainText(domain: Domain): string {
	const values = domain.constants.map((value) => JSON.stringify(value));
	const kinds = [...domain.open].map((kind) => (kind === "number" && domain.isWhole ? "a whole number" : WORDS[kind]));
	const parts = [...values, ...kinds];
	const last = parts.at(-1) ?? "nothing";
	return `only ever ${parts.length > 1 ? `${parts.slice(0, -1).join(", ")} or ${last}` : last}`;
}

const WORDS: Readonly<Record<string, string>> = {
	null: "null",
	boolean: "true or false",
	number: "a number",
	text: "a text",
	list: "a list",
	map: "a mapping",
};

/** The places in the file that set a context key. */
function writersText(plan: MachinePlan, key: string): string {
	const reads = machineReads(plan);
	const places = [
		...(plan.context.some(([name]) => name === key) ? ["`context`"] : []),
		...plan.states
			.filter((state) => reads.writesOf(state).some(([name]) => name === key))
			.map(({ name }) => `\`states.${name}\``),
	];
	return places.length === 0 ? " (nothing sets it)" : ` (set in ${places.join(", ")})`;
}
