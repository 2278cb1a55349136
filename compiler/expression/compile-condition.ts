/** Conditions as closures over the scope (spec section 5). */
import { conditionAttribute, conditionSubscript } from "./access.ts";
import { compileCel } from "./cel.ts";
import { compileExpression, type Door } from "./compile-expression.ts";
import { Fault, toExpressionError } from "./errors.ts";
import { beginEvaluation } from "./limits.ts";
import { toNative } from "./native.ts";
import type { ConditionNode } from "./nodes.ts";
import type { Scope } from "./values.ts";

function notInConditions(): never {
	throw new Fault("a condition has no calls, filters and tests");
}

const DOOR: Door<Scope> = {
	name({ name, start, end }) {
		return (scope) => {
			if (Object.hasOwn(scope, name)) return scope[name] ?? null;
			const fault = new Fault(`there is no variable \`${name}\``);
			fault.span = { start, end };
			throw fault;
		};
	},
	attribute(object, { name, object: holder }) {
		if (holder.kind === "name") {
			const root = holder.name;
			return (scope) => {
				if (Object.hasOwn(scope, root)) return conditionAttribute(scope[root], name);
				return object(scope);
			};
		}
		return (scope) => conditionAttribute(object(scope), name);
	},
	subscript: conditionSubscript,
	logicalGivesBoolean: true,
	call: notInConditions,
	filter: notInConditions,
	test: notInConditions,
};

/**
 * Compiles a parsed condition. The closure gives the expression's value; the caller applies `truthy`.
 *
 * @param text The condition as written, for errors.
 * @returns A closure that throws nothing but `ExpressionError`.
 */
export function compileCondition(node: ConditionNode, text: string): (scope: Scope) => unknown {
	if (node.kind === "cel") return compileCel(node.text);
	if (node.expression === null) return () => true;
	const evaluate = compileExpression(node.expression, DOOR);
	return (scope) => {
		beginEvaluation();
		try {
			const value = evaluate(scope);
			return typeof value === "object" ? toNative(value) : value;
		} catch (error) {
			throw toExpressionError(error, text);
		}
	};
}
