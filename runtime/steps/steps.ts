/** The handle of a running state actor: journaled effects, memoised values, timers, and children that are real actors. */
import { type AnyActorLogic, type AnyActorRef, createActor, type EventObject, type Snapshot } from "xstate";
import type { Activity } from "./activity.ts";
import { type Journal, type JournalEntry, reviveError, storeError } from "./journal.ts";
import { wait } from "./timer.ts";

export interface StepsEnvironment {
	readonly activity: Activity;
	/** Waits until the snapshot that decided on the next effect is durable (docs/design.md, "The barrier"). */
	barrier(): Promise<void> | undefined;
	/** Milliseconds since 1970. */
	now(): number;
}

export interface SpawnOptions {
	readonly logic: AnyActorLogic;
	/** The actor's name in the inspector and in persisted snapshots. */
	readonly src: string;
	readonly input: unknown;
	/** A leaf ends by itself and is run again after a crash; a machine is restored and may wait. */
	readonly kind: "leaf" | "machine";
	/** What to journal of a child that has ended, beside its output or error: its totals. */
	readonly summarize?: (child: AnyActorRef) => unknown;
}

/** How a child ended. */
export type ChildOutcome =
	| { readonly output: unknown; readonly summary?: unknown }
	| { readonly error: unknown; readonly summary?: unknown };

/** A spawned child: a promise of how it ends, which never rejects, and a way to give it up. */
export interface SpawnedChild {
	readonly outcome: Promise<ChildOutcome>;
	cancel(): void;
}

interface LiveChild {
	readonly ref: AnyActorRef;
	readonly kind: SpawnOptions["kind"];
	readonly summarize: (child: AnyActorRef) => unknown;
	readonly settle: (outcome: ChildOutcome) => void;
}

const donePrefix = "xstate.done.actor.";
const errorPrefix = "xstate.error.actor.";

export class Steps {
	readonly #self: AnyActorRef;
	readonly #journal: Journal;
	readonly #restored: Readonly<Record<string, Snapshot<unknown>>>;
	readonly #environment: StepsEnvironment;
	readonly #stopChild: (child: AnyActorRef) => void;
	/** Children and calls are made lazily: most visits have none, or one. */
	#live: Map<string, LiveChild> | undefined;
	/** Calls without an actor that are under way, with what gives each up. */
	#calls: Map<string, () => void> | undefined;
	#abort: AbortController | undefined;
	#stopped = false;

	constructor(
		self: AnyActorRef,
		journal: Journal,
		restored: Readonly<Record<string, Snapshot<unknown>>>,
		environment: StepsEnvironment,
		stopChild: (child: AnyActorRef) => void,
	) {
		this.#self = self;
		this.#journal = journal;
		this.#restored = restored;
		this.#environment = environment;
		this.#stopChild = stopChild;
	}

	/** Whether the actor is stopped or has settled: then nobody wants to hear of it any more. */
	get stopped(): boolean {
		return this.#stopped;
	}

