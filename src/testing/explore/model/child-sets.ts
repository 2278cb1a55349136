/** Sets of children's answers to try: each output at each place once, and each way to fail together or alone. */
import type { ChildAnswer } from "../../scenario/scenario.ts";
import { failure } from "./given-errors.ts";

/** Children beyond these answer as the others do: a fault behind so many equal ones is not looked for. */
const variedPlaces = 8;

/**
 * @param outputs of each child, one at least
 * @param failures the first serves where one child fails alone
 */
export function childSets(outputs: readonly (readonly unknown[])[], failures: readonly ChildAnswer[]): ChildAnswer[][] {
	const [fails = failure("Error")] = failures;
	const plain: ChildAnswer[] = outputs.map(([output]) => ({ output }));
	const sets: ChildAnswer[][] = [plain];
	const widest = Math.max(0, ...outputs.map(({ length }) => length));
	// All children with their nth output: for a `foreach` that is the same one for all items.
	for (let index = 1; index < widest; index++) {
		sets.push(outputs.map((own) => ({ output: own[Math.min(index, own.length - 1)] })));
	}
	if (outputs.length > 1) {
		for (const [place, own] of outputs.slice(0, variedPlaces).entries()) {
			for (const output of own.slice(1)) sets.push(plain.with(place, { output }));
			sets.push(plain.with(place, fails));
		}
	}
	if (outputs.length > 0) for (const each of [fails, ...failures.slice(1)]) sets.push(plain.map(() => each));
	return sets;
}

/** Sets for `mode: any`: each child is the first to end once with each of its outputs, and once fails as the first. */
export function firstToEndSets(
	outputs: readonly (readonly unknown[])[],
	failures: readonly ChildAnswer[],
): { readonly first: number; readonly answers: ChildAnswer[] }[] {
	const [fails = failure("Error")] = failures;
	if (outputs.length === 0) return [{ first: 0, answers: [] }];
	return outputs.slice(0, variedPlaces).flatMap((own, first) => {
		const winning: ChildAnswer[] = [...own.map((output) => ({ output })), ...(first === 0 ? [fails] : [])];
		const others: ChildAnswer[] = outputs.map(([output]) => ({ output, late: true }));
		return winning.map((answer) => ({ first, answers: others.with(first, answer) }));
	});
}
