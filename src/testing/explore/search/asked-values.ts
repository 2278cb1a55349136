/**
 * What a machine asks of a value that it only compares with constants and tests for truth: then two values that answer all of
 * it alike are one class, however many there are.
 */

import { childrenOf, pathOf } from "../../../../compiler/checks/visit.ts";
import { type CompareOperator, constantOf, type Expression } from "../../../../compiler/expression/index.ts";
import type { MachinePlan } from "../../../../compiler/plan/plan.ts";
import { conditionReads, type ReadPath, structureReads, workReads } from "./read-paths.ts";

/** The constants that a value is compared with. */
export interface Asked {
	/** In ascending order. */
	readonly numbers: readonly number[];
	readonly texts: ReadonlySet<string>;
	/** Whether its truth is tested. */
	readonly isTested: boolean;
}

/** By path (`context.order.total`); a path that is read in any other way is missing. */
export function askedValues(plan: MachinePlan): ReadonlyMap<string, Asked> {
	const comparisons = new Map<string, { readonly numbers: Set<number>; readonly texts: Set<string> }>();
	const tested = new Set<string>();
	const otherwise = new Set<string>();
	for (const { transitions } of plan.states) {
		for (const { when } of transitions) {
			if (when === undefined || when === "never") continue;
			if (when.node.kind === "simple" && when.node.expression) collect(when.node.expression, true);
		}
	}
	for (const path of otherReads(plan)) otherwise.add(path.join("."));
	const isAnswered = answeredKeys(plan);
	return new Map(
		[...comparisons]
			.filter(([path]) => isAnswered(path))
			.filter(([path]) => ![...otherwise].some((other) => overlaps(path, other)))
			.filter(([path]) => ![...comparisons.keys()].some((other) => other !== path && overlaps(path, other)))
			.map(([path, { numbers, texts }]) => [
				path,
				{ numbers: [...numbers].sort((a, b) => a - b), texts, isTested: tested.has(path) },
			]),
	);

	function collect(node: Expression, isTested: boolean): void {
		const path = pathOf(node);
		if (path !== undefined) {
			if (isTested) {
				comparisonsOf(path);
				tested.add(path.join("."));
			} else otherwise.add(path.join("."));
			return;
		}
		if (node.kind === "compare") {
			collectComparison(node);
			return;
		}
		const passesTruth = node.kind === "logical" || node.kind === "not";
		for (const child of childrenOf(node)) collect(child, passesTruth && isTested);
	}

	function collectComparison({ left, rest }: Extract<Expression, { kind: "compare" }>): void {
		const [only] = rest;
		const sides =
			rest.length === 1 && only
				? ([
						[left, only.right],
						[only.right, left],
					] as const)
				: [];
		const found = sides.find(([side, other]) => pathOf(side) !== undefined && constantOf(other) !== undefined);
		const path = found && pathOf(found[0]);
		const constant = found && constantOf(found[1])?.value;
		if (only && path && isOfClasses(only.operator, found[0] === left, constant)) {
			addConstant(comparisonsOf(path), constant);
			return;
		}
		for (const side of [left, ...rest.map(({ right }) => right)]) collect(side, false);
	}

	function comparisonsOf(path: readonly string[]) {
		const key = path.join(".");
		const known = comparisons.get(key) ?? { numbers: new Set<number>(), texts: new Set<string>() };
		comparisons.set(key, known);
		return known;
	}
}

/** What the runtime counts is counted, and so may be what an action sets: only what answers alone write is not. */
function answeredKeys({ states }: MachinePlan): (path: string) => boolean {
	const hasActions = states.some(({ action }) => action !== undefined);
	const written = new Set(states.flatMap(({ outputToContext }) => outputToContext.map(([key]) => key)));
	return (path) => {
		const [, key = ""] = path.split(".");
		return key !== "machine" && (!hasActions || written.has(key));
	};
}

/** Whether a comparison tells values apart by where they stand among constants: not by their order as texts, or what is in them. */
function isOfClasses(operator: CompareOperator, isLeft: boolean, constant: unknown): boolean {
	if (operator === "in" || operator === "not in") {
		return isLeft && Array.isArray(constant) && constant.every((item) => isScalar(item));
	}
	const isOrder = ["<", "<=", ">", ">="].includes(operator);
	return isScalar(constant) && !(isOrder && typeof constant === "string");
}

function isScalar(value: unknown): boolean {
	return value === null || ["number", "string", "boolean"].includes(typeof value);
}

/** Notes the constants of one comparison. */
function addConstant(known: { readonly numbers: Set<number>; readonly texts: Set<string> }, value: unknown): void {
	if (Array.isArray(value)) for (const item of value) addConstant(known, item);
	if (typeof value === "number" || typeof value === "boolean") known.numbers.add(Number(value));
	if (typeof value === "string") known.texts.add(value);
}

/** What is read elsewhere: by templates that write the context, by lists that are gone through, under CEL. */
function otherReads(plan: MachinePlan): readonly ReadPath[] {
	return plan.states.flatMap((state) => [
		...workReads(state),
		...state.outputToContext.flatMap(([, structure]) => structureReads(structure)),
		...state.transitions.flatMap(({ when }) =>
			when !== undefined && when !== "never" && when.node.kind === "cel" ? conditionReads(state) : [],
		),
	]);
}

/** Whether one path leads through the other. `input.x` may stand for `context.x`. */
function overlaps(first: string, second: string): boolean {
	const [a, b] = [first, second].map((path) => path.replace(/^input(?=\.|$)/, "context"));
	if (a === undefined || b === undefined) return true;
	return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** The class of a value that is only asked this. */
export function askedClass(value: unknown, { numbers, texts, isTested }: Asked): string | undefined {
	if (typeof value === "boolean" || value === null || value === undefined) return String(value ?? null);
	if (typeof value === "string") return texts.has(value) ? JSON.stringify(value) : value === "" ? '""' : "a text";
	if (typeof value !== "number") return undefined;
	const at = numbers.findIndex((number) => number >= value);
	const place = at === -1 ? "above" : numbers[at] === value ? `=${at}` : `<${at}`;
	return value === 0 && isTested ? `0 ${place}` : place;
}
