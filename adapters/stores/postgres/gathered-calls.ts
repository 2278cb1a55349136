/** Calls with one key that come while one of them is under way: they are made together, as the next. */

interface Call<Item, Result> {
	readonly item: Item;
	resolve(result: Result): void;
	reject(error: unknown): void;
}

export interface GatheredCallsOptions<Item, Result> {
	/** Gives a result for each item, in their order. What it throws, all these calls reject with. */
	readonly make: (key: string, items: readonly Item[]) => Promise<readonly Result[]>;
	/** Items in one go. */
	readonly most: number;
}

export class GatheredCalls<Item, Result> {
	readonly #options: GatheredCallsOptions<Item, Result>;
	/** Of the keys of which a call is under way. */
	readonly #waiting = new Map<string, Call<Item, Result>[]>();

	constructor(options: GatheredCallsOptions<Item, Result>) {
		this.#options = options;
	}

	make(key: string, item: Item): Promise<Result> {
		return new Promise((resolve, reject) => {
			const call = { item, resolve, reject };
			const waiting = this.#waiting.get(key);
			if (waiting !== undefined) {
				waiting.push(call);
				return;
			}
			const calls = [call];
			this.#waiting.set(key, calls);
			void this.#makeAll(key, calls);
		});
	}

	/** Rejects never: each call is told. */
	async #makeAll(key: string, waiting: Call<Item, Result>[]): Promise<void> {
		while (waiting.length > 0) {
			const calls = waiting.splice(0, this.#options.most);
			try {
				const items = calls.map(({ item }) => item);
				const results = await this.#options.make(key, items);
				for (const [index, result] of results.entries()) calls[index]?.resolve(result);
			} catch (error) {
				for (const call of calls) call.reject(error);
			}
		}
		this.#waiting.delete(key);
	}
}
