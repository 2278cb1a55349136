/** Where a run breaks an invariant. */
import type { FlatContext } from "../solve/answer-space.ts";
import type { Invariant } from "./invariant.ts";
import type { Moment } from "./moments.ts";

/** How an invariant is broken: it is false (true for `never`), it has no value, or a run ended without its moment. */
export type BreachCause = "false" | "true" | "error" | "missed";

export interface Breach {
	readonly invariant: Invariant;
	readonly cause: BreachCause;
	/** Of `error`: why the expression has no value. */
	readonly error?: string;
	/** The moment at which it is broken; of a missed one, the last moment of the run. */
	readonly moment: Moment;
}

/** A run as far as invariants look at it. */
export interface ObservedRun {
	readonly input: FlatContext;
	readonly moments: readonly Moment[];
	/** Whether it reached a final state. */
	readonly isDone: boolean;
}

/** The first moment at which the run breaks the invariant; undefined where it does not. */
export function breachOf(invariant: Invariant, run: ObservedRun): Breach | undefined {
	return invariant.kind === "eventually" ? missed(invariant, run) : broken(invariant, run);
}

function broken(invariant: Invariant, { input, moments }: ObservedRun): Breach | undefined {
	for (const moment of moments) {
		const verdict = invariant.holdsAt(moment, input);
		// What has no value neither holds nor fails: to let it pass would hide that nothing was checked.
		if (typeof verdict === "object") return { invariant, cause: "error", error: verdict.error, moment };
		if (verdict === (invariant.kind === "never")) return { invariant, cause: verdict ? "true" : "false", moment };
	}
	return undefined;
}

/** Here a moment without a value is one at which it does not hold, since another may come. */
function missed(invariant: Invariant, { input, moments, isDone }: ObservedRun): Breach | undefined {
	const moment = moments.at(-1);
	if (!isDone || !moment) return undefined;
	if (moments.some((one) => invariant.holdsAt(one, input) === true)) return undefined;
	return { invariant, cause: "missed", moment };
}
