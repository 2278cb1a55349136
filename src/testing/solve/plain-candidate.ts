/** A candidate that asks for nothing in particular: every place that is read holds a plain word or number. */
import { childrenOf, expressionsOf } from "../../../compiler/checks/visit.ts";
import { type Expression, references } from "../../../compiler/expression/index.ts";
import type { MachinePlan, StatePlan, Structure } from "../../../compiler/plan/plan.ts";
import { conditionExpression } from "./condition-expression.ts";
import { expressionPath, type Path, setAt } from "./paths.ts";
import type { Write } from "./readers.ts";
import { plainValue, type Shape, words } from "./shape.ts";
import { templatesOf } from "./structure-templates.ts";

/** What the candidate is read by. */
export interface PlainReads {
	readonly plan: MachinePlan;
	readonly root: "output" | "input";
	readonly writes: readonly Write[];
	/** The state whose conditions and output block read it as well. */
	readonly state?: StatePlan;
}

/** A small number that counters reach soon, but not at once. */
const PLAIN_NUMBER = 2;

/** A value of the shape; where the shape leaves it open, one with every place that is read. */
export function plainCandidate(shape: Shape, reads: PlainReads): unknown {
	if (shape.type !== "any") return plainValue(shape, "output");
	const { plan, root, writes, state } = reads;
	const structures: readonly Structure[] = [
		...writes.map(([, structure]) => structure),
		...(state?.output === undefined ? [] : [state.output]),
	];
	const conditions = (state?.transitions ?? []).flatMap(({ when }) =>
		when === undefined || when === "never" ? [] : [when.node],
	);
	const nodes = [...structures.flatMap(templatesOf).map(({ node }) => node), ...conditions];
	const paths: Path[] = nodes.flatMap((node) =>
		references(node)
			.filter(({ path }) => path[0] === root && path.length > 1)
			.map(({ path }) => path.slice(1).map((key) => (/^\d+$/.test(key) ? Number(key) : key))),
	);
	const defaults = defaultsIn(structures, root);
	const numbers = numericKeys(plan);
	const isNumber = (path: Path): boolean =>
		writes.some(([key, structure]) => numbers.has(key) && readsPath(structure, [root, ...path]));
	let made: unknown = {};
	for (const path of paths.sort((one, other) => one.length - other.length)) {
		const word = isNumber(path) ? PLAIN_NUMBER : words(String(path.at(-1)));
		made = setAt(made, path, defaults.get(JSON.stringify(path)) ?? word);
	}
	return made;
}

/** `input.x | default(10)`: what stands in for a place, by the place. */
function defaultsIn(structures: readonly Structure[], root: string): ReadonlyMap<string, unknown> {
	const found = new Map<string, unknown>();
	const collect = (node: Expression): void => {
		if (node.kind === "filter" && (node.name === "default" || node.name === "d")) {
			const path = expressionPath(node.input);
			const [value] = node.args;
			const isOurs = path?.[0] === root && value?.kind === "literal" && value.value !== null && value.value !== "";
			if (isOurs) found.set(JSON.stringify(path.slice(1)), value.value);
		}
		for (const child of childrenOf(node)) collect(child);
	};
	for (const { node } of structures.flatMap(templatesOf)) {
		for (const { expression } of expressionsOf(node)) collect(expression);
	}
	return found;
}

function readsPath(structure: Structure, path: Path): boolean {
	return templatesOf(structure).some(({ node }) =>
		references(node).some((reference) => reference.path.join(".") === path.join(".")),
	);
}

const numeric = new WeakMap<MachinePlan, ReadonlySet<string>>();

/** Context keys whose order to a number matters: compared with one, or with a key that starts as one. */
function numericKeys(plan: MachinePlan): ReadonlySet<string> {
	const known = numeric.get(plan) ?? findNumericKeys(plan);
	numeric.set(plan, known);
	return known;
}

function findNumericKeys(plan: MachinePlan): ReadonlySet<string> {
	const found = new Set<string>();
	const starts = new Set(
		plan.context.flatMap(([key, structure]) =>
			structure.kind === "constant" && typeof structure.value === "number" ? [key] : [],
		),
	);
	const keyOf = (node: Expression): string | undefined => {
		const [root, key, ...rest] = expressionPath(node) ?? [];
		return root === "context" && typeof key === "string" && rest.length === 0 ? key : undefined;
	};
	const isNumber = (node: Expression): boolean => {
		const key = keyOf(node);
		return (node.kind === "literal" && typeof node.value === "number") || (key !== undefined && starts.has(key));
	};
	const collect = (node: Expression): void => {
		if (node.kind === "compare") {
			const sides = [node.left, ...node.rest.map(({ right }) => right)];
			const isOrder = node.rest.some(({ operator }) => operator.startsWith("<") || operator.startsWith(">"));
			if (isOrder && sides.some(isNumber)) for (const key of sides.flatMap((side) => keyOf(side) ?? [])) found.add(key);
		}
		for (const child of childrenOf(node)) collect(child);
	};
	for (const { transitions } of plan.states) {
		for (const { when } of transitions) {
			const condition = when === undefined || when === "never" ? undefined : conditionExpression(when.node);
			if (condition !== undefined) collect(condition.expression);
		}
	}
	return found;
}
