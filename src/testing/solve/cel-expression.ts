/** CEL conditions as trees of our own language, close enough to propose values from; CEL itself stays the judge. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { celSyntax } from "../../../compiler/expression/cel.ts";
import type { BinaryOperator, CompareOperator, Expression } from "../../../compiler/expression/nodes.ts";

/** The tree of a CEL condition; undefined where it is blank. */
export function celExpression(text: string): Expression | undefined {
	const ast = celSyntax(text);
	return ast === null ? undefined : translate(ast, new Map());
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

/** What stands for the variables of the macros around. */
type Names = ReadonlyMap<string, Expression>;

interface Place {
	readonly names: Names;
	readonly span: Span;
}

/** Macros that ask something of the items. */
const MACROS: ReadonlySet<string> = new Set(["exists", "exists_one", "all"]);

function translate(node: ASTNode, names: Names): Expression {
	const { start, end, op, args } = node;
	const span = { start, end };
	const inner = (one: ASTNode): Expression => translate(one, names);
	switch (op) {
		case "value":
			return { kind: "literal", value: literalOf(args), ...span };
		case "id":
			return names.get(args) ?? { kind: "name", name: args, ...span };
		case ".":
		case ".?":
			return { kind: "attribute", object: inner(args[0]), name: args[1], ...span };
		case "[]":
		case "[?]":
			return { kind: "subscript", object: inner(args[0]), index: inner(args[1]), ...span };
		case "&&":
		case "||":
			return {
				kind: "logical",
				operator: op === "&&" ? "and" : "or",
				left: inner(args[0]),
				right: inner(args[1]),
				...span,
			};
		case "!_":
			return { kind: "not", operand: inner(args), ...span };
		case "-_":
			return { kind: "unary", operator: "-", operand: inner(args), ...span };
		case "?:":
			return {
				kind: "conditional",
				test: inner(args[0]),
				// biome-ignore lint/suspicious/noThenProperty: the name that the syntax tree has for it.
				then: inner(args[1]),
				otherwise: inner(args[2]),
				...span,
			};
		case "list":
			return { kind: "list", items: args.map(inner), ...span };
		case "map":
			return { kind: "map", entries: args.map(([key, value]) => [inner(key), inner(value)]), ...span };
		case "call":
			return translateCall(args[0], args[1].map(inner), span);
		case "rcall":
			return translateMethod(args[0], inner(args[1]), args[2], { names, span });
		default:
			return translateBinary(op, inner(args[0]), inner(args[1]), span);
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

function translateMethod(name: string, object: Expression, args: readonly ASTNode[], place: Place): Expression {
	const [first, second] = args;
	const { names, span } = place;
	if (name === "size") return filter("length", object, [], span);
	if (name === "contains" && first !== undefined) {
		return { kind: "compare", left: translate(first, names), rest: [{ operator: "in", right: object }], ...span };
	}
	if (first?.op === "id" && second !== undefined) {
		const body = [first.args, second] as const;
		if (MACROS.has(name)) return translateMacro(name, object, body, place);
		// Where all items pass, the filter gives the list itself.
		if (name === "filter") {
			const test = translateMacro("all", object, body, place);
			// biome-ignore lint/suspicious/noThenProperty: the name that the syntax tree has for it.
			return { kind: "conditional", test, then: object, otherwise: { kind: "list", items: [], ...span }, ...span };
		}
		if (name === "map" && args.length === 2) {
			return { kind: "list", items: [translateMacro("exists", object, body, place)], ...span };
		}
	}
	const method = Object.hasOwn(METHODS, name) ? METHODS[name] : name;
	const callee: Expression = { kind: "attribute", object, name: method ?? name, ...span };
	return { kind: "call", callee, args: args.map((one) => translate(one, names)), named: [], ...span };
}

/** `items.exists(i, i.ok)` as `items[0].ok`: one item that passes is enough; and `all` as the first one and the last. */
function translateMacro(
	name: string,
	object: Expression,
	[variable, body]: readonly [string, ASTNode],
	{ names, span }: Place,
): Expression {
	const at = (place: number): Expression => {
		const index: Expression = { kind: "literal", value: Math.abs(place), ...span };
		const shown: Expression = place < 0 ? { kind: "unary", operator: "-", operand: index, ...span } : index;
		const item: Expression = { kind: "subscript", object, index: shown, ...span };
		return translate(body, new Map([...names, [variable, item]]));
	};
	return name === "all" ? { kind: "logical", operator: "and", left: at(0), right: at(-1), ...span } : at(0);
}

function filter(name: string, input: Expression, args: readonly Expression[], span: Span): Expression {
	return { kind: "filter", name, input, args, named: [], ...span };
}

/** Something without a counterpart: it keeps what it reads, and has no inverse. */
function unknown(name: string, args: readonly Expression[], span: Span): Expression {
	const callee: Expression = { kind: "name", name, ...span };
	return { kind: "call", callee, args, named: [], ...span };
}
