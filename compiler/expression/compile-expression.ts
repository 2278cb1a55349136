/** Turns an expression's nodes into closures; the door says what names, missing keys and calls mean. */
import { slice } from "./access.ts";
import { add, divide, floorDivide, modulo, multiply, negate, positive, power, subtract } from "./arithmetic.ts";
import { isSame } from "./characters.ts";
import { locate } from "./errors.ts";
import { markLocal } from "./limits.ts";
import type { BinaryOperator, CompareOperator, Expression, Span } from "./nodes.ts";
import { contains, greater, greaterOrEqual, less, lessOrEqual, pythonEquals, truthy } from "./operators.ts";
import { pythonStr } from "./printing.ts";
import { mapKey, PyFloat, tuple, Undefined } from "./values.ts";

export type Evaluate<S> = (state: S) => unknown;

type NodeOf<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

/** What differs between conditions and templates. `S` is what an evaluation carries along. */
export interface Door<S> {
	name(node: NodeOf<"name">): Evaluate<S>;
	attribute(object: Evaluate<S>, node: NodeOf<"attribute">): Evaluate<S>;
	subscript(object: unknown, index: unknown): unknown;
	/** Whether `and` and `or` give booleans, as in conditions, or one of their operands. */
	readonly logicalGivesBoolean: boolean;
	call(node: NodeOf<"call">): Evaluate<S>;
	filter(node: NodeOf<"filter">): Evaluate<S>;
	test(node: NodeOf<"test">): Evaluate<S>;
}

/** Runs an operation on two values and gives its failure the node's place. */
function at<S>(
	span: Span,
	left: Evaluate<S>,
	right: Evaluate<S>,
	operate: (left: unknown, right: unknown) => unknown,
): Evaluate<S> {
	return (state) => {
		const one = left(state);
		const other = right(state);
		try {
			return operate(one, other);
		} catch (error) {
			throw locate(error, span);
		}
	};
}

function attempt(span: Span, operate: (l: unknown, r: unknown) => boolean, left: unknown, right: unknown): boolean {
	try {
		return operate(left, right);
	} catch (error) {
		throw locate(error, span);
	}
}

/** Compiles one expression. */
export function compileExpression<S>(node: Expression, door: Door<S>): Evaluate<S> {
	const compile = (child: Expression): Evaluate<S> => compileExpression(child, door);
	switch (node.kind) {
		case "literal": {
			const value = node.float === true && Number.isInteger(node.value) ? new PyFloat(Number(node.value)) : node.value;
			return () => value;
		}
		case "name":
			return door.name(node);
		case "attribute":
			return door.attribute(compile(node.object), node);
		case "subscript":
			return at(node, compile(node.object), compile(node.index), door.subscript);
		case "slice":
			return compileSlice(node, compile);
		case "not": {
			const operand = compile(node.operand);
			return (state) => !truthy(operand(state));
		}
		case "unary": {
			const operand = compile(node.operand);
			const operate = node.operator === "-" ? negate : positive;
			return at(node, operand, () => null, operate);
		}
		case "binary":
			return compileBinary(node, node.operator, compile(node.left), compile(node.right));
		case "logical":
			return compileLogical(node.operator, compile(node.left), compile(node.right), door.logicalGivesBoolean);
		case "compare":
			return compileComparison(node, compile);
		case "conditional": {
			const test = compile(node.test);
			const then = compile(node.then);
			const otherwise = node.otherwise === null ? null : compile(node.otherwise);
			const nothing = new Undefined("the condition is false and there is no `else`");
			return (state) => (truthy(test(state)) ? then(state) : otherwise === null ? nothing : otherwise(state));
		}
		case "list": {
			const items = node.items.map(compile);
			if (node.tuple === true) return (state) => tuple(...items.map((item) => item(state)));
			return (state) => markLocal(items.map((item) => item(state)));
		}
		case "map": {
			const entries = node.entries.map(([key, value]) => [compile(key), compile(value)] as const);
			return (state) => {
				const map = new Map<unknown, unknown>();
				for (const [key, value] of entries) {
					const name = key(state);
					try {
						map.set(mapKey(name), value(state));
					} catch (error) {
						throw locate(error, node);
					}
				}
				return map;
			};
		}
		case "call":
			return door.call(node);
		case "filter":
			return door.filter(node);
		case "test":
			return door.test(node);
	}
}

