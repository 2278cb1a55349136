/** What candidates have shown so far, what made them show it, and which two things have not been seen together. */
import { type Assignment, MOST_PROPOSALS } from "./assignments.ts";
import type { Features } from "./candidate-features.ts";

/** So many readers are combined with each other. */
const MOST_COMBINED = 16;
/** So many stored values are news, of all keys together. */
const MOST_STORED = 6;

export class ShownFeatures {
	readonly #seen = new Set<string>();
	/** Assignments by the feature that they bring about, first found first. */
	readonly #solutions = new Map<string, Assignment[]>();
	readonly #choices = new Set<string>();
	readonly #stored = new Set<string>();
	readonly #ahead = new Set<string>();

	/** Takes in what a candidate shows. Returns whether anything of it, or two things together, is news. */
	add(features: Features): boolean {
		const { choice, verdicts, parts, ahead, stored } = features;
		this.#choices.add(choice);
		const names = [choice, ...verdicts, ...parts];
		for (const one of stored) {
			if (this.#stored.size < MOST_STORED) this.#stored.add(one);
			if (this.#stored.has(one)) names.push(one, pairOf(choice, one));
		}
		for (const one of ahead) {
			this.#ahead.add(one);
			names.push(pairOf(choice, one));
		}
		const combined = verdicts.slice(0, MOST_COMBINED);
		for (const [index, one] of combined.entries()) {
			for (const other of combined.slice(index + 1)) names.push(pairOf(one, other));
		}
		let isNews = false;
		for (const name of names) {
			if (this.#seen.has(name)) continue;
			this.#seen.add(name);
			isNews = true;
		}
		return isNews;
	}

	/**
	 * Remembers what brought features about.
	 * @param reader whose proposal it was; of several settings only that reader's features are laid at their door
	 */
	explain({ choice, verdicts, parts, stored }: Features, assignment: Assignment, reader: number | undefined): void {
		const isOf = (name: string): boolean =>
			name.startsWith(`${reader}.`) || /^\d+[TFE=]$/.exec(name)?.[0].slice(0, -1) === String(reader);
		for (const name of [choice, ...verdicts, ...parts, ...stored]) {
			if (name !== choice && assignment.length > 1 && !isOf(name)) continue;
			const known = this.#solutions.get(name);
			if (known === undefined) this.#solutions.set(name, [assignment]);
			else if (known.length < MOST_PROPOSALS) known.push(assignment);
		}
	}

	hasSeen(one: string, other: string): boolean {
		return this.#seen.has(pairOf(one, other));
	}

	solutionsOf(name: string): readonly Assignment[] {
		return this.#solutions.get(name) ?? [];
	}

	/**
	 * Pairs that have not been seen together, the state's own transitions first, each with what the state behind it reads.
	 * @param isNext whether a reader, by its index, belongs to the state that a choice leads to
	 */
	*missing(readers: number, isNext: (choice: string, reader: number) => boolean): Generator<readonly [string, string]> {
		for (const choice of [...this.#choices]) {
			for (const one of [...this.#stored]) if (!this.hasSeen(choice, one)) yield [choice, one];
		}
		for (const wantsNext of [true, false]) {
			for (const choice of [...this.#choices]) {
				for (const one of [...this.#ahead]) {
					if (one.endsWith("E") || isNext(choice, Number.parseInt(one, 10)) !== wantsNext) continue;
					if (!this.hasSeen(choice, one)) yield [choice, one];
				}
			}
		}
		const most = Math.min(readers, MOST_COMBINED);
		for (let first = 0; first < most; first += 1) {
			for (let second = first + 1; second < most; second += 1) {
				for (const one of [`${first}T`, `${first}F`]) {
					for (const other of [`${second}T`, `${second}F`]) if (!this.hasSeen(one, other)) yield [one, other];
				}
			}
		}
	}
}

function pairOf(one: string, other: string): string {
	return `${one} & ${other}`;
}
