/**
 * The cases of a state's conditions: for each variable the values at, beside and between all constants it is compared
 * with, of every type. Two values of one case make the same of every condition, so that trying one for each is a proof.
 */

import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type CompareOperator, constantOf, type Expression } from "../../../compiler/expression/index.ts";
import { contains, type Domain } from "./domain.ts";
import { type Path, samePath } from "./paths.ts";

/** What the conditions compare; undefined where they hold something that cases do not cover. */
export interface Compared {
	readonly paths: readonly Path[];
	readonly constants: readonly unknown[];
	/** Texts or constant items that are looked for inside of a variable. */
	readonly sought: readonly unknown[];
	/** Constant texts in which a variable is looked for. */
	readonly within: readonly string[];
	readonly hasOrder: boolean;
	/** Variables that are compared with other variables. */
	readonly paired: readonly Path[];
	/** Comparisons and tests of one variable alone. */
	readonly atoms: readonly Atom[];
}

/** A part of a condition that only one variable decides. */
export interface Atom {
	readonly path: Path;
	readonly expression: Expression;
}

/** More variables are not looked at together. */
const MOST_VARIABLES = 5;
const MOST_PAIRED = 3;
const MOST_SOUGHT = 3;
const ORDERS = new Set(["<", "<=", ">", ">="]);

/** Collects what the conditions compare. */
export function comparedIn(conditions: readonly Expression[]): Compared | undefined {
	const collector = new Collector();
	for (const condition of conditions) {
		const parts = partsOf(condition);
		if (parts === undefined) return undefined;
		collector.add(parts);
	}
	const { paths, sought, within } = collector;
	if (paths.length > MOST_VARIABLES || sought.length > MOST_SOUGHT || within.some((text) => text.length > 12))
		return undefined;
	const hasPairs = collector.paired.length > 0;
	if (within.length > 0 && (collector.hasOrder || hasPairs || within.length > 1)) return undefined;
	if (sought.length > 0 && (collector.hasOrder || hasPairs || within.length > 0)) return undefined;
	if (collector.paired.length > (collector.hasOrder ? 2 : MOST_PAIRED)) return undefined;
	const nested = paths.some((path) =>
		paths.some((other) => other.length > path.length && path.every((key, at) => other[at] === key)),
	);
	return nested ? undefined : collector;
}

const collected = new WeakMap<Expression, Collector | "unknown">();

/** What one condition compares, worked out once. */
function partsOf(condition: Expression): Collector | undefined {
	let parts = collected.get(condition);
	if (parts === undefined) {
		const collector = new Collector();
		parts = collector.truth(condition) ? collector : "unknown";
		collected.set(condition, parts);
	}
	return parts === "unknown" ? undefined : parts;
}

class Collector implements Compared {
	readonly paths: Path[] = [];
	readonly constants: unknown[] = [];
	readonly sought: unknown[] = [];
	readonly within: string[] = [];
	readonly paired: Path[] = [];
	readonly atoms: Atom[] = [];
	hasOrder = false;

	/** Takes what another condition compares. */
	add(other: Collector): void {
		addPaths(this.paths, other.paths);
		addPaths(this.paired, other.paired);
		this.constants.push(...other.constants);
		this.within.push(...other.within);
		this.atoms.push(...other.atoms);
		for (const value of other.sought) if (!this.sought.includes(value)) this.sought.push(value);
		this.hasOrder ||= other.hasOrder;
	}

	/** Takes an expression that is tested for truth. False where it is of no form that cases cover. */
	truth(node: Expression): boolean {
		switch (node.kind) {
			case "not":
				return this.truth(node.operand);
			case "logical":
				return this.truth(node.left) && this.truth(node.right);
			case "conditional":
				return (
					this.truth(node.test) && this.truth(node.then) && (node.otherwise === null || this.truth(node.otherwise))
				);
			case "compare": {
				let left = node.left;
				return node.rest.every(({ operator, right }) => {
					const isKnown = this.#link(left, operator, right);
					left = right;
					return isKnown;
				});
			}
			default: {
				const operand = this.#operand(node);
				if (operand !== undefined && "path" in operand) this.atoms.push({ path: operand.path, expression: node });
				return operand !== undefined;
			}
		}
	}

	#link(left: Expression, operator: CompareOperator, right: Expression): boolean {
		const one = this.#operand(left);
		const other = this.#operand(right);
		if (one === undefined || other === undefined) return false;
		const [path] = [one, other].flatMap((side) => ("path" in side ? [side.path] : []));
		const { start, end } = left;
		const expression: Expression = { kind: "compare", left, rest: [{ operator, right }], start, end };
		if ("path" in one && "path" in other) {
			addPaths(this.paired, [one.path, other.path]);
		} else if (path !== undefined) this.atoms.push({ path, expression });
		// Whether two are the very same object is no matter of values.
		if (operator.startsWith("is") && ![one, other].some((side) => "value" in side && isScalar(side.value)))
			return false;
		if (operator === "in" || operator === "not in") return this.#membership(one, other);
		if (ORDERS.has(operator)) {
			this.hasOrder = true;
			// Lists have an order of their own; only two variables with lists are covered.
			if ([one, other].some((side) => "value" in side && Array.isArray(side.value))) return false;
		}
		return true;
	}

	#membership(item: Operand, container: Operand): boolean {
		if ("value" in container) {
			const { value } = container;
			if (Array.isArray(value)) {
				this.constants.push(...value);
				return true;
			}
			if (typeof value === "string") this.within.push(value);
			return true;
		}
		if ("path" in item) return false;
		if (typeof item.value === "object" && item.value !== null) return false;
		if (!this.sought.includes(item.value)) this.sought.push(item.value);
		return true;
	}

	#operand(node: Expression): Operand | undefined {
		const constant = constantOf(node);
		if (constant !== undefined) {
			this.constants.push(constant.value);
			return constant;
		}
		const path = attributePath(node);
		if (path === undefined || path.length < 2) return undefined;
		addPaths(this.paths, [path]);
		return { path };
	}
}