function compileSlice<S>(node: NodeOf<"slice">, compile: (child: Expression) => Evaluate<S>): Evaluate<S> {
	const object = compile(node.object);
	const [from, to, step] = [node.from, node.to, node.step].map((part) => (part === null ? () => null : compile(part)));
	return (state) => {
		const sliced = object(state);
		const ends = [from?.(state), to?.(state), step?.(state)] as const;
		try {
			return slice(sliced, ...ends);
		} catch (error) {
			throw locate(error, node);
		}
	};
}

const OPERATIONS: Readonly<Record<BinaryOperator, (left: unknown, right: unknown) => unknown>> = {
	"+": add,
	"-": subtract,
	"*": multiply,
	"/": divide,
	"//": floorDivide,
	"%": modulo,
	"**": power,
	"~": (left, right) => add(pythonStr(left), pythonStr(right)),
};

function compileBinary<S>(span: Span, operator: BinaryOperator, left: Evaluate<S>, right: Evaluate<S>): Evaluate<S> {
	return at(span, left, right, OPERATIONS[operator]);
}

function compileLogical<S>(
	operator: "and" | "or",
	left: Evaluate<S>,
	right: Evaluate<S>,
	givesBoolean: boolean,
): Evaluate<S> {
	if (givesBoolean) {
		if (operator === "and") return (state) => truthy(left(state)) && truthy(right(state));
		return (state) => truthy(left(state)) || truthy(right(state));
	}
	return (state) => {
		const value = left(state);
		return truthy(value) === (operator === "and") ? right(state) : value;
	};
}

function isIdentical(left: unknown, right: unknown): boolean {
	return left === right || (left === undefined && right === null);
}

const COMPARISONS: Readonly<Record<CompareOperator, (left: unknown, right: unknown) => boolean>> = {
	"==": pythonEquals,
	"!=": (left, right) => !pythonEquals(left, right),
	"<": less,
	"<=": lessOrEqual,
	">": greater,
	">=": greaterOrEqual,
	in: (left, right) => contains(right, left),
	"not in": (left, right) => !contains(right, left),
	is: isIdentical,
	"is not": (left, right) => !isIdentical(left, right),
};

function compileComparison<S>(node: NodeOf<"compare">, compile: (child: Expression) => Evaluate<S>): Evaluate<S> {
	const left = compile(node.left);
	const links = node.rest.map(({ operator, right }) => ({ operate: COMPARISONS[operator], right: compile(right) }));
	const only = node.rest.length === 1 ? node.rest[0] : undefined;
	if (only !== undefined) return compileOne(node, only.operator, left, compile(only.right));
	return (state) => {
		let value = left(state);
		for (const { operate, right } of links) {
			const next = right(state);
			if (!attempt(node, operate, value, next)) return false;
			value = next;
		}
		return true;
	};
}

/** Whether two values that are not identical differ for certain: a text or null equals only itself. */
function isPlainlyUnequal(left: unknown, right: unknown): boolean {
	return left === null || right === null || typeof left === "string" || typeof right === "string";
}

/** One comparison, with a short way for numbers. */
function compileOne<S>(span: Span, operator: CompareOperator, left: Evaluate<S>, right: Evaluate<S>): Evaluate<S> {
	const slow = COMPARISONS[operator];
	switch (operator) {
		case "<":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return typeof one === "number" && typeof other === "number" ? one < other : attempt(span, slow, one, other);
			};
		case "<=":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return typeof one === "number" && typeof other === "number" ? one <= other : attempt(span, slow, one, other);
			};
		case ">":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return typeof one === "number" && typeof other === "number" ? one > other : attempt(span, slow, one, other);
			};
		case ">=":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return typeof one === "number" && typeof other === "number" ? one >= other : attempt(span, slow, one, other);
			};
		case "==":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return isSame(one, other) || (!isPlainlyUnequal(one, other) && attempt(span, slow, one, other));
			};
		case "!=":
			return (state) => {
				const one = left(state);
				const other = right(state);
				return !isSame(one, other) && (isPlainlyUnequal(one, other) || attempt(span, slow, one, other));
			};
		default:
			return at(span, left, right, slow);
	}
}
