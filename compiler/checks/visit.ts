/** Walks expressions and templates: every node once, parents before children. */
import type { Expression, Statement, TemplateNode } from "../expression/nodes.ts";

/** The expressions directly inside one. */
export function childrenOf(node: Expression): readonly Expression[] {
	switch (node.kind) {
		case "literal":
		case "name":
			return [];
		case "attribute":
			return [node.object];
		case "subscript":
			return [node.object, node.index];
		case "slice":
			return [node.object, node.from, node.to, node.step].filter((one) => one !== null);
		case "not":
		case "unary":
			return [node.operand];
		case "binary":
		case "logical":
			return [node.left, node.right];
		case "compare":
			return [node.left, ...node.rest.map(({ right }) => right)];
		case "conditional":
			return [node.test, node.then, node.otherwise].filter((one) => one !== null);
		case "list":
			return node.items;
		case "map":
			return node.entries.flat();
		case "call":
			return [node.callee, ...node.args, ...node.named.map(([, value]) => value)];
		case "filter":
			return [node.input, ...node.args, ...node.named.map(([, value]) => value)];
		case "test":
			return [node.input, ...node.args];
	}
}

/** The outermost expressions of a template, and whether each is tested for truth there. */
export function* expressionsOf(
	node: TemplateNode,
): Generator<{ readonly expression: Expression; readonly tested: boolean }> {
	if (node.kind === "jinja") yield* inStatements(node.body);
}

function* inStatements(
	body: readonly Statement[],
): Generator<{ readonly expression: Expression; readonly tested: boolean }> {
	for (const statement of body) {
		switch (statement.kind) {
			case "print":
				yield { expression: statement.expression, tested: false };
				break;
			case "if":
				for (const branch of statement.branches) {
					yield { expression: branch.test, tested: true };
					yield* inStatements(branch.body);
				}
				yield* inStatements(statement.otherwise ?? []);
				break;
			case "for":
				yield { expression: statement.iterable, tested: false };
				if (statement.filter !== null) yield { expression: statement.filter, tested: true };
				yield* inStatements(statement.body);
				yield* inStatements(statement.otherwise ?? []);
				break;
			case "set":
				yield { expression: statement.value, tested: false };
				break;
			case "set-block":
				if (statement.filter !== undefined) yield { expression: statement.filter, tested: false };
				yield* inStatements(statement.body);
				break;
			case "with":
				for (const [, expression] of statement.bindings) yield { expression, tested: false };
				yield* inStatements(statement.body);
				break;
			case "filter-block":
				yield { expression: statement.filter, tested: false };
				yield* inStatements(statement.body);
				break;
		}
	}
}

/** `context.a.b` as `["context", "a", "b"]`; undefined for anything but names and constant keys. */
export function pathOf(node: Expression): readonly string[] | undefined {
	if (node.kind === "name") return [node.name];
	if (node.kind === "attribute") {
		const object = pathOf(node.object);
		return object && [...object, node.name];
	}
	if (node.kind === "subscript" && node.index.kind === "literal" && typeof node.index.value === "string") {
		const object = pathOf(node.object);
		return object && [...object, node.index.value];
	}
	return undefined;
}

/** The expression of a template that is nothing but `{{ expression }}`. */
export function soleExpression(node: TemplateNode): Expression | undefined {
	if (node.kind !== "jinja") return undefined;
	const parts = node.body.filter((part) => part.kind !== "text" || part.text.trim() !== "");
	const only = parts[0];
	return parts.length === 1 && only?.kind === "print" ? only.expression : undefined;
}
