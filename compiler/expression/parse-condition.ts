/** Reads a transition's condition. */
import { parseCel } from "./cel.ts";
import { lex } from "./lexer.ts";
import type { ConditionNode } from "./nodes.ts";
import { ExpressionParser } from "./parse-expression.ts";

/**
 * Parses a condition; blank text is always true (spec section 5, decisions: simple engine).
 *
 * @throws ExpressionSyntaxError with offsets into `text`.
 */
export function parseCondition(text: string, engine: "simple" | "cel"): ConditionNode {
	if (engine === "cel") {
		parseCel(text);
		return Object.freeze({ kind: "cel", text });
	}
	return parseSimple(text, false);
}

/**
 * Parses the check of a key result: a condition that may call `size`, `text`, `trim`, `count`, `contains`, `matches` and
 * `type` (fsm-agent-flow 18.3). CEL has functions of its own.
 *
 * @throws ExpressionSyntaxError with offsets into `text`.
 */
export function parseCheck(text: string, engine: "simple" | "cel"): ConditionNode {
	return engine === "cel" ? parseCondition(text, engine) : parseSimple(text, true);
}

function parseSimple(text: string, callsFunctions: boolean): ConditionNode {
	const { tokens } = lex(text, 0, "simple", null);
	if (tokens.length === 1) return Object.freeze({ kind: "simple", expression: null });
	const parser = new ExpressionParser(tokens, "simple", callsFunctions);
	const expression = parser.expression();
	parser.expectEnd();
	return Object.freeze({ kind: "simple", expression });
}
