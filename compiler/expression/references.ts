/** What an expression reads and whether it can fail, told without running it; for lints and type inference. */
import { celReferences } from "./cel.ts";
import { liquidReferences } from "./liquid.ts";
import type { ConditionNode, Expression, Span, Statement, TemplateNode } from "./nodes.ts";

/** A variable that is read, with the constant keys behind it. */
export interface Reference extends Span {
	/** The variable first, then attribute names and constant subscripts. */
	readonly path: readonly string[];
	/** Whether a missing value is provided for: `default`, `is defined`, the left of `or`, the test of an `if`. */
	readonly optional: boolean;
}

/** All variables that a condition or template reads, in text order; its own loop variables and `set` names are left out. */
export function references(node: ConditionNode | TemplateNode): Reference[] {
	switch (node.kind) {
		case "literal":
			return [];
		case "path":
			return [
				{ path: [node.root, ...node.keys], start: 0, end: [node.root, ...node.keys].join(".").length, optional: true },
			];
		case "liquid":
			return liquidReferences(node.text);
		case "cel":
			return celReferences(node.text);
		case "simple": {
			const found = new Collector();
			if (node.expression !== null) found.expression(node.expression, false);
			return found.references;
		}
		case "jinja": {
			const found = new Collector();
			found.statements(node.body);
			return found.references;
		}
	}
}

/** The constant value of an expression, or undefined when it is not constant. */
export function constantOf(node: Expression): { readonly value: unknown } | undefined {
	if (node.kind === "literal") return { value: node.value };
	if (node.kind === "unary" && node.operator === "-" && node.operand.kind === "literal") {
		return typeof node.operand.value === "number" ? { value: -node.operand.value } : undefined;
	}
	if (node.kind === "list") {
		const items = node.items.map(constantOf);
		return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined;
	}
	return undefined;
}

/** Whether a template is plain text that renders to itself, or a condition that reads no variable. */
export function isLiteral(node: ConditionNode | TemplateNode): boolean {
	switch (node.kind) {
		case "literal":
			return true;
		case "simple":
			return node.expression === null || constantOf(node.expression) !== undefined;
		case "jinja":
			return node.body.every((statement) => statement.kind === "text");
		case "cel":
			return node.text.trim() === "";
		case "path":
		case "liquid":
			return false;
	}
}

const ROOTS = new Set(["context", "input", "output"]);
const SAFE_COMPARISONS = new Set(["==", "!=", "is", "is not"]);

/** Whether evaluating a condition may throw. False is certain, given the variables `context`, `input` and `output`. */
export function mayThrow(node: ConditionNode): boolean {
	if (node.kind === "cel") return node.text.trim() !== "";
	return node.expression !== null && !isSafe(node.expression);
}

function isSafe(node: Expression): boolean {
	switch (node.kind) {
		case "literal":
			return true;
		case "name":
			return ROOTS.has(node.name);
		case "attribute":
			return isSafe(node.object);
		case "not":
			return isSafe(node.operand);
		case "logical":
			return isSafe(node.left) && isSafe(node.right);
		case "conditional":
			return isSafe(node.test) && isSafe(node.then) && (node.otherwise === null || isSafe(node.otherwise));
		case "list":
			return node.items.every(isSafe);
		case "unary":
			return node.operand.kind === "literal" && typeof node.operand.value === "number";
		case "compare":
			return (
				isSafe(node.left) &&
				node.rest.every(({ operator, right }) => {
					const isMembership = (operator === "in" || operator === "not in") && right.kind === "list";
					return isSafe(right) && (isMembership || SAFE_COMPARISONS.has(operator));
				})
			);
		default:
			return false;
	}
}

class Collector {
	readonly references: Reference[] = [];
	readonly #locals: Set<string>[] = [new Set()];

	statements(body: readonly Statement[]): void {
		for (const statement of body) this.#statement(statement);
	}

