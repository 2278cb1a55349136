/** Stops a run before its next effect, and lets effects go one by one. */

export class PauseGate {
	#isPaused: boolean;
	/** Effects that wait, in the order of their arrival. */
	readonly #held: (() => void)[] = [];
	/** Whether the next effect that arrives may go: a step was asked for while none waited. */
	#owesStep = false;

	constructor({ isPaused = false }: { readonly isPaused?: boolean } = {}) {
		this.#isPaused = isPaused;
	}

	get isPaused(): boolean {
		return this.#isPaused;
	}

	/** For `RunOptions.gate`. */
	readonly pass = (): Promise<void> | undefined => {
		if (!this.#isPaused) return undefined;
		if (this.#owesStep) {
			this.#owesStep = false;
			return undefined;
		}
		return new Promise((resolve) => {
			this.#held.push(resolve);
		});
	};

	pause(): void {
		this.#isPaused = true;
	}

	continue(): void {
		this.#isPaused = false;
		this.#owesStep = false;
		for (const release of this.#held.splice(0)) release();
	}

	/** Lets the effect go that has waited longest; where none waits, the next one. */
	step(): void {
		const release = this.#held.shift();
		if (release) release();
		else this.#owesStep = true;
	}
}
