/** Conditions as closures over the scope (spec section 5). */
import { conditionAttribute, conditionSubscript } from "./access.ts";
import { compileCel } from "./cel.ts";
import { callCheckFunction } from "./check-functions.ts";
import { compileExpression, type Door, type Evaluate } from "./compile-expression.ts";
import { Fault, locate, toExpressionError } from "./errors.ts";
import { beginEvaluation } from "./limits.ts";
import { toNative } from "./native.ts";
import type { ConditionNode, Expression } from "./nodes.ts";
import type { Scope } from "./values.ts";

function notInConditions(): never {
	throw new Fault("a condition has no filters and tests");
}

/** Only the checks of key results are parsed with calls in them. */
function compileCheckCall(node: Extract<Expression, { kind: "call" }>): Evaluate<Scope> {
	const name = node.callee.kind === "name" ? node.callee.name : "";
	const args = node.args.map((argument) => compileExpression(argument, DOOR));
	return (scope) => {
		const values = args.map((argument) => argument(scope));
		try {
			return callCheckFunction(name, values);
		} catch (error) {
			throw locate(error, node);
		}
	};
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
	call: compileCheckCall,
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
