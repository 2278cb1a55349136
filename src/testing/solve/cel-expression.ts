/** CEL conditions as trees of our own language, close enough to propose values from; CEL itself stays the judge. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { celSyntax } from "../../../compiler/expression/cel.ts";
import type { BinaryOperator, CompareOperator, Expression } from "../../../compiler/expression/nodes.ts";

/** The tree of a CEL condition; undefined where it is blank. */
export function celExpression(text: string): Expression | undefined {
	const ast = celSyntax(text);
	return ast === null ? undefined : translate(ast);
}

const COMPARISONS: ReadonlyMap<string, CompareOperator> = new Map(
	(["==", "!=", "<", "<=", ">", ">=", "in"] as const).map((operator) => [operator, operator]),
);
const ARITHMETIC: ReadonlyMap<string, BinaryOperator> = new Map(
	(["+", "-", "*", "/", "%"] as const).map((operator) => [operator, operator]),
);
/** Methods that have the same meaning under another name. */
const METHODS: Readonly<Record<string, string>> = {
	startsWith: "startswith",
	endsWith: "endswith",
	lowerAscii: "lower",
	upperAscii: "upper",
	trim: "strip",
};

function translate(node: ASTNode): Expression {
	const { start, end, op, args } = node;
	const span = { start, end };
	switch (op) {
		case "value":
			return { kind: "literal", value: literalOf(args), ...span };
		case "id":
			return { kind: "name", name: args, ...span };
		case ".":
		case ".?":
			return { kind: "attribute", object: translate(args[0]), name: args[1], ...span };
		case "[]":
		case "[?]":
			return { kind: "subscript", object: translate(args[0]), index: translate(args[1]), ...span };
		case "&&":
		case "||":
			return {
				kind: "logical",
				operator: op === "&&" ? "and" : "or",
				left: translate(args[0]),
				right: translate(args[1]),
				...span,
			};
		case "!_":
			return { kind: "not", operand: translate(args), ...span };
		case "-_":
			return { kind: "unary", operator: "-", operand: translate(args), ...span };
		case "?:":
			return {
				kind: "conditional",
				test: translate(args[0]),
				// biome-ignore lint/suspicious/noThenProperty: the name that the syntax tree has for it.
				then: translate(args[1]),
				otherwise: translate(args[2]),
				...span,
			};
		case "list":
			return { kind: "list", items: args.map(translate), ...span };
		case "map":
			return { kind: "map", entries: args.map(([key, value]) => [translate(key), translate(value)]), ...span };
		case "call":
			return translateCall(args[0], args[1].map(translate), span);
		case "rcall":
			return translateMethod(args[0], translate(args[1]), args[2], span);
		default:
			return translateBinary(op, translate(args[0]), translate(args[1]), span);
	}
}

type Span = { readonly start: number; readonly end: number };

function literalOf(value: unknown): string | number | boolean | null {
	if (typeof value === "bigint") return Number(value);
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function translateBinary(op: string, left: Expression, right: Expression, span: Span): Expression {
	const comparison = COMPARISONS.get(op);
	if (comparison !== undefined) return { kind: "compare", left, rest: [{ operator: comparison, right }], ...span };
	const operator = ARITHMETIC.get(op);
	return operator === undefined ? unknown(op, [left, right], span) : { kind: "binary", operator, left, right, ...span };
}

function translateCall(name: string, args: readonly Expression[], span: Span): Expression {
	const [first] = args;
	if (first === undefined) return unknown(name, args, span);
	switch (name) {
		case "size":
			return filter("length", first, [], span);
		case "has":
			return { kind: "test", name: "defined", negated: false, input: first, args: [], ...span };
		case "int":
		case "double":
			return filter(name === "int" ? "int" : "float", first, [], span);
		case "string":
			return filter("string", first, [], span);
		case "bool":
			return first;
		default:
			return unknown(name, args, span);
	}
}

function translateMethod(name: string, object: Expression, args: readonly ASTNode[], span: Span): Expression {
	const [first, second] = args;
	if (name === "size") return filter("length", object, [], span);
	if (name === "contains" && first !== undefined) {
		return { kind: "compare", left: translate(first), rest: [{ operator: "in", right: object }], ...span };
	}
	if ((name === "exists" || name === "all") && first?.op === "id" && second !== undefined) {
		return translateMacro(name, object, first.args, second, span) ?? unknown(name, [object], span);
	}
	const method = Object.hasOwn(METHODS, name) ? METHODS[name] : name;
	const callee: Expression = { kind: "attribute", object, name: method ?? name, ...span };
	return { kind: "call", callee, args: args.map(translate), named: [], ...span };
}

/** `items.exists(i, i.ok)`: whether any is left of those with the attribute. */
function translateMacro(
	name: "exists" | "all",
	object: Expression,
	variable: string,
	body: ASTNode,
	span: Span,
): Expression | undefined {
	if (body.op === "==" && name === "exists") {
		const [left, right] = body.args;
		// `items.exists(i, i == 'x')` is `'x' in items`.
		if (left.op === "id" && left.args === variable) {
			return { kind: "compare", left: translate(right), rest: [{ operator: "in", right: object }], ...span };
		}
	}
	if (body.op !== "." || body.args[0].op !== "id" || body.args[0].args !== variable) return undefined;
	const attribute: Expression = { kind: "literal", value: body.args[1], ...span };
	const chosen = filter(name === "exists" ? "selectattr" : "rejectattr", object, [attribute], span);
	const length = filter("length", filter("list", chosen, [], span), [], span);
	const zero: Expression = { kind: "literal", value: 0, ...span };
	return { kind: "compare", left: length, rest: [{ operator: name === "exists" ? ">" : "==", right: zero }], ...span };
}

function filter(name: string, input: Expression, args: readonly Expression[], span: Span): Expression {
	return { kind: "filter", name, input, args, named: [], ...span };
}

/** Something without a counterpart: it keeps what it reads, and has no inverse. */
function unknown(name: string, args: readonly Expression[], span: Span): Expression {
	const callee: Expression = { kind: "name", name, ...span };
	return { kind: "call", callee, args, named: [], ...span };
}
