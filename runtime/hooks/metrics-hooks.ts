/** Hooks that count what a machine does (spec section 15.2). */
import type { Context, MachineHooks } from "./hooks.ts";

/** Counts so far; a copy. */
export interface HookMetrics {
	/** How often each state was entered. */
	readonly state_counts: Readonly<Record<string, number>>;
	/** How often each transition was taken, by `from->to`. */
	readonly transition_counts: Readonly<Record<string, number>>;
	readonly total_states_executed: number;
	readonly error_count: number;
}

/**
 * Counts states, transitions and errors. To read the counts, keep the object:
 * `registry.register("metrics", metrics)` and later `metrics.getMetrics()`.
 */
export class MetricsHooks implements MachineHooks {
	readonly #states = new Map<string, number>();
	readonly #transitions = new Map<string, number>();
	#entered = 0;
	#errors = 0;

	onStateEnter(state: string, context: Context): Context {
		this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
		this.#entered += 1;
		return context;
	}

	onTransition(from: string, to: string): string {
		const key = `${from}->${to}`;
		this.#transitions.set(key, (this.#transitions.get(key) ?? 0) + 1);
		return to;
	}

	onError(): null {
		this.#errors += 1;
		return null;
	}

	/** Gives the counts so far. */
	getMetrics(): HookMetrics {
		return {
			state_counts: Object.fromEntries(this.#states),
			transition_counts: Object.fromEntries(this.#transitions),
			total_states_executed: this.#entered,
			error_count: this.#errors,
		};
	}
}
