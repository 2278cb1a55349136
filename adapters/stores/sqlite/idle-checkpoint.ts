/**
 * Moves the write-ahead log into the file while nothing is written, so that commits seldom have to: of what a commit
 * costs on the average, that was half.
 */

/** Milliseconds without a commit after which the log is moved. */
const idleAfter = 250;

export class IdleCheckpoint {
	readonly #move: () => void;
	#timer: NodeJS.Timeout | undefined;
	#hasWritten = false;

	/** @param move moves what it can without waiting for anybody */
	constructor(move: () => void) {
		this.#move = move;
	}

	/** Something was written. */
	wrote(): void {
		this.#hasWritten = true;
		if (this.#timer === undefined) this.#wait();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#wait(): void {
		this.#hasWritten = false;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			if (this.#hasWritten) this.#wait();
			else this.#move();
		}, idleAfter);
		this.#timer.unref();
	}
}
