/** Proposals: what to put where, so that an expression takes a value. They are tried, so they may be wrong. */
import { pythonEquals } from "../../../compiler/expression/index.ts";
import { type Path, samePath, setAt } from "./paths.ts";

export interface Setting {
	readonly path: Path;
	readonly value: unknown;
}

/** Settings that belong together. */
export type Assignment = readonly Setting[];

/** So many proposals are followed for one expression. */
export const MOST_PROPOSALS = 24;

/** Nothing needs to be done. */
export const NOTHING: Assignment = [];

export function setting(path: Path, value: unknown): Assignment {
	return [{ path, value }];
}

/** The first few different ones. */
export function distinct(assignments: Iterable<Assignment>, most = MOST_PROPOSALS): Assignment[] {
	const kept: Assignment[] = [];
	for (const one of assignments) {
		if (kept.length >= most) break;
		if (!kept.some((other) => sameAssignment(one, other))) kept.push(one);
	}
	return kept;
}

function sameAssignment(one: Assignment, other: Assignment): boolean {
	return (
		one.length === other.length &&
		one.every(({ path, value }, index) => {
			const match = other[index];
			return match !== undefined && samePath(path, match.path) && identical(value, match.value);
		})
	);
}

/** Equal and of the same type: `1` is not `true` here. */
export function identical(one: unknown, other: unknown): boolean {
	if (one === other) return true;
	if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
	return pythonEquals(one, other);
}

/**
 * Both together. Where they want different things of one place, each has it once: `x >= 8 and x < 100` is solved by
 * what solves either.
 */
export function merge(one: Assignment, other: Assignment): Assignment[] {
	const clash = other.some((added) =>
		one.some((known) => samePath(known.path, added.path) && known.value !== added.value),
	);
	const over = (first: Assignment, second: Assignment): Assignment =>
		byDepth([...first.filter(({ path }) => !second.some((later) => samePath(path, later.path))), ...second]);
	return clash ? [over(other, one), over(one, other)] : [over(one, other)];
}

/** Every pair, the first of both first. */
export function product(ones: readonly Assignment[], others: readonly Assignment[]): Assignment[] {
	const pairs: (readonly [number, Assignment, Assignment])[] = [];
	for (const [row, one] of ones.entries()) {
		for (const [column, other] of others.entries()) pairs.push([row + column, one, other]);
	}
	pairs.sort(([first], [second]) => first - second);
	return distinct(pairs.slice(0, MOST_PROPOSALS * 2).flatMap(([, one, other]) => merge(one, other)));
}

/** Outer places first, so that what is set inside of them stays. */
function byDepth(settings: readonly Setting[]): Assignment {
	return [...settings].sort((one, other) => one.path.length - other.path.length);
}

/** A copy of `value` with the settings made; their paths start at `value` itself. */
export function applyAll(value: unknown, assignment: Assignment): unknown {
	let made = value;
	for (const { path, value: set } of assignment) made = setAt(made, path, set);
	return made;
}
