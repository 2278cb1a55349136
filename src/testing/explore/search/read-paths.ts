/** What expressions, templates and structures read: paths from `context`, `input` or `output` on. */
import { type ConditionNode, references, type TemplateNode } from "../../../../compiler/expression/index.ts";
import type { StatePlan, Structure } from "../../../../compiler/plan/plan.ts";
import { mayFail } from "../../solve/may-fail.ts";

/** A path by its keys, the variable first: `["context", "order", "total"]`. */
export type ReadPath = readonly string[];

/** Paths deeper than this are cut: what differs below is taken for the same. */
const deepest = 4;

/** What one condition or template reads of the run's data. */
export function readsOf(node: ConditionNode | TemplateNode): readonly ReadPath[] {
	const paths = references(node).map(({ path }) => path.slice(0, deepest));
	return paths.filter(([root]) => root === "context" || root === "input" || root === "output");
}

/** What a structure reads; `locals` are variables of its own. */
export function structureReads(structure: Structure | undefined): readonly ReadPath[] {
	switch (structure?.kind) {
		case undefined:
		case "constant":
			return [];
		case "template":
			return readsOf(structure.node);
		case "list":
			return structure.items.flatMap(structureReads);
		case "map":
			return structure.entries.flatMap(([, value]) => structureReads(value));
	}
}

/** What decides, beside the transitions, how the visit of a state goes: lists that are gone through, templates that may fail. */
export function workReads(state: StatePlan): readonly ReadPath[] {
	const { input, launchInput, sessionId, foreach, waitFor, machine } = state;
	const own = machine?.kind === "list" ? machine.entries.map((entry) => entry.input) : [];
	const channel = waitFor?.kind === "template" ? waitFor : undefined;
	const fallible = [input, launchInput, sessionId, foreach?.key, ...own, channel].filter(mayFail);
	const checks = state.keyResults?.items.flatMap(({ check }) =>
		check.kind === "expression" ? readsOf(check.condition.node) : [],
	);
	return [...structureReads(foreach?.items), ...fallible.flatMap(structureReads), ...(checks ?? [])];
}

/** What the conditions of a state's transitions read. */
export function conditionReads({ transitions }: StatePlan): readonly ReadPath[] {
	return transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : readsOf(when.node)));
}
