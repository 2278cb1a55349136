/** Runs a function once for each way in which the choices that it makes can go. */

export class Choices {
	readonly #picked: readonly number[];
	readonly #counts: number[] = [];

	/** @param picked what to pick, in order; behind its end the first of everything */
	constructor(picked: readonly number[]) {
		this.#picked = picked;
	}

	/** Picks one of `options`. @throws RangeError where there is nothing to pick from */
	pick<T>(options: readonly T[]): T {
		const index = options.length > 1 ? (this.#picked[this.#counts.length] ?? 0) : 0;
		if (options.length > 1) this.#counts.push(options.length);
		const option = options[index] ?? options[0];
		if (option === undefined) throw new RangeError("nothing to pick from");
		return option;
	}

	/** How many choices were made so far. */
	get made(): number {
		return this.#counts.length;
	}

	/** What was picked since so many choices were made. */
	pickedSince(made: number): readonly number[] {
		return this.#counts.slice(made).map((_, at) => this.#picked[made + at] ?? 0);
	}

	/** What to pick for the next way; undefined behind the last one. */
	next(): readonly number[] | undefined {
		const picked = this.#counts.map((_, at) => this.#picked[at] ?? 0);
		for (let at = picked.length - 1; at >= 0; at--) {
			const index = (picked[at] ?? 0) + 1;
			if (index < (this.#counts[at] ?? 0)) return [...picked.slice(0, at), index];
		}
		return undefined;
	}
}

/** The results of `run` for all ways, those that pick the first option first; each with what was picked. */
export function* everyWay<T>(run: (choices: Choices, picked: readonly number[]) => T): Generator<T, void, undefined> {
	for (let picked: readonly number[] | undefined = []; picked !== undefined; ) {
		const choices = new Choices(picked);
		yield run(choices, picked);
		picked = choices.next();
	}
}