function addPaths(paths: Path[], more: readonly Path[]): void {
	for (const path of more) if (!paths.some((known) => samePath(known, path))) paths.push(path);
}

function isScalar(value: unknown): boolean {
	return typeof value !== "object" || value === null;
}

type Operand = { readonly value: unknown } | { readonly path: Path };

/** Subscripts fail where a key is missing, so that only attributes are variables. */
function attributePath(node: Expression): Path | undefined {
	if (node.kind === "name") return ["context", "input", "output"].includes(node.name) ? [node.name] : undefined;
	if (node.kind !== "attribute") return undefined;
	const object = attributePath(node.object);
	return object && [...object, node.name];
}

/** A value for each case of a variable with this domain. */
export function casesOf(compared: Compared, domain: Domain): readonly unknown[] {
	const cases = domain.open.size === 0 ? [...domain.constants] : [...generalCases(compared), ...domain.constants];
	const kept: unknown[] = [];
	for (const value of cases) {
		if (!contains(domain, value)) continue;
		if (!kept.some((one) => one === value)) kept.push(value);
	}
	return kept;
}

function generalCases(compared: Compared): readonly unknown[] {
	return [
		null,
		true,
		false,
		...numberCases(compared),
		...textCases(compared),
		...listCases(compared),
		...mapCases(compared),
	];
}

/** Distinct values that are needed in one gap, so that as many variables can be in every order there. */
function depthOf({ paired }: Compared): number {
	return Math.max(1, paired.length);
}

function numberCases(compared: Compared): readonly number[] {
	const depth = depthOf(compared);
	// A boolean counts as 0 or 1, and 0 is where truth changes.
	const given = [0, 1, ...[...compared.constants, ...compared.sought].filter((value) => typeof value === "number")];
	const points = [...new Set(given)].sort((one, other) => one - other);
	const cases = new Set<number>(points);
	for (let step = 1; step <= depth; step += 1) {
		for (const [index, point] of points.entries()) {
			const next = points[index + 1];
			// Whole numbers beside the point, for domains that have only these, and others between.
			const up = Math.floor(point) + step;
			if (next === undefined || up < next) cases.add(up);
			const previous = points[index - 1];
			const down = Math.ceil(point) - step;
			if (previous === undefined || down > previous) cases.add(down);
			cases.add(next === undefined ? point + step + 0.5 : point + ((next - point) * step) / (depth + 1));
			if (previous === undefined) cases.add(point - step - 0.5);
		}
	}
	return [...cases];
}

function textCases(compared: Compared): readonly string[] {
	const depth = depthOf(compared);
	const given = [...compared.constants, ...compared.sought].filter((value) => typeof value === "string");
	const points = [...new Set(["", ...given])].sort();
	const cases = new Set<string>(points);
	const gaps = compared.hasOrder ? points : points.slice(-1);
	for (let step = 1; step <= depth; step += 1) {
		// The texts right behind a text: there is nothing between them and it.
		for (const point of gaps) cases.add(point + "\u0000".repeat(step));
		cases.add(`${points.at(-1) ?? ""}\u{10ffff}${"x".repeat(step)}`);
	}
	for (const text of compared.within) {
		for (let from = 0; from < text.length; from += 1) {
			for (let to = from + 1; to <= text.length; to += 1) cases.add(text.slice(from, to));
		}
	}
	// Every set of the texts that are looked for, alone and behind one another.
	const texts = compared.sought.filter((value) => typeof value === "string");
	for (const set of subsets(texts)) cases.add(`\u0001${set.join("\u0001")}\u0001`);
	return [...cases];
}

function listCases(compared: Compared): readonly unknown[] {
	const lists: unknown[] = [[], ["\u0001other"], ...compared.constants.filter(Array.isArray)];
	if (compared.paired.length > 0) {
		lists.push(["\u0001another"], ["\u0001third"], [0], [1]);
		// Just before and just behind a list that another variable may be.
		for (const list of compared.constants.filter(Array.isArray)) lists.push([...list, 0], list.slice(0, -1));
	}
	for (const set of subsets(compared.sought)) {
		if (set.length > 0) lists.push([...set], [...set, "\u0001other"]);
	}
	return lists;
}

function mapCases(compared: Compared): readonly unknown[] {
	const maps: unknown[] = [{}, { "\u0001other": 1 }, ...compared.constants.filter(isRecord)];
	if (compared.paired.length > 0) maps.push({ "\u0001another": 1 }, { "\u0001third": 1 });
	for (const set of subsets(compared.sought.filter((value) => typeof value === "string"))) {
		if (set.length > 0) maps.push(Object.fromEntries(set.map((key) => [key, 1])));
	}
	return maps;
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
	let sets: readonly (readonly T[])[] = [[]];
	for (const item of items) sets = sets.concat(sets.map((set) => [...set, item]));
	return sets;
}
