/** The comparisons and tests that a condition is made of. */
import type { Expression } from "../../../compiler/expression/nodes.ts";
import { type Door, evaluate, type Scope } from "./evaluate.ts";

const parts = new WeakMap<Expression, readonly Expression[]>();

/** The comparisons and tests that a condition is made of, without itself. */
export function comparisonsOf(node: Expression): readonly Expression[] {
	const known = parts.get(node) ?? comparisonsIn(node);
	parts.set(node, known);
	return known;
}

function comparisonsIn(node: Expression): readonly Expression[] {
	switch (node.kind) {
		case "not":
			return [node.operand, ...comparisonsOf(node.operand)];
		case "logical":
			return [node.left, node.right].flatMap((side) => [side, ...comparisonsOf(side)]);
		case "conditional":
			return [node.test, node.then, ...(node.otherwise === null ? [] : [node.otherwise])].flatMap((part) => [
				part,
				...comparisonsOf(part),
			]);
		default:
			return [];
	}
}

/** Whether a comparison by order has two equal numbers before it. */
export function isOnBound(node: Expression, door: Door, scope: Scope): boolean {
	if (node.kind !== "compare") return false;
	const [link, ...others] = node.rest;
	if (link === undefined || others.length > 0 || !["<", "<=", ">", ">="].includes(link.operator)) return false;
	const left = evaluate(node.left, door, scope);
	const right = evaluate(link.right, door, scope);
	return !left.failed && !right.failed && typeof left.value === "number" && left.value === right.value;
}
