/** What each state of a machine reads and writes, as an index by context key. */
import { expressionsOf } from "../../../compiler/checks/visit.ts";
import {
	type ConditionNode,
	type Expression,
	references,
	type TemplateNode,
} from "../../../compiler/expression/index.ts";
import type {
	MachinePlan,
	PlannedCondition,
	PlannedTemplate,
	StatePlan,
	Structure,
} from "../../../compiler/plan/plan.ts";
import type { Door } from "./evaluate.ts";

/** Everything: Liquid templates and whole contexts. */
const ALL = "*";

/** Something inside of a state that decides. */
export interface Test {
	readonly expression: Expression;
	readonly door: Door;
	/** Values that it should take. */
	readonly values?: readonly unknown[];
}

export class MachineReads {
	readonly plan: MachinePlan;
	readonly #states: ReadonlyMap<string, StatePlan>;
	readonly #keys = new WeakMap<object, ReadonlySet<string>>();
	readonly #lists = new WeakMap<object, readonly Test[]>();

	constructor(plan: MachinePlan) {
		this.plan = plan;
		this.#states = new Map(plan.states.map((state) => [state.name, state]));
	}

	state(name: string): StatePlan | undefined {
		return this.#states.get(name);
	}

	/** What the state stores when its work is done; an action alone stores nothing. */
	writesOf(state: StatePlan): readonly (readonly [string, Structure])[] {
		const works = state.agent ?? state.machine ?? state.foreach ?? state.waitFor;
		return works === undefined ? [] : state.outputToContext;
	}

	/** States that the transitions lead to. */
	targets(state: StatePlan): readonly StatePlan[] {
		if (state.kind === "final") return [];
		const names: string[] = [];
		for (const { to, when } of state.transitions) {
			if (when !== "never") names.push(to);
			if (when === undefined) break;
		}
		return this.#named([...names, ...this.#errorNames(state)]);
	}

	errorTargets(state: StatePlan): readonly StatePlan[] {
		return this.#named(this.#errorNames(state));
	}

