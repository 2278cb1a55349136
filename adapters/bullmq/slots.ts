/** How many jobs a consumer handles at the same time, over all its queues, each getting its turn. */

interface Turn {
	readonly who: object;
	readonly give: (given: boolean) => void;
}

export class Slots {
	#free: number;
	#closed = false;
	/** In the order in which they came. */
	readonly #turns: Turn[] = [];

	constructor(total: number) {
		this.#free = total;
	}

	/** @returns false once they are closed */
	async take(who: object): Promise<boolean> {
		if (this.#closed) return false;
		if (this.takeNow()) return true;
		return new Promise((give) => this.#turns.push({ who, give }));
	}

	/** @returns false where none is free */
	takeNow(): boolean {
		if (this.#closed || this.#free === 0) return false;
		this.#free -= 1;
		return true;
	}

	giveBack(): void {
		const next = this.#turns.shift();
		if (next === undefined) this.#free += 1;
		else next.give(true);
	}

	/** Whether a slot should be given back rather than used again for the same queue. */
	areWantedByOthers(who: object): boolean {
		return this.#turns.some((turn) => turn.who !== who);
	}

	/** Nobody gets one any more. */
	close(): void {
		this.#closed = true;
		for (const turn of this.#turns.splice(0)) turn.give(false);
	}
}
