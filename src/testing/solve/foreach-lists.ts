/** Lists for a `foreach` to go through, and what is asked of them. */
import { childrenOf, expressionsOf } from "../../../compiler/checks/visit.ts";
import { type Expression, references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, PlannedTemplate, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import type { Test } from "./machine-reads.ts";
import { templatesOf } from "./structure-templates.ts";

/** The list of a state's `foreach`, once for being empty or not, and once for having more than one item. */
export function listTests(plan: MachinePlan, state: StatePlan, items: PlannedTemplate): readonly Test[] | undefined {
	const expression = listExpression(items);
	if (expression === undefined) return undefined;
	const { start, end } = expression;
	const length: Expression = { kind: "filter", name: "length", input: expression, args: [], named: [], start, end };
	const right: Expression = { kind: "literal", value: 1, start, end };
	const several: Expression = { kind: "compare", left: length, rest: [{ operator: ">", right }], start, end };
	return [
		{ expression, door: "template", values: listsFor(plan, state) },
		{ expression: asList(expression, expression), door: "template" },
		{ expression: asList(expression, several), door: "template" },
	];
}

/** The list that a `foreach` goes through, as an expression. */
function listExpression({ node }: PlannedTemplate): Expression | undefined {
	if (node.kind === "path") {
		return node.keys.reduce<Expression>((object, name) => ({ kind: "attribute", object, name, start: 0, end: 0 }), {
			kind: "name",
			name: node.root,
			start: 0,
			end: 0,
		});
	}
	for (const { expression } of expressionsOf(node)) return expression;
	return undefined;
}

/** `expression` and that `value` is a list at all: a text has a length, too. */
function asList(value: Expression, expression: Expression): Expression {
	const { start, end } = value;
	const is = (name: string, negated: boolean): Expression => ({
		kind: "test",
		name,
		negated,
		input: value,
		args: [],
		start,
		end,
	});
	return [is("string", true), is("mapping", true), expression].reduce(
		(left, right) => ({ kind: "logical", operator: "and", left, right, start, end }),
		is("sequence", false),
	);
}

/** Longer lists are not made, and so many numbers of a state's conditions are taken for lengths. */
const LONGEST = 12;
const MOST_LENGTHS = 3;
/** So many names of a keyed `foreach` are given to its items. */
const MOST_NAMES = 4;

/**
 * Lists of one, two and no items, and as many as conditions of the state ask for, in the form in which the templates of the
 * state's items read them. Items of a keyed `foreach` have the keys that its results are asked for.
 */
function listsFor(plan: MachinePlan, state: StatePlan): readonly unknown[] {
	const { foreach, input } = state;
	if (foreach === undefined) return [];
	const fields = fieldsOf(foreach.as, [foreach.key, input]);
	const [keyField] = fieldsOf(foreach.as, [foreach.key]);
	const item = (number: number, name?: string): unknown => {
		if (fields.length === 0) return name ?? `${foreach.as} ${number}`;
		const plain = Object.fromEntries(fields.map((field) => [field, `${field} ${number}`]));
		return name === undefined || keyField === undefined ? plain : { ...plain, [keyField]: name };
	};
	const list = (length: number): unknown[] => Array.from({ length }, (_, index) => item(index + 1));
	const names = foreach.key === undefined ? [] : namesRead(plan, state).slice(0, MOST_NAMES);
	const named = names.map((name, index) => item(index + 1, name));
	return [
		list(1),
		list(2),
		[],
		...lengthsIn(state).map(list),
		...(named.length > 0 ? [named, [...named, item(named.length + 1)]] : []),
	];
}

/** The fields of the item that templates read. */
function fieldsOf(name: string, structures: readonly (Structure | undefined)[]): readonly string[] {
	return structures
		.flatMap((structure) => (structure === undefined ? [] : templatesOf(structure)))
		.flatMap(({ node }) => references(node))
		.flatMap(({ path: [root, key] }) => (root === name && key !== undefined ? [key] : []));
}

/** Numbers above two, also as texts, that the state's conditions compare with: a list may have to be as long. */
function lengthsIn({ transitions }: StatePlan): readonly number[] {
	const found = new Set<number>();
	const collect = (node: Expression): void => {
		const value = node.kind === "literal" ? node.value : undefined;
		const number = typeof value === "string" && /^\d{1,2}$/.test(value) ? Number(value) : value;
		if (typeof number === "number" && Number.isInteger(number) && number > 2 && number <= LONGEST) found.add(number);
		for (const child of childrenOf(node)) collect(child);
	};
	for (const { when } of transitions) {
		if (when === undefined || when === "never" || when.node.kind !== "simple") continue;
		if (when.node.expression !== null) collect(when.node.expression);
	}
	return [...found].slice(0, MOST_LENGTHS);
}

/** The keys under which results of the state are read: `output.NAME`, and `context.KEY.NAME` where the whole is stored there. */
function namesRead(plan: MachinePlan, state: StatePlan): readonly string[] {
	const wholes = new Set(state.outputToContext.flatMap(([key, structure]) => (isWholeOutput(structure) ? [key] : [])));
	const nodes = [
		...state.outputToContext.flatMap(([, structure]) => templatesOf(structure)).map(({ node }) => node),
		...plan.states.flatMap(({ transitions }) =>
			transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when.node])),
		),
	];
	const paths = nodes.flatMap((node) => references(node)).map(({ path }) => path);
	const names = paths.flatMap(([root, first, second]) => {
		if (root === "output") return first ?? [];
		return root === "context" && first !== undefined && wholes.has(first) ? (second ?? []) : [];
	});
	// Methods of a mapping are no keys of it.
	return [...new Set(names)].filter((name) => !["values", "items", "keys", "get"].includes(name));
}

function isWholeOutput(structure: Structure): boolean {
	return (
		structure.kind === "template" &&
		structure.node.kind === "path" &&
		structure.node.root === "output" &&
		structure.node.keys.length === 0
	);
}
