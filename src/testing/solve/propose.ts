/** Proposes what makes an expression true or false. Nothing here is certain: every proposal is tried afterwards. */
import { childrenOf } from "../../../compiler/checks/visit.ts";
import { type CompareOperator, type Expression, truthy } from "../../../compiler/expression/index.ts";
import { type Assignment, applyAll, distinct, NOTHING, product, setting } from "./assignments.ts";
import { type Door, type Evaluated, evaluate, type Scope } from "./evaluate.ts";
import { invert } from "./invert.ts";
import { byTruth, containersFor, mirrored, valuesFor } from "./near-values.ts";
import { expressionPath, type Path, startsWith } from "./paths.ts";
import { proposeTest } from "./propose-test.ts";

/** What is known while a proposal is made, and what may be set. */
export interface Unknowns {
	readonly door: Door;
	/** Everything as it is now, the unknowns included: what the other side of a comparison is taken from. */
	readonly scope: Scope;
	/** Whether a proposal may set this place. */
	isFree(path: Path): boolean;
}

/** Proposals that make `node` true, or false, as it is tested for truth. */
export function propose(node: Expression, wanted: boolean, unknowns: Unknowns): Assignment[] {
	if (!hasFree(node, unknowns)) return holds(valueNow(node, unknowns), wanted) ? [NOTHING] : [];
	switch (node.kind) {
		case "not":
			return propose(node.operand, !wanted, unknowns);
		case "logical":
			return proposeLogical(node, wanted, unknowns);
		case "conditional": {
			const then = product(propose(node.test, true, unknowns), propose(node.then, wanted, unknowns));
			const otherwise = node.otherwise === null ? (wanted ? [] : [NOTHING]) : propose(node.otherwise, wanted, unknowns);
			return distinct([...then, ...product(propose(node.test, false, unknowns), otherwise)]);
		}
		case "compare":
			return proposeComparison(node, wanted, unknowns);
		case "test":
			return proposeTest(node, wanted, unknowns);
		case "call":
			return distinct([true, false].includes(wanted) ? invert(node, wanted, unknowns) : []);
		default:
			return distinct(byTruth(wanted).flatMap((value) => invert(node, value, unknowns)));
	}
}

/** Whether a proposal could change what `node` gives. */
export function hasFree(node: Expression, unknowns: Unknowns): boolean {
	const path = expressionPath(node);
	if (path !== undefined) return unknowns.isFree(path);
	return childrenOf(node).some((child) => hasFree(child, unknowns));
}

/** What `node` gives as things are. */
export function valueNow(node: Expression, { door, scope }: Unknowns): Evaluated {
	return evaluate(node, door, scope);
}

function holds(evaluated: Evaluated, wanted: boolean): boolean {
	return !evaluated.failed && truthy(evaluated.value) === wanted;
}

function proposeLogical(
	node: Extract<Expression, { kind: "logical" }>,
	wanted: boolean,
	unknowns: Unknowns,
): Assignment[] {
	// `and` is true where both are, `or` is false where both are not.
	const needsBoth = (node.operator === "and") === wanted;
	const left = propose(node.left, wanted, unknowns);
	if (needsBoth) {
		const right = propose(node.right, wanted, unknowns);
		const chained = [...after(right, node.left, wanted, unknowns), ...after(left, node.right, wanted, unknowns)];
		return distinct(interleaved(product(left, right), chained));
	}
	// The second side decides only where the first does not.
	const second = product(propose(node.left, !wanted, unknowns), propose(node.right, wanted, unknowns));
	return distinct(interleaved(left, second));
}

/** So many proposals for one side are followed to the other. */
const MOST_FOLLOWED = 4;

/** Proposals for the second side where those for the first are settled: `a == b` once `a > 3` has made `a` 4. */
function after(first: readonly Assignment[], second: Expression, wanted: boolean, unknowns: Unknowns): Assignment[] {
	return first.slice(0, MOST_FOLLOWED).flatMap((settled) => {
		if (settled.length === 0) return [];
		const isSettled = (path: Path): boolean => settled.some((one) => startsWith(path, one.path));
		const rest: Unknowns = {
			...unknowns,
			scope: Object(applyAll(unknowns.scope, settled)),
			isFree: (path) => unknowns.isFree(path) && !isSettled(path),
		};
		return product([settled], propose(second, wanted, rest));
	});
}

/** Takes turns, so that a cut leaves some of each. */
export function interleaved<T>(...lists: readonly (readonly T[])[]): T[] {
	const longest = Math.max(0, ...lists.map(({ length }) => length));
	return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

function proposeComparison(
	{ left, rest }: Extract<Expression, { kind: "compare" }>,
	wanted: boolean,
	unknowns: Unknowns,
): Assignment[] {
	const links: (readonly [Expression, CompareOperator, Expression])[] = [];
	let before = left;
	for (const { operator, right } of rest) {
		links.push([before, operator, right]);
		before = right;
	}
	const each = links.map((link) => proposeLink(link, wanted, unknowns));
	if (!wanted) return distinct(interleaved(...each));
	return each.reduce((all, one) => product(all, one), [NOTHING]);
}

function proposeLink(
	[left, operator, right]: readonly [Expression, CompareOperator, Expression],
	wanted: boolean,
	unknowns: Unknowns,
): Assignment[] {
	const [isLeftFree, isRightFree] = [hasFree(left, unknowns), hasFree(right, unknowns)];
	if (!isLeftFree && !isRightFree) {
		return holds(valueNow({ ...left, kind: "compare", left, rest: [{ operator, right }] }, unknowns), wanted)
			? [NOTHING]
			: [];
	}
	const proposals: Assignment[][] = [];
	const [leftValue, rightValue] = [valueNow(left, unknowns), valueNow(right, unknowns)];
	if (isLeftFree && !rightValue.failed) {
		const values = valuesFor(operator, rightValue.value, wanted);
		proposals.push(values.flatMap((value) => invert(left, value, unknowns)));
	}
	if (isRightFree && !leftValue.failed) {
		const turned = mirrored(operator);
		const { value: item } = leftValue;
		const values =
			turned === undefined
				? containersFor(item, (operator === "in") === wanted, rightValue.failed ? undefined : rightValue.value)
				: valuesFor(turned, item, wanted);
		proposals.push(values.flatMap((value) => invert(right, value, unknowns)));
	}
	if (isLeftFree && isRightFree) proposals.push(proposeBoth([left, operator, right], wanted, unknowns));
	return distinct(interleaved(...proposals));
}

/** Where both sides can be set: pairs of small numbers and texts. */
function proposeBoth(
	[left, operator, right]: readonly [Expression, CompareOperator, Expression],
	wanted: boolean,
	unknowns: Unknowns,
): Assignment[] {
	return [1, "same"].flatMap((bound) =>
		valuesFor(operator, bound, wanted)
			.slice(0, 2)
			.flatMap((value) => product(invert(right, bound, unknowns), invert(left, value, unknowns))),
	);
}

/** A setting of the place that `node` is, where it is one that may be set. */
export function settingOf(node: Expression, value: unknown, unknowns: Unknowns): Assignment[] {
	const path = expressionPath(node);
	return path !== undefined && unknowns.isFree(path) ? [setting(path, value)] : [];
}
