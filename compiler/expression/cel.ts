/** CEL conditions, by the CEL library, which is loaded when the first one is met (decisions: expression_engine). */
import { createRequire } from "node:module";
import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { ExpressionError, ExpressionSyntaxError } from "./errors.ts";
import type { Span } from "./nodes.ts";
import { isTimeOver, TIME_LIMIT, withTimeLimit } from "./time-limit.ts";
import { isList, isObject, type Scope } from "./values.ts";

/** A variable and the constant keys behind it, as CEL's syntax tree has them. */
export interface CelReference extends Span {
	readonly path: readonly string[];
	/** Whether it stands in `has()`. */
	readonly optional: boolean;
}

/** The part of the scope that an expression reads: `null` = all of it, else its keys. */
type Reads = Map<string, Reads> | null;

interface Read {
	readonly references: readonly CelReference[];
	/** Whether a macro goes through a list or a regular expression is matched, so that time must be watched. */
	readonly isUnbounded: boolean;
}

const UNBOUNDED = new Set(["matches", "all", "exists", "exists_one", "map", "filter"]);

let loaded: Environment | null = null;

function environment(): Environment {
	if (loaded !== null) return loaded;
	const library: typeof import("@marcbachmann/cel-js") = createRequire(import.meta.url)("@marcbachmann/cel-js");
	const made = new library.Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
	// JSON does not tell 1 from 1.0, so ints and doubles may be mixed.
	const mixed: readonly (readonly [string, (left: number, right: number) => number])[] = [
		["+", (left, right) => left + right],
		["-", (left, right) => left - right],
		["*", (left, right) => left * right],
		["/", (left, right) => left / right],
	];
	for (const [operator, operate] of mixed) {
		const handler = (left: unknown, right: unknown) => operate(Number(left), Number(right));
		made.registerOperator(`int ${operator} double`, handler);
		made.registerOperator(`double ${operator} int`, handler);
	}
	loaded = made;
	return made;
}

function spanOf(error: unknown, text: string): Span {
	if (typeof error === "object" && error !== null && "range" in error) {
		const { range } = error;
		if (typeof range === "object" && range !== null && "start" in range && "end" in range) {
			return { start: Number(range.start), end: Number(range.end) };
		}
	}
	return { start: 0, end: text.length };
}

function messageOf(error: unknown): string {
	if (isTimeOver(error)) return `it takes longer than ${TIME_LIMIT} ms`;
	const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
	return message;
}

function parse(text: string): ReturnType<Environment["parse"]> {
	try {
		return environment().parse(text);
	} catch (error) {
		throw new ExpressionSyntaxError(
			`the CEL expression is wrong: ${messageOf(error)}`,
			spanOf(error, text),
			undefined,
			{
				cause: error,
			},
		);
	}
}

/** Checks a CEL condition. @throws ExpressionSyntaxError with offsets into `text`. */
export function parseCel(text: string): void {
	if (text.trim() !== "") parse(text);
}

/** The library's syntax tree of a condition that compiles; null where it is blank. @throws ExpressionSyntaxError */
export function celSyntax(text: string): ASTNode | null {
	return text.trim() === "" ? null : parse(text).ast;
}

/** Variables that the condition reads. */
export function celReferences(text: string): CelReference[] {
	return text.trim() === "" ? [] : [...read(parse(text).ast).references];
}

/**
 * Compiles a CEL condition (spec section 5.2). Whole numbers go in as ints; only what the text reads is converted.
 *
 * @returns A closure that throws nothing but `ExpressionError`.
 */
export function compileCel(text: string): (scope: Scope) => unknown {
	if (text.trim() === "") return () => true;
	const program = parse(text);
	const { references, isUnbounded } = read(program.ast);
	const reads = readsOf(references);
	return (scope) => {
		try {
			const run = () => fromCel(program(toCel(scope, reads, 0)), 0);
			return isUnbounded ? withTimeLimit(run) : run();
		} catch (error) {
			const message = `the CEL expression failed: ${messageOf(error)}`;
			throw new ExpressionError(message, text, spanOf(error, text), { cause: error });
		}
	};
}