	/** Aborted when the actor is stopped or has settled; made when it is first asked for, since most visits never do. */
	get signal(): AbortSignal {
		this.#abort ??= new AbortController();
		if (this.#stopped && !this.#abort.signal.aborted) this.#abort.abort(givenUp());
		return this.#abort.signal;
	}

	/** What is known of a finished step; keys are names of the user's, `constructor` among them. */
	#journaled(key: string): JournalEntry | undefined {
		return Object.hasOwn(this.#journal, key) ? this.#journal[key] : undefined;
	}

	/** Runs `effect` unless it has finished before under this key; its error is thrown again likewise. */
	async effect(key: string, effect: () => unknown): Promise<unknown> {
		const entry = this.#journaled(key);
		if (entry) {
			if ("error" in entry) throw reviveError(entry.error);
			return entry.output;
		}
		const ready = this.#ready();
		if (ready) await ready;
		const { activity } = this.#environment;
		activity.begin();
		try {
			const output = await effect();
			this.#journal[key] = { output };
			return output;
		} catch (error) {
			if (!this.#stopped) this.#journal[key] = { error: storeError(error) };
			throw error;
		} finally {
			activity.end();
		}
	}

	/**
	 * Runs a call that can be given up like a child, journaled, without an actor around it.
	 * @param call is given what makes its AbortSignal
	 */
	attempt(key: string, call: (signalOf: () => AbortSignal) => Promise<unknown>): Promise<ChildOutcome> {
		const entry = this.#journaled(key);
		if (entry) return Promise.resolve(revive(entry));
		if (this.#stopped) return Promise.resolve({ error: givenUp() });
		return new Promise((settle) => {
			let abort: AbortController | undefined;
			let ended = false;
			const end = (outcome: ChildOutcome) => {
				if (ended) return;
				ended = true;
				this.#calls?.delete(key);
				this.#environment.activity.end();
				settle(outcome);
			};
			const cancel = () => {
				const reason = givenUp();
				abort?.abort(reason);
				end({ error: reason });
			};
			const signalOf = () => {
				abort ??= new AbortController();
				return abort.signal;
			};
			const start = () => {
				if (ended) return;
				call(signalOf).then(
					(output) => {
						if (!ended) this.#journal[key] = { output };
						end({ output });
					},
					(error: unknown) => {
						if (!ended) this.#journal[key] = { error: storeError(error) };
						end({ error });
					},
				);
			};
			this.#environment.activity.begin();
			this.#calls ??= new Map();
			this.#calls.set(key, cancel);
			const ready = this.#ready();
			if (ready) ready.then(start, (error: unknown) => end({ error }));
			else start();
		});
	}

	/** A value that must be the same after a restore: an id, a deadline, a random number. */
	value(key: string, make: () => unknown): unknown {
		const entry = this.#journaled(key);
		if (entry && "output" in entry) return entry.output;
		const output = make();
		this.#journal[key] = { output };
		return output;
	}

	/** Starts a child actor, or takes it up where a restored snapshot left it. */
	spawn(key: string, options: SpawnOptions): SpawnedChild {
		const entry = this.#journaled(key);
		if (entry) return { outcome: Promise.resolve(revive(entry)), cancel: () => undefined };
		let cancelled = false;
		const outcome = new Promise<ChildOutcome>((settle) => {
			const start = () => {
				if (cancelled || this.#stopped) settle({ error: givenUp() });
				else this.#start(key, options, settle);
			};
			const ready = this.#ready();
			if (ready) ready.then(start, (error: unknown) => settle({ error }));
			else start();
		});
		return {
			outcome,
			cancel: () => {
				cancelled = true;
				this.#cancel(key);
			},
		};
	}

	#start(key: string, options: SpawnOptions, settle: (outcome: ChildOutcome) => void): void {
		const { logic, src, input, kind, summarize = () => undefined } = options;
		const saved = kind === "machine" && Object.hasOwn(this.#restored, key) ? this.#restored[key] : undefined;
		const start = saved === undefined ? { input } : { snapshot: saved };
		const ref = createActor(logic, { id: key, src, parent: this.#self, ...start });
		this.#live ??= new Map();
		this.#live.set(key, { ref, kind, summarize, settle });
		if (kind === "leaf") this.#environment.activity.begin();
		ref.start();
	}

	/** The barrier, counted as busy so that a run that only waits for its disk is not taken for parked. */
	#ready(): Promise<void> | undefined {
		const ready = this.#environment.barrier();
		if (!ready) return undefined;
		const { activity } = this.#environment;
		activity.begin();
		return ready.finally(() => activity.end());
	}

	/**
	 * Waits until `deadline`, milliseconds since 1970; rejects when the actor is stopped or `signal` aborts.
	 * @param idle whether a run may park meanwhile
	 */
	async sleepUntil(deadline: number, { signal = this.signal, idle = false } = {}): Promise<void> {
		const { activity, now } = this.#environment;
		if (!idle) activity.begin();
		try {
			await wait(deadline - now(), signal);
		} finally {
			if (!idle) activity.end();
		}
	}

	/** Takes a done or error event of a child. */
	childSettled(event: EventObject): void {
		const { type } = event;
		const isDone = type.startsWith(donePrefix);
		if (!isDone && !type.startsWith(errorPrefix)) return;
		const key = type.slice(isDone ? donePrefix.length : errorPrefix.length);
		const child = this.#live?.get(key);
		if (!child) return;
		this.#live?.delete(key);
		const summary = child.summarize(child.ref);
		if (isDone) {
			const output = "output" in event ? event.output : undefined;
			this.#journal[key] = { output, summary };
			child.settle({ output, summary });
		} else {
			const error = "error" in event ? event.error : undefined;
			this.#journal[key] = { error: storeError(error), summary };
			child.settle({ error, summary });
		}
		if (child.kind === "leaf") this.#environment.activity.end();
	}

	#cancel(key: string): void {
		const child = this.#live?.get(key);
		if (!child) return;
		this.#live?.delete(key);
		this.#stopChild(child.ref);
		child.settle({ error: givenUp() });
		if (child.kind === "leaf") this.#environment.activity.end();
	}

	/** Gives up all children that are under way. */
	cancelAll(): void {
		for (const key of [...(this.#live?.keys() ?? [])]) this.#cancel(key);
		for (const cancel of [...(this.#calls?.values() ?? [])]) cancel();
	}

	/** Stops all children and timers; what is still running is given up. */
	stop(): void {
		this.#stopped = true;
		if (this.#live?.size || this.#calls?.size) this.cancelAll();
		this.#abort?.abort(givenUp());
	}

	/** Persisted snapshots of the machines that are under way, by key. */
	persistChildren(): Record<string, Snapshot<unknown>> {
		const machines = [...(this.#live ?? [])].filter(([, { kind }]) => kind === "machine");
		return Object.fromEntries(machines.map(([key, { ref }]) => [key, ref.getPersistedSnapshot()]));
	}
}

function givenUp(): DOMException {
	return new DOMException("This work was given up.", "AbortError");
}

function revive(entry: JournalEntry): ChildOutcome {
	if ("error" in entry) return { error: reviveError(entry.error), summary: entry.summary };
	return entry;
}
