/** A machine's plan with invariants as conditions in front of every state's own: for the solver only, no run goes this way. */
import { childrenOf, pathOf } from "../../../compiler/checks/visit.ts";
import { references } from "../../../compiler/expression/index.ts";
import type { Expression } from "../../../compiler/expression/nodes.ts";
import type { MachinePlan, PlannedCondition, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import type { Invariant } from "./invariant.ts";
import { errorKeys } from "./moments.ts";

export function askingPlan(plan: MachinePlan, invariants: readonly Invariant[]): MachinePlan {
	const states = plan.states.map((state): StatePlan => {
		const asked = invariants
			.flatMap((invariant) => conditionsIn(state, invariant))
			.map((when) => ({ to: state.name, when }));
		return { ...state, transitions: [...asked, ...state.transitions] };
	});
	return { ...plan, states };
}

/** An invariant as it reads in one state. */
function conditionsIn(state: StatePlan, { text, node }: Invariant): readonly PlannedCondition[] {
	if (node.kind === "cel" || node.expression === null) return [{ text, node, canThrow: true }];
	const here = rewritten(node.expression, (one) => meaningIn(state, one));
	return partsAnswered(here)
		.filter((part) => references({ kind: "simple", expression: part }).length > 0)
		.map((expression) => ({ text, node: { kind: "simple", expression }, canThrow: true }));
}

/** What stands for a part in one state: the state's name for `state`, and what an end's output is made of for that. */
function meaningIn({ name, output }: StatePlan, node: Expression): Expression | undefined {
	const { start, end } = node;
	if (node.kind === "name" && node.name === "state") return { kind: "literal", value: name, start, end };
	const [root, ...keys] = pathOf(node) ?? [];
	if (root !== "output" || keys.length === 0) return undefined;
	const made = partOf(output, keys);
	if (made?.kind === "constant") {
		const { value } = made;
		const isScalar = value === null || ["string", "number", "boolean"].includes(typeof value);
		return isScalar ? { kind: "literal", value: scalarOf(value), start, end } : undefined;
	}
	if (made?.kind !== "template" || made.node.kind !== "path" || made.node.root === "output") return undefined;
	return made.node.keys.reduce<Expression>((object, key) => ({ kind: "attribute", object, name: key, start, end }), {
		kind: "name",
		name: made.node.root,
		start,
		end,
	});
}

function scalarOf(value: unknown): string | number | boolean | null {
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** The structure at a path of another one. */
function partOf(structure: Structure | undefined, [key, ...rest]: readonly string[]): Structure | undefined {
	if (key === undefined) return structure;
	const entries = structure?.kind === "map" ? structure.entries : [];
	return partOf(entries.find(([name]) => name === key)?.[1], rest);
}

/** The largest parts that answers decide: not the step, nor what the runtime says of an error. */
function partsAnswered(node: Expression): readonly Expression[] {
	return isAnswered(node) ? [node] : childrenOf(node).flatMap(partsAnswered);
}

function isAnswered(node: Expression): boolean {
	if (node.kind === "name") return node.name !== "step";
	const [root, key] = pathOf(node) ?? [];
	if (root === "context" && key !== undefined && errorKeys.has(key)) return false;
	return childrenOf(node).every(isAnswered);
}

/** A copy with other parts where `other` gives some. */
function rewritten(node: Expression, other: (part: Expression) => Expression | undefined): Expression {
	const inner = (part: Expression): Expression => rewritten(part, other);
	const found = other(node);
	if (found) return found;
	switch (node.kind) {
		case "not":
		case "unary":
			return { ...node, operand: inner(node.operand) };
		case "logical":
		case "binary":
			return { ...node, left: inner(node.left), right: inner(node.right) };
		case "compare":
			return {
				...node,
				left: inner(node.left),
				rest: node.rest.map(({ operator, right }) => ({ operator, right: inner(right) })),
			};
		case "conditional":
			return {
				...node,
				test: inner(node.test),
				// biome-ignore lint/suspicious/noThenProperty: a node of the expression language
				then: inner(node.then),
				otherwise: node.otherwise && inner(node.otherwise),
			};
		case "subscript":
			return { ...node, object: inner(node.object), index: inner(node.index) };
		case "attribute":
			return { ...node, object: inner(node.object) };
		case "list":
			return { ...node, items: node.items.map(inner) };
		default:
			return node;
	}
}
