/** Proposes what makes an expression give a certain value: its inverse, as far as it has a simple one. */
import type { Expression } from "../../../compiler/expression/nodes.ts";
import { type Assignment, distinct, identical, NOTHING, product, setting } from "./assignments.ts";
import { invertCall } from "./invert-call.ts";
import { invertFilter } from "./invert-filter.ts";
import { expressionPath, setAt } from "./paths.ts";
import { hasFree, propose, settingOf, type Unknowns, valueNow } from "./propose.ts";

/** Proposals for `node` to give `value`. */
export function invert(node: Expression, value: unknown, unknowns: Unknowns): Assignment[] {
	if (!hasFree(node, unknowns)) {
		const now = valueNow(node, unknowns);
		return !now.failed && identical(now.value, value) ? [NOTHING] : [];
	}
	switch (node.kind) {
		case "name":
		case "attribute":
			return invertPlace(node, value, unknowns);
		case "subscript":
			return invertSubscript(node, value, unknowns);
		case "slice":
			return invert(node.object, value, unknowns);
		case "not":
		case "compare":
		case "test":
			return typeof value === "boolean" ? propose(node, value, unknowns) : [];
		case "unary":
			return typeof value === "number" ? invert(node.operand, node.operator === "-" ? 0 - value : value, unknowns) : [];
		case "binary":
			return invertBinary(node, value, unknowns);
		case "logical":
			return invertLogical(node, value, unknowns);
		case "conditional":
			return distinct([
				...product(propose(node.test, true, unknowns), invert(node.then, value, unknowns)),
				...product(
					propose(node.test, false, unknowns),
					node.otherwise === null ? (value === null ? [NOTHING] : []) : invert(node.otherwise, value, unknowns),
				),
			]);
		case "list":
			if (!Array.isArray(value) || value.length !== node.items.length) return [];
			return node.items.reduce<Assignment[]>(
				(all, item, index) => product(all, invert(item, value[index], unknowns)),
				[NOTHING],
			);
		case "filter":
			return invertFilter(node, value, unknowns);
		case "call":
			return invertCall(node, value, unknowns);
		default:
			return [];
	}
}

/** A place, or an attribute of something that is not one. */
function invertPlace(node: Expression, value: unknown, unknowns: Unknowns): Assignment[] {
	const own = settingOf(node, value, unknowns);
	if (own.length > 0 || node.kind !== "attribute") return own;
	return invert(node.object, { [node.name]: value }, unknowns);
}

function invertSubscript(
	node: Extract<Expression, { kind: "subscript" }>,
	value: unknown,
	unknowns: Unknowns,
): Assignment[] {
	const index = valueNow(node.index, unknowns);
	if (index.failed || (typeof index.value !== "string" && typeof index.value !== "number")) return [];
	const place = index.value;
	const now = valueNow(node.object, unknowns);
	const isText = !now.failed && typeof now.value === "string";
	if (typeof place === "number" && isText) {
		// A character of a text cannot be set alone.
		const character = typeof value === "string" ? value : "";
		return invert(node.object, character.padStart(place < 0 ? 1 : place + 1, "x"), unknowns);
	}
	const pieces = !now.failed && Array.isArray(now.value) && isSplit(node.object) ? now.value : undefined;
	// A piece of a text: the others stay.
	if (pieces !== undefined) return invert(node.object, setAt(pieces, [place], value), unknowns);
	const at = expressionPath(node.object);
	if (at !== undefined && unknowns.isFree([...at, place])) return [setting([...at, place], value)];
	return invert(node.object, setAt(undefined, [place], value), unknowns);
}

function isSplit(node: Expression): boolean {
	return node.kind === "call" && node.callee.kind === "attribute" && node.callee.name === "split";
}

function invertLogical(
	node: Extract<Expression, { kind: "logical" }>,
	value: unknown,
	unknowns: Unknowns,
): Assignment[] {
	if (unknowns.door === "condition") return typeof value === "boolean" ? propose(node, value, unknowns) : [];
	const isOr = node.operator === "or";
	return distinct([
		...invert(node.left, value, unknowns),
		...product(propose(node.left, !isOr, unknowns), invert(node.right, value, unknowns)),
	]);
}

function invertBinary(node: Extract<Expression, { kind: "binary" }>, value: unknown, unknowns: Unknowns): Assignment[] {
	const proposals: Assignment[] = [];
	const { operator, left, right } = node;
	const [leftNow, rightNow] = [valueNow(left, unknowns), valueNow(right, unknowns)];
	if (hasFree(left, unknowns) && !rightNow.failed) {
		for (const one of leftsOf(operator, rightNow.value, value)) proposals.push(...invert(left, one, unknowns));
	}
	if (hasFree(right, unknowns) && !leftNow.failed) {
		for (const one of rightsOf(operator, leftNow.value, value)) proposals.push(...invert(right, one, unknowns));
	}
	if (proposals.length === 0 && typeof value === "number" && (operator === "+" || operator === "-")) {
		proposals.push(...product(invert(left, value, unknowns), invert(right, 0, unknowns)));
	}
	return distinct(proposals);
}

/** Values of `x` in `x operator known = result`. */
function leftsOf(operator: string, known: unknown, result: unknown): readonly unknown[] {
	if (operator === "~" || (operator === "+" && typeof result === "string")) return withoutEnd(result, known);
	if (operator === "+" && Array.isArray(result) && Array.isArray(known)) {
		return [result.slice(0, Math.max(0, result.length - known.length))];
	}
	if (typeof known !== "number" || typeof result !== "number") return [];
	switch (operator) {
		case "+":
			return [result - known];
		case "-":
			return [result + known];
		case "*":
			return known === 0 ? [] : [result / known, Math.ceil(result / known), Math.floor(result / known)];
		case "/":
			return [result * known];
		case "//":
			return [result * known];
		case "%":
			return [result, result + known];
		case "**":
			return known === 0 ? [] : [result ** (1 / known)];
		default:
			return [];
	}
}

/** Values of `x` in `known operator x = result`. */
function rightsOf(operator: string, known: unknown, result: unknown): readonly unknown[] {
	if (operator === "~" || (operator === "+" && typeof result === "string")) return withoutStart(result, known);
	if (operator === "+" && Array.isArray(result) && Array.isArray(known)) return [result.slice(known.length)];
	if (typeof known !== "number" || typeof result !== "number") return [];
	switch (operator) {
		case "+":
			return [result - known];
		case "-":
			return [known - result];
		case "*":
			return known === 0 ? [] : [result / known, Math.ceil(result / known), Math.floor(result / known)];
		case "/":
			return result === 0 ? [] : [known / result];
		default:
			return [];
	}
}

/** What stands before `known` at the end of a text. */
function withoutEnd(result: unknown, known: unknown): readonly unknown[] {
	const [text, end] = [String(result), String(known)];
	return text.endsWith(end) ? [text.slice(0, text.length - end.length)] : [text];
}

function withoutStart(result: unknown, known: unknown): readonly unknown[] {
	const [text, start] = [String(result), String(known)];
	return text.startsWith(start) ? [text.slice(start.length)] : [text];
}
