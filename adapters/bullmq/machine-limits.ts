/** How many jobs of a machine run at the same time on this worker, and when to look again at those that are too many. */

const shortestMs = 100;
const longestMs = 5_000;

interface Usage {
	running: number;
	/** Put back since, as far as their turn has not come. */
	turnedAway: number;
	/** How long one takes, as the last ones did. */
	meanMs: number;
}

export class MachineLimits {
	readonly #limits: ReadonlyMap<string, number>;
	readonly #usage = new Map<string, Usage>();

	constructor(limits: ReadonlyMap<string, number> = new Map()) {
		this.#limits = limits;
	}

	/** @returns false where as many run as may */
	enter(machine: string): boolean {
		const limit = this.#limits.get(machine);
		if (limit === undefined) return true;
		const usage = this.#usageOf(machine);
		if (usage.running >= limit) return false;
		usage.running += 1;
		return true;
	}

	/** @param tookMs how long the job ran */
	leave(machine: string, tookMs: number): void {
		if (!this.#limits.has(machine)) return;
		const usage = this.#usageOf(machine);
		usage.running -= 1;
		usage.turnedAway = Math.max(0, usage.turnedAway - 1);
		usage.meanMs = usage.meanMs * 0.8 + tookMs * 0.2;
	}

	/**
	 * Milliseconds after which a job that may not run now should come again: about when its turn comes, so that thousands of
	 * them are not taken and put back all the time.
	 */
	turnAway(machine: string): number {
		const usage = this.#usageOf(machine);
		usage.turnedAway += 1;
		const limit = Math.max(1, this.#limits.get(machine) ?? 1);
		return Math.ceil(Math.min(longestMs, Math.max(shortestMs, (usage.turnedAway / limit) * usage.meanMs)));
	}

	#usageOf(machine: string): Usage {
		let usage = this.#usage.get(machine);
		if (usage === undefined) {
			usage = { running: 0, turnedAway: 0, meanMs: shortestMs };
			this.#usage.set(machine, usage);
		}
		return usage;
	}
}
