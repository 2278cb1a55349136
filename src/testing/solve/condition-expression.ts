/** A condition as an expression tree that the solver can work on, whichever language it is written in. */
import type { ConditionNode, Expression } from "../../../compiler/expression/index.ts";
import { celExpression } from "./cel-expression.ts";
import { attempt, type Door, type Evaluated, evaluate, type Scope } from "./evaluate.ts";
import { rememberedCondition } from "./remembered-condition.ts";

export interface ConditionExpression {
	readonly expression: Expression;
	/** How parts of it are evaluated. */
	readonly door: Door;
	/** The condition itself, where the tree is only like it; then it stays the judge. */
	readonly judge?: (scope: Scope) => unknown;
}

const made = new WeakMap<ConditionNode, ConditionExpression>();

/** The tree of a condition; undefined where it is blank. */
export function conditionExpression(node: ConditionNode): ConditionExpression | undefined {
	const known = made.get(node) ?? treeOf(node);
	if (known !== undefined) made.set(node, known);
	return known;
}

function treeOf(node: ConditionNode): ConditionExpression | undefined {
	if (node.kind === "simple") {
		return node.expression === null ? undefined : { expression: node.expression, door: "condition" };
	}
	const expression = celExpression(node.text);
	return expression && { expression, door: "template", judge: rememberedCondition(node, node.text) };
}

/** What the condition gives. */
export function conditionValue({ expression, door, judge }: ConditionExpression, scope: Scope): Evaluated {
	return judge === undefined ? evaluate(expression, door, scope) : attempt(judge, scope);
}