	#errorNames({ onError }: StatePlan): readonly string[] {
		if (onError === undefined) return [];
		return [...onError.byType.map(([, to]) => to), ...(onError.default === undefined ? [] : [onError.default])];
	}

	#named(names: readonly string[]): readonly StatePlan[] {
		return [...new Set(names)].flatMap((name) => this.#states.get(name) ?? []);
	}

	/** Keys of the run's input that conditions and templates of states read as `input.x`, as the context has none. */
	inputKeys(): readonly string[] {
		const declared = new Set(this.plan.context.map(([key]) => key));
		const nodes = this.plan.states.flatMap((state) => [
			...this.writesOf(state).flatMap(([, structure]) => templatesOf(structure).map(({ node }) => node)),
			...(state.foreach === undefined ? [] : templatesOf(state.foreach.items).map(({ node }) => node)),
			...state.transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when.node])),
		]);
		const keys = nodes
			.flatMap((node) => references(node))
			.flatMap(({ path: [root, key] }) => (root === "input" ? (key ?? []) : []));
		return [...new Set(keys)].filter((key) => !declared.has(key));
	}

	/** Whether a condition, or what a state stores, reads `context.machine.KEY`. */
	readsMachine(key: string): boolean {
		const nodes = this.plan.states.flatMap((state) => [
			...this.writesOf(state).flatMap(([, structure]) => templatesOf(structure).map(({ node }) => node)),
			...state.transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when.node])),
		]);
		return nodes
			.flatMap((node) => references(node))
			.some(({ path: [root, first, second] }) => root === "context" && first === "machine" && second === key);
	}

	conditionReads(condition: PlannedCondition, key: string): boolean {
		return this.#has(this.#keysOf(condition.node, condition), key);
	}

	/** Context keys that a structure reads; `*` is any. */
	structureKeys(structure: Structure): ReadonlySet<string> {
		const known = this.#keys.get(structure);
		if (known !== undefined) return known;
		const keys = new Set<string>();
		for (const template of templatesOf(structure))
			for (const key of this.#keysOf(template.node, template)) keys.add(key);
		this.#keys.set(structure, keys);
		return keys;
	}

	/** Context keys that a condition reads; `*` is any. */
	conditionKeys(condition: PlannedCondition): ReadonlySet<string> {
		return this.#keysOf(condition.node, condition);
	}

	/** Context keys that a part of a condition or template reads. */
	expressionKeys(expression: Expression): ReadonlySet<string> {
		return this.#keysOf({ kind: "simple", expression }, expression);
	}

	structureReads(structure: Structure, key: string): boolean {
		return this.#has(this.structureKeys(structure), key);
	}

	/** Tests inside of the state's templates that read the key, and the list of its `foreach`. */
	testsOf(state: StatePlan, key: string): readonly Test[] {
		const tests: Test[] = [];
		for (const [, structure] of this.writesOf(state)) {
			if (!this.structureReads(structure, key)) continue;
			for (const template of templatesOf(structure)) {
				for (const { expression, tested } of expressionsOf(template.node)) {
					if (tested) tests.push({ expression, door: "template" });
				}
			}
		}
		const items = state.foreach?.items;
		if (items?.kind === "template" && this.structureReads(items, key)) {
			const list = this.#listOf(state, items);
			if (list !== undefined) tests.push(...list);
		}
		return tests;
	}

	/** The list of a `foreach`, once for being empty or not, and once for having more than one item. */
	#listOf(state: StatePlan, items: PlannedTemplate): readonly Test[] | undefined {
		const known = this.#lists.get(items);
		if (known !== undefined) return known;
		const expression = listExpression(items);
		if (expression === undefined) return undefined;
		const { start, end } = expression;
		const length: Expression = { kind: "filter", name: "length", input: expression, args: [], named: [], start, end };
		const right: Expression = { kind: "literal", value: 1, start, end };
		const several: Expression = { kind: "compare", left: length, rest: [{ operator: ">", right }], start, end };
		const tests: readonly Test[] = [
			{ expression, door: "template", values: listsFor(state) },
			{ expression: asList(expression, expression), door: "template" },
			{ expression: asList(expression, several), door: "template" },
		];
		this.#lists.set(items, tests);
		return tests;
	}

	#has(keys: ReadonlySet<string>, key: string): boolean {
		return keys.has(key) || keys.has(ALL);
	}

	/** `input.x` counts as `context.x`, which it is where the context has the key. */
	#keysOf(node: ConditionNode | TemplateNode, owner: object): ReadonlySet<string> {
		const known = this.#keys.get(owner);
		if (known !== undefined) return known;
		const keys = new Set<string>();
		for (const { path } of references(node)) {
			const [root, key] = path;
			if (root === "context" || root === "input") keys.add(key ?? ALL);
		}
		this.#keys.set(owner, keys);
		return keys;
	}
}

/** All templates of a structure. */
export function templatesOf(structure: Structure): readonly PlannedTemplate[] {
	switch (structure.kind) {
		case "constant":
			return [];
		case "template":
			return [structure];
		case "list":
			return structure.items.flatMap(templatesOf);
		case "map":
			return structure.entries.flatMap(([, value]) => templatesOf(value));
	}
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

/** Lists of one, two and no items, in the form in which the templates of the state's items read them. */
function listsFor({ foreach, input }: StatePlan): readonly unknown[] {
	if (foreach === undefined) return [];
	const structures = [foreach.key, input].filter((one) => one !== undefined);
	const keys = structures
		.flatMap(templatesOf)
		.flatMap(({ node }) => references(node))
		.flatMap(({ path: [root, key] }) => (root === foreach.as && key !== undefined ? [key] : []));
	const item = (number: number): unknown => {
		if (keys.length === 0) return `${foreach.as} ${number}`;
		return Object.fromEntries(keys.map((key) => [key, `${key} ${number}`]));
	};
	return [[item(1)], [item(1), item(2)], []];
}
