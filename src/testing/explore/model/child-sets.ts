/** Sets of children's answers to try: each output and each failure at each place once, and each way to fail together. */
import type { ChildAnswer } from "../../scenario/scenario.ts";
import { failure, plainError } from "./given-errors.ts";

/** Children beyond these answer as the others do: a fault behind so many equal ones is not looked for. */
const variedPlaces = 8;

/**
 * @param outputs of each child, one at least
 * @param failures of each child, the plainest first
 */
export function childSets(
	outputs: readonly (readonly unknown[])[],
	failures: readonly (readonly ChildAnswer[])[],
): ChildAnswer[][] {
	const plain: ChildAnswer[] = outputs.map(([output]) => ({ output }));
	const sets: ChildAnswer[][] = [plain];
	// All children with their nth output: for a `foreach` that is the same one for all items.
	for (let index = 1; index < longest(outputs); index++) {
		sets.push(outputs.map((own) => ({ output: own[Math.min(index, own.length - 1)] })));
	}
	if (outputs.length > 1) {
		for (const [place, own] of outputs.slice(0, variedPlaces).entries()) {
			for (const output of own.slice(1)) sets.push(plain.with(place, { output }));
			for (const fails of failuresAt(failures, place)) sets.push(plain.with(place, fails));
		}
	}
	for (let index = 0; index < longest(failures); index++) {
		sets.push(outputs.map((_, place) => failuresAt(failures, place, index)[0] ?? failure(plainError)));
	}
	return sets;
}

/** Sets for `mode: any`: each child is the first to end once with each of its outputs and of its failures. */
export function firstToEndSets(
	outputs: readonly (readonly unknown[])[],
	failures: readonly (readonly ChildAnswer[])[],
): { readonly first: number; readonly answers: ChildAnswer[] }[] {
	if (outputs.length === 0) return [{ first: 0, answers: [] }];
	const others: ChildAnswer[] = outputs.map(([output]) => ({ output, late: true }));
	return outputs.slice(0, variedPlaces).flatMap((own, first) => {
		const winning: ChildAnswer[] = [...own.map((output) => ({ output })), ...failuresAt(failures, first)];
		return winning.map((answer) => ({ first, answers: others.with(first, answer) }));
	});
}

/** The failures of one child from the nth on, of which it has one at least. */
function failuresAt(failures: readonly (readonly ChildAnswer[])[], place: number, from = 0): readonly ChildAnswer[] {
	const own = failures[place] ?? [];
	return own.length === 0 ? [failure(plainError)] : own.slice(Math.min(from, own.length - 1));
}

function longest(lists: readonly (readonly unknown[])[]): number {
	return Math.max(0, ...lists.map(({ length }) => length));
}
