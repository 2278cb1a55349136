/** Evaluates parts of conditions and templates with the real compiler, so that candidates are judged and not guessed. */
import {
	compileCondition,
	compileValue,
	type Expression,
	ExpressionError,
} from "../../../compiler/expression/index.ts";

/** Where an expression stands: the two differ in missing values and in `and`/`or` (docs/expressions.md). */
export type Door = "condition" | "template";

export type Scope = Readonly<Record<string, unknown>>;

/** What an evaluation gave; `failed` where it threw. */
export type Evaluated = { readonly failed: false; readonly value: unknown } | { readonly failed: true };

const FAILED: Evaluated = { failed: true };
const compiled: Readonly<Record<Door, WeakMap<Expression, (scope: Scope) => unknown>>> = {
	condition: new WeakMap(),
	template: new WeakMap(),
};

/** The value of `node`, as it is inside a condition or a template. */
export function evaluate(node: Expression, door: Door, scope: Scope): Evaluated {
	let run = compiled[door].get(node);
	if (run === undefined) {
		run = compileAt(node, door);
		compiled[door].set(node, run);
	}
	return attempt(run, scope);
}

/** Runs a compiled condition or template; its failure is an answer here. */
export function attempt(run: (scope: Scope) => unknown, scope: Scope): Evaluated {
	// Many candidates fail, nobody reads their errors' stacks, and making those is most of the time.
	const depth = Error.stackTraceLimit;
	Error.stackTraceLimit = 0;
	try {
		return { failed: false, value: run(scope) };
	} catch (error) {
		if (error instanceof ExpressionError) return FAILED;
		throw error;
	} finally {
		Error.stackTraceLimit = depth;
	}
}

function compileAt(node: Expression, door: Door): (scope: Scope) => unknown {
	if (door === "condition") return compileCondition({ kind: "simple", expression: node }, "");
	const { start, end } = node;
	return compileValue({ kind: "jinja", body: [{ kind: "print", expression: node, start, end }] }, "");
}
