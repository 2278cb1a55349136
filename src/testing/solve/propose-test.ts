/** Proposals for the tests of templates: `x is defined`, `x is divisibleby 3`. */
import type { CompareOperator, Expression } from "../../../compiler/expression/nodes.ts";
import { type Assignment, distinct } from "./assignments.ts";
import { invert } from "./invert.ts";
import { valuesFor } from "./near-values.ts";
import { ABSENT } from "./paths.ts";
import { settingOf, type Unknowns, valueNow } from "./propose.ts";

const COMPARING: Readonly<Record<string, CompareOperator>> = {
	eq: "==",
	equalto: "==",
	"==": "==",
	sameas: "==",
	ne: "!=",
	"!=": "!=",
	lt: "<",
	lessthan: "<",
	"<": "<",
	le: "<=",
	"<=": "<=",
	gt: ">",
	greaterthan: ">",
	">": ">",
	ge: ">=",
	">=": ">=",
	in: "in",
};

/** Values that pass a test, and values that do not. */
const EXAMPLES: Readonly<Record<string, readonly [passing: readonly unknown[], failing: readonly unknown[]]>> = {
	none: [[null], ["something", 1]],
	boolean: [
		[true, false],
		["yes", null],
	],
	true: [[true], [false, null]],
	false: [[false], [true, null]],
	string: [["text"], [1, null]],
	number: [
		[1, 0.5],
		["text", null],
	],
	integer: [[1], [0.5, "text"]],
	float: [[0.5], [1, "text"]],
	mapping: [[{ key: "value" }], ["text", []]],
	iterable: [
		[["an item"], "text"],
		[1, null],
	],
	sequence: [
		[["an item"], "text"],
		[1, null],
	],
	even: [[2, 0], [1]],
	odd: [[1], [2, 0]],
	lower: [["text"], ["TEXT"]],
	upper: [["TEXT"], ["text"]],
};

/** Proposals that make a test pass, or fail. */
export function proposeTest(
	node: Extract<Expression, { kind: "test" }>,
	wanted: boolean,
	unknowns: Unknowns,
): Assignment[] {
	const passes = wanted !== node.negated;
	const { name, input } = node;
	if (name === "defined" || name === "undefined") {
		if (passes !== (name === "defined")) return settingOf(input, ABSENT, unknowns);
		return distinct(["something", 1].flatMap((value) => invert(input, value, unknowns)));
	}
	const [argument] = node.args;
	const given = argument && valueNow(argument, unknowns);
	const operator = Object.hasOwn(COMPARING, name) ? COMPARING[name] : undefined;
	if (operator !== undefined && given?.failed === false) {
		return distinct(valuesFor(operator, given.value, passes).flatMap((value) => invert(input, value, unknowns)));
	}
	if (name === "divisibleby" && given?.failed === false && typeof given.value === "number") {
		const values = passes ? [given.value, 0] : [given.value + 1];
		return distinct(values.flatMap((value) => invert(input, value, unknowns)));
	}
	const examples = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
	if (examples === undefined) return [];
	return distinct(examples[passes ? 0 : 1].flatMap((value) => invert(input, value, unknowns)));
}
