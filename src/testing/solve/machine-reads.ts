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
import { conditionExpression } from "./condition-expression.ts";
import type { Door } from "./evaluate.ts";
import { listTests } from "./foreach-lists.ts";
import { templatesOf } from "./structure-templates.ts";

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
	/** Keys of `context.machine` that are read somewhere. */
	#machineKeys: ReadonlySet<string> | undefined;

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
		this.#machineKeys ??= new Set(this.plan.states.flatMap((state) => this.#machineKeysOf(state)));
		return this.#machineKeys.has(key);
	}

	#machineKeysOf(state: StatePlan): readonly string[] {
		const stored = this.writesOf(state).flatMap(([, structure]) => templatesOf(structure).map(({ node }) => node));
		const asked = state.transitions.flatMap(({ when }) => (when === undefined || when === "never" ? [] : [when.node]));
		return [...stored, ...asked]
			.flatMap((node) => references(node))
			.flatMap(({ path: [root, first, key] }) =>
				root === "context" && first === "machine" && key !== undefined ? [key] : [],
			);
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
		for (const { check } of state.keyResults?.items ?? []) {
			if (check.kind !== "expression" || !this.conditionReads(check.condition, key)) continue;
			const expression = conditionExpression(check.condition.node);
			if (expression !== undefined) tests.push(expression);
		}
		const items = state.foreach?.items;
		if (items?.kind === "template" && this.structureReads(items, key)) {
			const list = this.#listOf(state, items);
			if (list !== undefined) tests.push(...list);
		}
		return tests;
	}

	/** What the list of a `foreach` is looked at for. */
	#listOf(state: StatePlan, items: PlannedTemplate): readonly Test[] | undefined {
		const known = this.#lists.get(items);
		if (known !== undefined) return known;
		const tests = listTests(this.plan, state, items);
		if (tests === undefined) return undefined;
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