	/** @param optional whether a missing value is provided for. */
	expression(node: Expression, optional: boolean): void {
		const path = this.#path(node, optional);
		if (path !== null) {
			const [root = ""] = path;
			if (!this.#isLocal(root)) this.references.push({ path, start: node.start, end: node.end, optional });
			return;
		}
		switch (node.kind) {
			case "literal":
			case "name":
				return;
			case "attribute":
				this.expression(node.object, optional);
				return;
			case "subscript":
				this.expression(node.object, optional);
				this.expression(node.index, false);
				return;
			case "slice":
				this.expression(node.object, optional);
				for (const part of [node.from, node.to, node.step]) if (part !== null) this.expression(part, false);
				return;
			case "not":
				this.expression(node.operand, true);
				return;
			case "unary":
				this.expression(node.operand, false);
				return;
			case "binary":
				this.expression(node.left, false);
				this.expression(node.right, false);
				return;
			case "logical":
				this.expression(node.left, true);
				this.expression(node.right, optional);
				return;
			case "compare":
				this.expression(node.left, false);
				for (const { right } of node.rest) this.expression(right, false);
				return;
			case "conditional":
				this.expression(node.then, optional);
				this.expression(node.test, true);
				if (node.otherwise !== null) this.expression(node.otherwise, optional);
				return;
			case "list":
				for (const item of node.items) this.expression(item, false);
				return;
			case "map":
				for (const [key, value] of node.entries) {
					this.expression(key, false);
					this.expression(value, false);
				}
				return;
			case "call": {
				const { callee } = node;
				if (callee.kind === "attribute") this.expression(callee.object, false);
				this.#arguments(node.args, node.named);
				return;
			}
			case "filter":
				this.expression(node.input, optional || node.name === "default" || node.name === "d");
				this.#arguments(node.args, node.named);
				return;
			case "test":
				this.expression(node.input, optional || node.name === "defined" || node.name === "undefined");
				this.#arguments(node.args, []);
		}
	}

	#arguments(args: readonly Expression[], named: readonly (readonly [string, Expression])[]): void {
		for (const argument of args) this.expression(argument, false);
		for (const [, argument] of named) this.expression(argument, false);
	}

	/** The path of a chain of constant steps; other subscripts end it and are read on their own. */
	#path(node: Expression, optional: boolean): readonly string[] | null {
		if (node.kind === "name") return [node.name];
		if (node.kind === "attribute") {
			const before = this.#path(node.object, optional);
			return before === null ? null : [...before, node.name];
		}
		if (node.kind === "subscript" && node.index.kind === "literal") {
			const { value } = node.index;
			if (typeof value !== "string" && typeof value !== "number") return null;
			const before = this.#path(node.object, optional);
			return before === null ? null : [...before, String(value)];
		}
		return null;
	}

	#isLocal(name: string): boolean {
		return name.startsWith("{") || this.#locals.some((scope) => scope.has(name));
	}

	#declare(name: string): void {
		this.#locals.at(-1)?.add(name);
	}

	#scoped(names: readonly string[], body: readonly Statement[]): void {
		this.#locals.push(new Set(names));
		this.statements(body);
		this.#locals.pop();
	}

	#statement(node: Statement): void {
		switch (node.kind) {
			case "text":
			case "break":
			case "continue":
				return;
			case "print":
				this.expression(node.expression, false);
				return;
			case "if":
				for (const { test, body } of node.branches) {
					this.expression(test, true);
					this.statements(body);
				}
				if (node.otherwise !== null) this.statements(node.otherwise);
				return;
			case "for":
				this.expression(node.iterable, false);
				this.#locals.push(new Set([...node.targets]));
				if (node.filter !== null) this.expression(node.filter, true);
				this.#locals.pop();
				this.#scoped([...node.targets, "loop"], node.body);
				if (node.otherwise !== null) this.#scoped([], node.otherwise);
				return;
			case "set":
				this.expression(node.value, false);
				if (node.attribute === null) for (const target of node.targets) this.#declare(target);
				return;
			case "set-block":
				this.#scoped([], node.body);
				if (node.filter !== undefined) this.expression(node.filter, false);
				this.#declare(node.target);
				return;
			case "with":
				for (const [, value] of node.bindings) this.expression(value, false);
				this.#scoped(
					node.bindings.map((binding) => binding[0]),
					node.body,
				);
				return;
			case "filter-block":
				this.#scoped([], node.body);
				this.expression(node.filter, false);
				return;
		}
	}
}
