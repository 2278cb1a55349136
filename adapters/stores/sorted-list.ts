/** A list that stays sorted: found, added and removed by halving, read in order from anywhere. */

/** Less than 0: `a` comes first; 0: they are the same. */
export type Compare<T> = (a: T, b: T) => number;

/** Texts in the order of their code units, as `<` has them. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** How many of the sorted items come before `item`, which need not be one of them. */
export function countBefore<T>(items: readonly T[], item: T, compare: Compare<T>): number {
	let low = 0;
	let high = items.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		const found = items[middle];
		if (found !== undefined && compare(found, item) < 0) low = middle + 1;
		else high = middle;
	}
	return low;
}

export class SortedList<T> {
	readonly #items: T[] = [];
	readonly #compare: Compare<T>;

	constructor(compare: Compare<T>) {
		this.#compare = compare;
	}

	get size(): number {
		return this.#items.length;
	}

	get first(): T | undefined {
		return this.#items[0];
	}

	/** How many items come before `item`, which need not be in the list. */
	countBefore(item: T): number {
		return countBefore(this.#items, item, this.#compare);
	}

	/** Adds an item unless it is there. */
	add(item: T): void {
		const at = this.countBefore(item);
		if (!this.#isAt(at, item)) this.#items.splice(at, 0, item);
	}

	/** Removes an item; does nothing where it is not there. */
	delete(item: T): void {
		const at = this.countBefore(item);
		if (this.#isAt(at, item)) this.#items.splice(at, 1);
	}

	/** The items from position `start` up to, not including, `end`. The list must not be changed meanwhile. */
	*between(start = 0, end = this.#items.length): Generator<T> {
		for (let at = start; at < end; at++) {
			const item = this.#items[at];
			if (item !== undefined) yield item;
		}
	}

	#isAt(at: number, item: T): boolean {
		const found = this.#items[at];
		return found !== undefined && this.#compare(found, item) === 0;
	}
}
