/** Work that is asked for more often than it needs to be done. */

/** Does the work, never twice at once; asked for while it goes on, it is done once more afterwards. */
export class Coalesced {
	readonly #work: () => Promise<void>;
	#running: Promise<void> | undefined;
	#again = false;

	/** @param work must not reject */
	constructor(work: () => Promise<void>) {
		this.#work = work;
	}

	/** @returns when all that was asked for is done */
	request(): Promise<void> {
		if (this.#running === undefined) this.#running = this.#run();
		else this.#again = true;
		return this.#running;
	}

	async #run(): Promise<void> {
		do {
			this.#again = false;
			await this.#work();
		} while (this.#again);
		this.#running = undefined;
	}
}
