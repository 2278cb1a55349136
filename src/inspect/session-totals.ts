/** How much a run has done in all, whatever of it is kept. */
import type { InspectedCall, InspectedFrame, ServerMessage } from "./protocol.ts";

type Totals = Extract<ServerMessage, { type: "totals" }>;

export class SessionTotals {
	#steps = 0;
	#calls = 0;
	#cost = 0;
	/** By actors: a state's end has the number of its beginning. */
	readonly #lastSteps = new Map<string, number>();
	/** Ids of calls. */
	readonly #underWay = new Set<string>();
	#hasChanged = false;

	frame({ actor, step }: Pick<InspectedFrame, "actor" | "step">): void {
		this.#steps += Math.max(0, step - (this.#lastSteps.get(actor) ?? 0));
		this.#lastSteps.set(actor, step);
		this.#hasChanged = true;
	}

	/** A live call is told twice, a stored one once. */
	call({ id, endedAt, cost = 0 }: Pick<InspectedCall, "id" | "endedAt" | "cost">): void {
		if (endedAt === undefined) this.#underWay.add(id);
		if (endedAt === undefined || !this.#underWay.delete(id)) this.#calls += 1;
		this.#cost += cost;
		this.#hasChanged = true;
	}

	/** What was counted of an actor stays; it is not looked up any more. */
	forget(actors: readonly string[]): void {
		for (const actor of actors) this.#lastSteps.delete(actor);
	}

	/** @returns undefined where they are the same as when they were asked for last */
	takeChanged(): Totals | undefined {
		if (!this.#hasChanged) return undefined;
		this.#hasChanged = false;
		return this.now();
	}

	now(): Totals {
		return { type: "totals", steps: this.#steps, calls: this.#calls, cost: this.#cost };
	}
}