function readsOf(references: readonly CelReference[]): Reads {
	const root: Map<string, Reads> = new Map();
	for (const { path } of references) {
		let level: Map<string, Reads> = root;
		for (const [index, key] of path.entries()) {
			const below: Reads | undefined = level.get(key);
			if (index === path.length - 1 || below === null) {
				level.set(key, null);
				break;
			}
			const next: Map<string, Reads> = below ?? new Map();
			level.set(key, next);
			level = next;
		}
	}
	return root;
}

const MAX_DEPTH = 500;

/** The parts that are read, with whole numbers as CEL's ints; maps without prototypes. */
function toCel(value: unknown, reads: Reads, depth: number): Record<string, unknown> {
	const made: Record<string, unknown> = Object.create(null);
	if (!isObject(value)) return made;
	for (const key of reads === null ? Object.keys(value) : reads.keys()) {
		if (!Object.hasOwn(value, key) || value[key] === undefined) continue;
		made[key] = convert(value[key], reads === null ? null : (reads.get(key) ?? null), depth + 1);
	}
	return made;
}

function convert(value: unknown, reads: Reads, depth: number): unknown {
	if (depth > MAX_DEPTH) throw new RangeError("the data is nested too deeply");
	if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
	if (isList(value)) return value.map((item) => convert(item, null, depth + 1));
	return isObject(value) ? toCel(value, reads, depth) : (value ?? null);
}

function fromCel(value: unknown, depth: number): unknown {
	if (typeof value === "bigint") return Number(value);
	if (depth > MAX_DEPTH) throw new RangeError("the value is nested too deeply");
	if (isList(value)) return value.map((item) => fromCel(item, depth + 1));
	if (isObject(value) && (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item, depth + 1)]));
	}
	return value;
}

function isNode(value: unknown): value is ASTNode {
	return typeof value === "object" && value !== null && "op" in value && "args" in value && "start" in value;
}

/** Walks the tree. Variables of macros are told apart only by name: `x` of `l.all(x, …)` reads nothing of the scope. */
function read(ast: ASTNode): Read {
	const references: CelReference[] = [];
	let isUnbounded = false;
	const visit = (node: ASTNode, locals: ReadonlySet<string>, optional: boolean): void => {
		const path = pathOf(node);
		if (path !== null) {
			const [root = ""] = path;
			if (!locals.has(root)) references.push({ path, start: node.start, end: node.end, optional });
			return;
		}
		let inner = locals;
		const { op, args } = node;
		const name = op === "call" || op === "rcall" ? args[0] : "";
		if (UNBOUNDED.has(name)) {
			isUnbounded = true;
			const variable = op === "rcall" ? args[2][0] : undefined;
			if (variable?.op === "id" && name !== "matches") inner = new Set([...locals, variable.args]);
		}
		for (const child of childrenOf(args)) visit(child, inner, optional || name === "has");
	};
	visit(ast, new Set(), false);
	return { references: references.sort((one, other) => one.start - other.start), isUnbounded };
}

function childrenOf(value: unknown): ASTNode[] {
	if (isNode(value)) return [value];
	return Array.isArray(value) ? value.flatMap(childrenOf) : [];
}

function pathOf(node: ASTNode): readonly string[] | null {
	if (node.op === "id") return [node.args];
	if (node.op === "." || node.op === ".?") {
		const before = pathOf(node.args[0]);
		return before === null ? null : [...before, node.args[1]];
	}
	if (node.op === "[]" && node.args[1].op === "value" && typeof node.args[1].args === "string") {
		const before = pathOf(node.args[0]);
		return before === null ? null : [...before, node.args[1].args];
	}
	return null;
}
