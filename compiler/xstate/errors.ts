/** Errors that arise while a compiled machine moves between states. */

/** Transitions are given, none matches (decisions: Running). Routed by `on_error`. */
export class NoTransitionError extends Error {
	override readonly name = "NoTransitionError";
	readonly code = "no_transition";
	readonly state: string;

	constructor(state: string, conditions: readonly string[]) {
		const tried = conditions.map((text) => `\`${text}\``).join(", ");
		super(
			`No transition of state \`${state}\` matches (tried ${tried}). Add a last transition without a condition, or route NoTransitionError in on_error.`,
		);
		this.state = state;
	}
}

/** A hook named a state that does not exist. */
export class UnknownStateError extends Error {
	override readonly name = "UnknownStateError";
	readonly code = "unknown_state";

	constructor(from: string, to: string) {
		super(`A hook sent the run from state \`${from}\` to \`${to}\`, which is no state of this machine.`);
	}
}

/** A limit was reached inside a state, before the next agent call. Never routed by `on_error`: the run stops. */
export class LimitReachedError extends Error {
	override readonly name = "LimitReachedError";
	readonly code = "limit_reached";
	readonly limit: "max_steps" | "max_agent_calls" | "max_cost" | "max_tokens";

	constructor(limit: LimitReachedError["limit"]) {
		super(`The limit ${limit} is reached.`);
		this.limit = limit;
	}
}
