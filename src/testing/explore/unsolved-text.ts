/** What is said of a transition that no run was found for: what it asks for, where that comes from, and what a person can do. */
import { type ConditionNode, references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { reads as readsRoot } from "../../../compiler/xstate/scope.ts";
import { scenarioExecutionId } from "../scenario/scenario.ts";
import { declaredEffects, supposedKeys } from "../solve/effects.ts";
import { possibleErrors } from "../solve/possible-errors.ts";
import { machineReads } from "../solve/readers.ts";
import { templatesOf } from "../solve/structure-templates.ts";
import type { LabelledTransition } from "./transition-labels.ts";

/** Places that are named in one sentence. */
const mostPlaces = 3;

/** Why a transition of a state that runs enter is unsolved. */
export function unsolvedText(plan: MachinePlan, { id, label }: LabelledTransition): string {
	const state = machineReads(plan).state(id.state);
	if (state === undefined) return `No run was found that enters \`${id.state}\`.`;
	if (id.kind === "error") return `${errorText(state, id.error)}${errorHint(plan, state, id.error)}`;
	const when = state.transitions[id.index]?.when;
	if (when === undefined || when === "never") {
		return `No answers were found with which \`${id.state}\` goes on to \`${id.to}\`: all conditions before that have to be false.`;
	}
	const hints = [
		...new Set([
			...machineHints(plan, when.node),
			...errorHints(plan, when.node),
			...effectHints(plan, when.node),
			...sourceHints(plan, state, when.node),
		]),
	];
	return [`No answers were found with which \`${id.state}\` goes on to \`${id.to}\`: \`${label}\`.`, ...hints].join(
		" ",
	);
}

function errorText({ name, onError }: StatePlan, error: string): string {
	const others = (onError?.byType.length ?? 0) > 0 ? " with another error than those that on_error names" : "";
	return `No run was found in which \`${name}\` fails${error === "default" ? others : ` with ${error}`}`;
}

/** The errors of the runtime's own that the route is for, where it is for no others. */
function errorHint(plan: MachinePlan, state: StatePlan, error: string): string {
	const errors = possibleErrors(plan, state, undefined);
	if (state.execution.type === "mdap_voting" && error === "default") {
		return ". Votes that fail are not counted: it fails only where its agent cannot be set up, which tests do not try.";
	}
	if (errors === "any") return ".";
	const routed = new Set(state.onError?.byType.map(([name]) => name));
	const own = errors.filter((names) => {
		const first = names.find((name) => routed.has(name)) ?? "default";
		return first === error;
	});
	const names = [...new Set(own.map(([name = ""]) => `\`${name}\``))];
	return names.length === 0 ? "." : `; it could with ${names.join(" or ")}.`;
}

/** Keys of `context.machine`, and why tests do not give them another value. */
function machineHints({ name, specVersion }: MachinePlan, node: ConditionNode): readonly string[] {
	const alone = "since each machine is tested by itself";
	const facts: Readonly<Record<string, string>> = {
		depth: `is 0 in tests, ${alone}`,
		parent_execution_id: `is null in tests, ${alone}`,
		execution_id: `is \`${scenarioExecutionId}\` in tests`,
		machine_name: `is always \`${name}\``,
		spec_version: `is always \`${specVersion}\``,
		total_api_calls:
			"counts 1 for each answer in tests; an answer of a scenario counts more with `usage: { api_calls: 5 }`",
		total_cost:
			"grows in tests by answers of agents that are called once or with retries; an answer of a scenario has `cost: 0.5`",
	};
	return pathsIn(node).flatMap(([root, first, key = ""]) => {
		if (root !== "context" || first !== "machine" || !Object.hasOwn(facts, key)) return [];
		return [`\`context.machine.${key}\` ${facts[key]}.`];
	});
}

function errorHints({ states }: MachinePlan, node: ConditionNode): readonly string[] {
	const isAsked = pathsIn(node).some(([root, key]) => root === "context" && key === "last_error_type");
	const isRetried = states.some(({ execution, onError }) => execution.type === "retry" && onError !== undefined);
	if (!isAsked || !isRetried) return [];
	return ["Behind retries the type is `RuntimeError`, and the agent's own stands in `context.last_error`."];
}

/** Keys that an action sets to declared values. */
function effectHints(plan: MachinePlan, node: ConditionNode): readonly string[] {
	const keys = contextKeys(node);
	return plan.states.flatMap(({ action }) => {
		const declared = action === undefined ? undefined : declaredEffects(plan, action);
		return [...(declared?.keys() ?? [])]
			.filter((key) => keys.has(key))
			.map((key) => `The action \`${action}\` sets \`context.${key}\` only to what \`metadata.effects\` declares.`);
	});
}

function contextKeys(node: ConditionNode): ReadonlySet<string> {
	return new Set(pathsIn(node).flatMap(([root, key]) => (root === "context" && key !== undefined ? [key] : [])));
}

/** Where the values that the condition reads come from, and under which key of a scenarios file others can be given. */
function sourceHints(plan: MachinePlan, state: StatePlan, node: ConditionNode): readonly string[] {
	const paths = pathsIn(node);
	const keys = contextKeys(node);
	const places = [
		...(paths.some(([root]) => root === "output") ? givenBy(state) : []),
		...plan.states.flatMap((one) => givenFor(plan, one, keys)),
		...(plan.context.some(([key, structure]) => keys.has(key) && templatesOf(structure).length > 0)
			? ["`inputs`"]
			: []),
	];
	const named = [...new Set(places)].slice(0, mostPlaces);
	return named.length === 0 ? [] : [`Give values of your own under ${named.join(" or ")} of a file for --scenarios.`];
}

/** The keys of a scenarios file with what the state sets in these context keys from outside. */
function givenFor(plan: MachinePlan, state: StatePlan, keys: ReadonlySet<string>): readonly string[] {
	if (supposedKeys(plan, state).some((key) => keys.has(key))) return [`\`actions.${state.action}\``];
	const writes = machineReads(plan).writesOf(state);
	const isOfOutput = writes.some(
		([key, structure]) => keys.has(key) && templatesOf(structure).some(({ node }) => readsRoot("output", node)),
	);
	return isOfOutput ? givenBy(state) : [];
}

/** The keys of a scenarios file that answer for a state. */
function givenBy({ name, agent, machine, foreach, waitFor }: StatePlan): readonly string[] {
	if (waitFor !== undefined) return [`\`waits.${name}\``];
	if (agent !== undefined) return [`\`agents.${agent}\``];
	if (foreach !== undefined) return [`\`machines.${foreach.machine}\``];
	if (machine?.kind === "single") return [`\`machines.${machine.name}\``];
	return machine?.entries.map((entry) => `\`machines.${entry.name}\``) ?? [];
}

function pathsIn(node: ConditionNode): readonly (readonly string[])[] {
	return references(node).map(({ path }) => path);
}
