/** Changes the text of a condition or of a template in one place: comparisons, `and` and `or`, `not`, constants. */
import { constantOf, parseCondition, parseTemplate } from "../../compiler/expression/index.ts";
import type { Expression, Statement } from "../../compiler/expression/nodes.ts";

export interface TextMutant {
	readonly kind: "comparison" | "logic" | "negation" | "constant";
	readonly text: string;
}

const flipped: Readonly<Record<string, string>> = {
	"<": "<=",
	"<=": "<",
	">": ">=",
	">=": ">",
	"==": "!=",
	"!=": "==",
	in: "not in",
	"not in": "in",
	is: "is not",
	"is not": "is",
};

/** Mutants of a condition of the simple engine. */
export function conditionMutants(text: string): readonly TextMutant[] {
	const node = parseCondition(text, "simple");
	if (node.kind !== "simple" || node.expression === null) return [];
	const { expression } = node;
	const mutants = expressionMutants(text, expression);
	const negated: TextMutant = { kind: "negation", text: `not (${text.trim()})` };
	return unique(text, isNegatedBySome(expression) ? mutants : [negated, ...mutants]);
}

/** Whether a flipped operator gives the negation already. */
function isNegatedBySome(node: Expression): boolean {
	if (node.kind === "not") return true;
	return node.kind === "compare" && node.rest.length === 1 && !/[<>]/.test(node.rest[0]?.operator ?? "");
}

/** Mutants of a template, whose text around expressions stays. */
export function templateMutants(text: string, engine: "jinja" | "liquid"): readonly TextMutant[] {
	const node = parseTemplate(text, { engine, roots: ["context", "input", "output"] });
	return node.kind === "jinja"
		? unique(
				text,
				node.body.flatMap((statement) => statementMutants(text, statement)),
			)
		: [];
}

function statementMutants(text: string, statement: Statement): readonly TextMutant[] {
	const all = (body: readonly Statement[] | null) => (body ?? []).flatMap((inner) => statementMutants(text, inner));
	switch (statement.kind) {
		case "print":
			return expressionMutants(text, statement.expression);
		case "if":
			return [
				...statement.branches.flatMap(({ test, body }) => [...expressionMutants(text, test), ...all(body)]),
				...all(statement.otherwise),
			];
		case "for":
			return [...expressionMutants(text, statement.iterable), ...all(statement.body), ...all(statement.otherwise)];
		case "set":
			return expressionMutants(text, statement.value);
		default:
			return [];
	}
}

function expressionMutants(text: string, node: Expression): readonly TextMutant[] {
	const replace = (kind: TextMutant["kind"], start: number, end: number, by: string): TextMutant => ({
		kind,
		text: text.slice(0, start) + by + text.slice(end),
	});
	const constant = constantOf(node);
	if (constant && node.kind !== "list") {
		return otherConstants(constant.value).map((by) => replace("constant", node.start, node.end, by));
	}
	const inside = partsOf(node).flatMap((part) => expressionMutants(text, part));
	switch (node.kind) {
		case "compare": {
			let left = node.left;
			const flips = node.rest.flatMap(({ operator, right }) => {
				const at = operatorPlace(text, left.end, right.start, operator);
				left = right;
				return at ? [replace("comparison", at.start, at.end, flipped[operator] ?? operator)] : [];
			});
			return [...flips, ...inside];
		}
		case "logical": {
			const at = operatorPlace(text, node.left.end, node.right.start, node.operator);
			const other = node.operator === "and" ? "or" : "and";
			return [...(at ? [replace("logic", at.start, at.end, other)] : []), ...inside];
		}
		case "not":
			return [replace("negation", node.start, node.operand.start, ""), ...inside];
		default:
			return inside;
	}
}

function partsOf(node: Expression): readonly Expression[] {
	switch (node.kind) {
		case "attribute":
			return [node.object];
		case "subscript":
			return [node.object, node.index];
		case "slice":
			return [node.object, ...[node.from, node.to, node.step].flatMap((part) => part ?? [])];
		case "not":
		case "unary":
			return [node.operand];
		case "binary":
		case "logical":
			return [node.left, node.right];
		case "compare":
			return [node.left, ...node.rest.map(({ right }) => right)];
		case "conditional":
			return [node.then, node.test, ...(node.otherwise ? [node.otherwise] : [])];
		case "list":
			return node.items;
		case "map":
			return node.entries.map(([, value]) => value);
		case "call":
			return [node.callee, ...node.args, ...node.named.map(([, value]) => value)];
		case "filter":
			return [node.input, ...node.args, ...node.named.map(([, value]) => value)];
		case "test":
			return [node.input, ...node.args];
		default:
			return [];
	}
}

/** Where an operator stands between its operands, beside parentheses. */
function operatorPlace(text: string, from: number, to: number, operator: string) {
	const words = operator.split(" ").map((word) => word.replace(/[<>=!]/g, "\\$&"));
	const match = new RegExp(words.join("\\s+")).exec(text.slice(from, to));
	return match && { start: from + match.index, end: from + match.index + match[0].length };
}

/** Other values of one type, as they are written in an expression. */
function otherConstants(value: unknown): readonly string[] {
	switch (typeof value) {
		case "number":
			return [String(value + 1), String(value - 1)];
		case "string":
			return [JSON.stringify(`${value}~`)];
		case "boolean":
			return [value ? "false" : "true"];
		default:
			return [];
	}
}

function unique(text: string, mutants: readonly TextMutant[]): readonly TextMutant[] {
	const seen = new Set([text]);
	return mutants.filter((mutant) => !seen.has(mutant.text) && seen.add(mutant.text));
}
