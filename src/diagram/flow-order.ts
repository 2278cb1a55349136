/** The order in which a machine's states come about: what the layout takes for forwards. */

/**
 * The items from the first on, each before those that it leads to, as far as there are no loops; of several ways the
 * first one comes first. Items that nothing leads to are at the end, in their order.
 * @param ways for each item the items that it leads to
 * @returns positions of items
 */
export function flowOrder(ways: readonly (readonly number[])[], first: number): number[] {
	const finished: number[] = [];
	const seen = new Set<number>();
	// What is finished last comes first. Own stack, since a machine may have thousands of states in a row.
	const visit = (start: number): void => {
		if (seen.has(start)) return;
		seen.add(start);
		const stack = [{ item: start, left: [...(ways[start] ?? [])] }];
		for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
			const next = top.left.pop();
			if (next === undefined) {
				finished.push(top.item);
				stack.pop();
			} else if (!seen.has(next)) {
				seen.add(next);
				stack.push({ item: next, left: [...(ways[next] ?? [])] });
			}
		}
	};
	const reached = reachable(ways, first);
	for (const start of [...ways.keys()].toReversed()) {
		if (!reached.has(start)) visit(start);
	}
	visit(first);
	return finished.toReversed();
}

function reachable(ways: readonly (readonly number[])[], first: number): Set<number> {
	const found = new Set([first]);
	for (const item of found) {
		for (const next of ways[item] ?? []) found.add(next);
	}
	return found;
}
