/** Templates as closures over the scope (spec section 4). */
import { conditionAttribute, templateAttribute, templateSubscript } from "./access.ts";
import { compileExpression, type Door, type Evaluate } from "./compile-expression.ts";
import { compileBody, type Execute, Frame, LocalNames, UNSET } from "./compile-statements.ts";
import { Fault, locate, toExpressionError } from "./errors.ts";
import { bindFilter } from "./filters.ts";
import { callFunction, functionValue } from "./functions.ts";
import { beginEvaluation } from "./limits.ts";
import { compileLiquid } from "./liquid.ts";
import { callMethod } from "./methods.ts";
import { FUNCTION_NAMES } from "./names.ts";
import { toNative } from "./native.ts";
import type { Expression, TemplateNode } from "./nodes.ts";
import { pythonStr, toPythonJson } from "./printing.ts";
import { runTest } from "./template-tests.ts";
import { isList, isMapping, PyTuple, PyView, type Scope, Undefined } from "./values.ts";

/** `machine`: lists and mappings print as JSON, `fromjson` exists. `prompt`: plain Jinja, Python's own text. */
export type Finalize = "machine" | "prompt";

export interface CompileOptions {
	readonly finalize: Finalize;
}

function finalizeMachine(value: unknown): string {
	if ((isList(value) && !(value instanceof PyTuple || value instanceof PyView)) || isMapping(value))
		return toPythonJson(value);
	return pythonStr(value);
}

/**
 * Compiles a parsed template. Paths and literals give values as they are, Jinja and Liquid give text.
 *
 * @param text The template as written, for errors.
 * @returns A closure that throws nothing but `ExpressionError`.
 */
export function compileTemplate(node: TemplateNode, text: string, options: CompileOptions): (scope: Scope) => unknown {
	switch (node.kind) {
		case "literal":
			return () => node.text;
		case "path":
			return compilePath(node.root, node.keys);
		case "liquid":
			return compileLiquid(node.text);
		case "jinja":
			break;
	}
	const names = new LocalNames();
	const body = compileBody(node.body, {
		names,
		door: templateDoor(names, options.finalize),
		print: options.finalize === "machine" ? finalizeMachine : pythonStr,
	});
	return (scope) => renderBody(body, scope, names.size, text);
}

function renderBody(body: Execute, scope: Scope, slots: number, text: string): string {
	beginEvaluation();
	const frame = new Frame(scope, slots);
	try {
		body(frame);
		return frame.out;
	} catch (error) {
		throw toExpressionError(error, text);
	}
}

/**
 * Compiles a template whose value keeps its type: one that is exactly `{{ expr }}` gives the expression's own value
 * (decisions: foreach).
 */
export function compileValue(
	node: TemplateNode,
	text: string,
	options: CompileOptions = { finalize: "machine" },
): (scope: Scope) => unknown {
	const [only, ...others] = node.kind === "jinja" ? node.body : [];
	if (only?.kind !== "print" || others.length > 0) return compileTemplate(node, text, options);
	const evaluate = compileExpression(only.expression, templateDoor(new LocalNames(), options.finalize));
	const isPath = isDataPath(only.expression);
	return (scope) => {
		beginEvaluation();
		try {
			const value = evaluate(new Frame(scope, 0));
			if (value instanceof Undefined) return null;
			return isPath ? value : toNative(value);
		} catch (error) {
			throw toExpressionError(error, text);
		}
	};
}

/** Whether the value is the user's own, so that it holds nothing of the engine's. */
function isDataPath(node: Expression): boolean {
	return node.kind === "name" || ((node.kind === "attribute" || node.kind === "subscript") && isDataPath(node.object));
}

function compilePath(root: string, keys: readonly string[]): (scope: Scope) => unknown {
	return (scope) => {
		let value = conditionAttribute(scope, root);
		for (const key of keys) {
			if (value === null) return null;
			value = conditionAttribute(value, key);
		}
		return value;
	};
}

/** Filters whose result Jinja takes as markup, which `e` leaves alone. */
const ESCAPED = new Set(["e", "escape", "forceescape", "safe", "tojson", "xmlattr"]);
const ESCAPES = new Set(["e", "escape"]);

/** What names, calls, filters and tests mean in a template. */
function templateDoor(names: LocalNames, finalize: Finalize): Door<Frame> {
	const door: Door<Frame> = {
		name: (node) => compileName(node.name, names),
		attribute: (object, node) => (frame) => {
			const value = object(frame);
			try {
				return templateAttribute(value, node.name);
			} catch (error) {
				throw locate(error, node);
			}
		},
		subscript: templateSubscript,
		logicalGivesBoolean: false,
		call: (node) => {
			const args = node.args.map((one) => compileExpression(one, door));
			const named = node.named.map(([name, value]) => [name, compileExpression(value, door)] as const);
			const { callee } = node;
			const object = compileExpression(callee.kind === "attribute" ? callee.object : callee, door);
			return (frame) => {
				const target = object(frame);
				const values = args.map((one) => one(frame));
				const words = new Map(named.map(([name, value]) => [name, value(frame)] as const));
				try {
					if (callee.kind === "attribute") return callMethod(target, callee.name, values, words);
					return callFunction(target, values, words);
				} catch (error) {
					throw locate(error, node);
				}
			};
		},
		filter: (node) => {
			if (node.name === "fromjson" && finalize === "prompt") {
				return () => {
					throw locate(new Fault("a prompt has no filter `fromjson`"), node);
				};
			}
			const input = compileExpression(node.input, door);
			if (ESCAPES.has(node.name) && node.input.kind === "filter" && ESCAPED.has(node.input.name)) return input;
			const run = bindFilter(
				node,
				node.args.map((one) => compileExpression(one, door)),
				node.named.map(([name, value]) => [name, compileExpression(value, door)] as const),
			);
			return (frame) => {
				const value = input(frame);
				try {
					return run(value, frame);
				} catch (error) {
					throw locate(error, node);
				}
			};
		},
		test: (node) => {
			const input = compileExpression(node.input, door);
			const args = node.args.map((one) => compileExpression(one, door));
			return (frame) => {
				const value = input(frame);
				const values = args.map((one) => one(frame));
				try {
					return runTest(node.name, value, values) !== node.negated;
				} catch (error) {
					throw locate(error, node);
				}
			};
		},
	};
	return door;
}

/** A local variable where one is set, else a variable of the scope, else a function, else undefined. */
function compileName(name: string, names: LocalNames): Evaluate<Frame> {
	const slots = names.candidates(name);
	const missing = FUNCTION_NAMES.has(name) ? functionValue(name) : new Undefined(`there is no variable \`${name}\``);
	const outer: Evaluate<Frame> = ({ scope }) => {
		const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
		return value === undefined ? missing : value;
	};
	const [first] = slots;
	if (first === undefined) return outer;
	return (frame) => {
		for (const slot of slots) {
			const value = frame.locals[slot];
			if (value !== UNSET) return value;
		}
		return outer(frame);
	};
}
