/** Steps of a part of a visit: the visit's own, with a prefix before their keys, so that a part may be done again. */
import type { EventObject } from "xstate";
import type { ChildOutcome, SpawnedChild, SpawnOptions } from "./spawn.ts";
import type { Steps } from "./steps.ts";

/** What the work of a state does with its steps. */
export type WorkSteps = Pick<
	Steps,
	| "stopped"
	| "signal"
	| "has"
	| "effect"
	| "attempt"
	| "ready"
	| "value"
	| "spawn"
	| "settle"
	| "show"
	| "onEvent"
	| "onlyJournaled"
	| "allowNew"
	| "sleepUntil"
	| "durable"
	| "cancelAll"
>;

export class StepsWithin implements WorkSteps {
	readonly #steps: WorkSteps;
	readonly #prefix: string;

	/** @param prefix of all keys and ids, for example `attempt.1/` */
	constructor(steps: WorkSteps, prefix: string) {
		this.#steps = steps;
		this.#prefix = prefix;
	}

	get stopped(): boolean {
		return this.#steps.stopped;
	}

	get signal(): AbortSignal {
		return this.#steps.signal;
	}

	has(key: string): boolean {
		return this.#steps.has(this.#prefix + key);
	}

	effect(key: string, effect: () => unknown): Promise<unknown> {
		return this.#steps.effect(this.#prefix + key, effect);
	}

	attempt(key: string, call: (signalOf: () => AbortSignal) => Promise<unknown>): Promise<ChildOutcome> {
		return this.#steps.attempt(this.#prefix + key, call);
	}

	ready<T>(work: () => Promise<T>): Promise<T> {
		return this.#steps.ready(work);
	}

	value(key: string, make: () => unknown): unknown {
		return this.#steps.value(this.#prefix + key, make);
	}

	spawn(key: string, options: SpawnOptions): SpawnedChild {
		return this.#steps.spawn(this.#prefix + key, { ...options, id: this.#prefix + (options.id ?? key) });
	}

	settle(key: string, outcome: ChildOutcome): ChildOutcome {
		return this.#steps.settle(this.#prefix + key, outcome);
	}

	show(src: string, id: string, input: unknown): (output: unknown) => void {
		return this.#steps.show(src, this.#prefix + id, input);
	}

	onEvent(listener: (event: EventObject) => void): () => void {
		return this.#steps.onEvent(listener);
	}

	onlyJournaled(): Promise<void> {
		return this.#steps.onlyJournaled();
	}

	allowNew(): void {
		this.#steps.allowNew();
	}

	sleepUntil(deadline: number, options?: { readonly signal?: AbortSignal; readonly idle?: boolean }): Promise<void> {
		return this.#steps.sleepUntil(deadline, options);
	}

	durable(): Promise<void> {
		return this.#steps.durable();
	}

	cancelAll(): void {
		this.#steps.cancelAll();
	}
}
