/** Situations that are still to be looked at, in one of two orders. */
import type { Situation } from "./situation.ts";

export interface Frontier {
	readonly size: number;
	push(situation: Situation): void;
	pop(): Situation | undefined;
}

/** First in, first out: what comes out is never farther from the start than what comes out later. */
export class InBreadth implements Frontier {
	#items: Situation[] = [];
	#next = 0;

	get size(): number {
		return this.#items.length - this.#next;
	}

	push(situation: Situation): void {
		this.#items.push(situation);
	}

	pop(): Situation | undefined {
		const item = this.#items[this.#next];
		if (item === undefined) return undefined;
		this.#next++;
		if (this.#next > 1024 && this.#next * 2 > this.#items.length) {
			this.#items = this.#items.slice(this.#next);
			this.#next = 0;
		}
		return item;
	}
}

/**
 * The newest situation of the state that has been looked at least. Where there are too many situations to see all of them, that
 * leads deeper than going on in breadth.
 */
export class OverStates implements Frontier {
	readonly #stacks = new Map<string, Situation[]>();
	readonly #looks = new Map<string, number>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	push(situation: Situation): void {
		const { name } = situation.position.state;
		const stack = this.#stacks.get(name);
		if (stack) stack.push(situation);
		else this.#stacks.set(name, [situation]);
		this.#size++;
	}

	pop(): Situation | undefined {
		let chosen: string | undefined;
		let least = Number.POSITIVE_INFINITY;
		for (const [name, stack] of this.#stacks) {
			const looks = this.#looks.get(name) ?? 0;
			if (stack.length === 0 || looks >= least) continue;
			chosen = name;
			least = looks;
		}
		if (chosen === undefined) return undefined;
		this.#looks.set(chosen, least + 1);
		this.#size--;
		return this.#stacks.get(chosen)?.pop();
	}
}
