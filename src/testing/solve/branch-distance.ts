/** How far an expression is from being true or false: 0 where it is, small where little is missing (Korel's branch distance). */
import { type CompareOperator, type Expression, pythonEquals, truthy } from "../../../compiler/expression/index.ts";
import { type Door, evaluate, type Scope } from "./evaluate.ts";

/** Of values that cannot be compared, and of evaluations that fail. */
const FAR = 1000;

/** The distance of `node` from being what is wanted; 0 means that it is. */
export function branchDistance(node: Expression, wanted: boolean, door: Door, scope: Scope): number {
	const inner = (one: Expression, want: boolean): number => branchDistance(one, want, door, scope);
	switch (node.kind) {
		case "not":
			return inner(node.operand, !wanted);
		case "logical": {
			const [left, right] = [inner(node.left, wanted), inner(node.right, wanted)];
			// `and` is true where both are, `or` is false where both are not.
			return (node.operator === "and") === wanted ? left + right : Math.min(left, right);
		}
		case "conditional": {
			const otherwise = node.otherwise === null ? (wanted ? FAR : 0) : inner(node.otherwise, wanted);
			return Math.min(inner(node.test, true) + inner(node.then, wanted), inner(node.test, false) + otherwise);
		}
		case "compare": {
			let left = node.left;
			const links = node.rest.map(({ operator, right }) => {
				const distance = comparisonDistance([left, operator, right], wanted, door, scope);
				left = right;
				return distance;
			});
			return wanted ? links.reduce((sum, one) => sum + one, 0) : Math.min(...links);
		}
		default: {
			const held = evaluate(node, door, scope);
			if (held.failed) return FAR;
			return truthy(held.value) === wanted ? 0 : 1;
		}
	}
}

function comparisonDistance(
	[left, operator, right]: readonly [Expression, CompareOperator, Expression],
	wanted: boolean,
	door: Door,
	scope: Scope,
): number {
	const { start, end } = left;
	const whole = evaluate({ kind: "compare", left, rest: [{ operator, right }], start, end }, door, scope);
	if (!whole.failed && truthy(whole.value) === wanted) return 0;
	const [one, other] = [evaluate(left, door, scope), evaluate(right, door, scope)];
	if (one.failed || other.failed) return FAR;
	return 0.001 + scaled(gap(one.value, wanted ? operator : opposite(operator), other.value));
}

/** Between 0 and 1 for gaps of any size, so that one comparison does not drown the others. */
function scaled(distance: number): number {
	return distance >= FAR ? 1 : distance / (distance + 1);
}

function opposite(operator: CompareOperator): CompareOperator {
	const opposites: Readonly<Record<CompareOperator, CompareOperator>> = {
		"==": "!=",
		"!=": "==",
		"<": ">=",
		">=": "<",
		">": "<=",
		"<=": ">",
		in: "not in",
		"not in": "in",
		is: "is not",
		"is not": "is",
	};
	return opposites[operator];
}

function gap(left: unknown, operator: CompareOperator, right: unknown): number {
	switch (operator) {
		case "==":
		case "is":
			return unlikeness(left, right);
		case "!=":
		case "is not":
			return 1;
		case "<":
		case "<=":
		case ">":
		case ">=":
			return orderGap(left, right);
		case "in":
			return membershipGap(left, right);
		case "not in":
			return 1;
	}
}

function orderGap(left: unknown, right: unknown): number {
	const [one, other] = [numberOf(left), numberOf(right)];
	if (one !== undefined && other !== undefined) return Math.abs(one - other) + 1;
	if (typeof left === "string" && typeof right === "string") return textGap(left, right) + 1;
	if (Array.isArray(left) && Array.isArray(right)) return Math.abs(left.length - right.length) + 1;
	return FAR;
}

function membershipGap(item: unknown, container: unknown): number {
	if (Array.isArray(container)) {
		return container.length === 0 ? FAR : Math.min(...container.map((one: unknown) => unlikeness(item, one)));
	}
	if (typeof item !== "string" || typeof container !== "string") return FAR;
	// As many characters of it as stand there already, behind one another.
	let shared = 0;
	for (let length = 1; length <= item.length; length += 1)
		if (container.includes(item.slice(0, length))) shared = length;
	return item.length - shared + 1;
}

function unlikeness(left: unknown, right: unknown): number {
	if (pythonEquals(left, right)) return 0;
	const [one, other] = [numberOf(left), numberOf(right)];
	if (one !== undefined && other !== undefined) return Math.abs(one - other);
	if (typeof left === "string" && typeof right === "string") return textGap(left, right);
	if (Array.isArray(left) && Array.isArray(right)) return Math.abs(left.length - right.length) + 1;
	return FAR;
}

function numberOf(value: unknown): number | undefined {
	if (typeof value === "boolean") return value ? 1 : 0;
	return typeof value === "number" ? value : undefined;
}

function textGap(left: string, right: string): number {
	let sum = Math.abs(left.length - right.length) * 4;
	for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
		const difference = Math.abs(left.charCodeAt(index) - right.charCodeAt(index));
		sum += difference / (difference + 1);
	}
	return sum;
}
