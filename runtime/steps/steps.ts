/** The handle of a running state actor: journaled effects, memoised values, timers, and children that are real actors. */
import { type AnyActorRef, createActor, type EventObject, fromPromise, type Snapshot } from "xstate";
import type { Activity } from "./activity.ts";
import { type Journal, type JournalEntry, type JournalRecord, reviveError, storeError } from "./journal.ts";
import type { ChildOutcome, PreparedChild, SpawnedChild, SpawnOptions } from "./spawn.ts";
import { type Sleep, wait } from "./timer.ts";

export interface StepsEnvironment {
	readonly activity: Activity;
	/** Milliseconds since 1970. */
	now(): number;
	/** Default: the system's timers. */
	readonly sleep?: Sleep;
	/** Absent where nothing is stored. */
	readonly record?: JournalRecord;
	/** Closed while whoever inspects the run has stopped it; undefined = open. */
	readonly gate?: () => Promise<void> | undefined;
}

interface LiveChild {
	readonly key: string;
	readonly ref: AnyActorRef;
	readonly options: SpawnOptions;
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
	/** Called when anything new is asked for, where nothing new may begin. */
	#onNew: (() => void) | undefined;
	/** Children by their ids, and calls by their keys; made lazily, since most visits have none, or one. */
	#live: Map<string, LiveChild> | undefined;
	/** Calls without an actor that are under way, with what gives each up. */
	#calls: Map<string, () => void> | undefined;
	#abort: AbortController | undefined;
	#stopped = false;
	/** Who hears of events that are about no child. */
	#heard: ((event: EventObject) => void) | undefined;
	/** Such events that came while nobody heard: a restored actor is sent some before its work has come to where it listens. */
	#unheard: EventObject[] | undefined;

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
		if (environment.record) Object.assign(journal, environment.record.saved);
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

	/** Whether the step under this key was finished, perhaps before a restart. */
	has(key: string): boolean {
		return Object.hasOwn(this.#journal, key);
	}

	#write(key: string, entry: JournalEntry): void {
		this.#journal[key] = entry;
		this.#environment.record?.journaled(key, entry);
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
			// What comes too late belongs to a visit that is over, and its machine is elsewhere.
			if (!this.#stopped) this.#write(key, { output });
			return output;
		} catch (error) {
			if (!this.#stopped) this.#write(key, { error: storeError(error) });
			throw error;
		} finally {
			activity.end();
		}
	}

	/** Runs what each life of the visit has to do anew, such as connecting to a server: behind the barrier, not journaled. */
	async ready<T>(work: () => Promise<T>): Promise<T> {
		const ready = this.#ready();
		if (ready) await ready;
		return this.#busyFor(work());
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
						if (!ended) this.#write(key, { output });
						end({ output });
					},
					(error: unknown) => {
						if (!ended) this.#write(key, { error: storeError(error) });
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
		this.#write(key, { output });
		return output;
	}

	/** Starts a child actor, or takes it up where a restored snapshot left it. */
	spawn(key: string, options: SpawnOptions): SpawnedChild {
		const entry = this.#journaled(key);
		if (entry) return { outcome: Promise.resolve(revive(entry)), cancel: () => undefined };
		let cancelled = false;
		const outcome = new Promise<ChildOutcome>((settle) => {
			const start = (prepared?: PreparedChild) => {
				if (cancelled || this.#stopped) settle({ error: givenUp() });
				else if (prepared && "outcome" in prepared) settle(this.#endedBefore(key, prepared.outcome));
				else this.#start(key, options, settle, prepared?.snapshot);
			};
			const ready = this.#ready(options.prepare);
			if (ready) ready.then(start, (error: unknown) => settle({ error }));
			else start();
		});
		return {
			outcome,
			cancel: () => {
				cancelled = true;
				this.#cancel(options.id ?? key);
			},
		};
	}

	/**
	 * Shows work that goes on elsewhere as an actor, for those who inspect the run. Nothing of it is journaled.
	 * @param src the actor's name in the inspector
	 * @returns to be called with what the work gave
	 */
	show(src: string, id: string, input: unknown): (output: unknown) => void {
		let end: (output: unknown) => void = () => undefined;
		const logic = fromPromise(
			() =>
				new Promise((resolve) => {
					end = resolve;
				}),
		);
		createActor(logic, { id, src, parent: this.#self, input }).start();
		return (output) => end(output);
	}

	/** How a child ended that went on elsewhere, as a finished step. @returns what was journaled first, where that was before */
	settle(key: string, outcome: ChildOutcome): ChildOutcome {
		const entry = this.#journaled(key);
		return entry ? revive(entry) : this.#endedBefore(key, outcome);
	}

	#endedBefore(key: string, outcome: ChildOutcome): ChildOutcome {
		const { summary } = outcome;
		this.#write(
			key,
			"error" in outcome ? { error: storeError(outcome.error), summary } : { output: outcome.output, summary },
		);
		return outcome;
	}

	#start(
		key: string,
		options: SpawnOptions,
		settle: (outcome: ChildOutcome) => void,
		stored: Snapshot<unknown> | undefined,
	): void {
		const { logic, src, input, kind, id = key } = options;
		const saved =
			stored ?? (kind === "machine" && Object.hasOwn(this.#restored, key) ? this.#restored[key] : undefined);
		const start = saved === undefined ? { input } : { snapshot: saved };
		const ref = createActor(logic, { id, src, parent: this.#self, ...start });
		this.#live ??= new Map();
		this.#live.set(id, { key, ref, options, settle });
		if (kind === "leaf") this.#environment.activity.begin();
		options.created?.(ref);
		ref.start();
	}

	/**
	 * The barrier, the gate and `prepare`, counted as busy so that a run that only waits for its disk is not taken for
	 * parked.
	 */
	#ready(): Promise<void> | undefined;
	#ready<T>(prepare: (() => Promise<T> | undefined) | undefined): Promise<T | undefined> | undefined;
	#ready<T>(prepare?: () => Promise<T> | undefined): Promise<T | undefined> | undefined {
		if (this.#onNew) return this.#refuse(this.#onNew);
		const cleared = this.#cleared();
		const ready = cleared ? cleared.then(() => prepare?.()) : prepare?.();
		return ready && this.#busyFor(ready);
	}

	/** Behind the barrier, so that a run that is stopped at the gate is stored. */
	#cleared(): Promise<void> | undefined {
		const { record, gate } = this.#environment;
		const durable = record?.barrier();
		if (!gate) return durable;
		const pass = (): Promise<void> | undefined => gate()?.then(() => this.#afterGate());
		return durable ? durable.then(pass) : pass();
	}

	/** While the gate was closed the run may have ended: then nothing begins any more. */
	#afterGate(): Promise<void> | undefined {
		return this.#stopped ? new Promise(() => undefined) : this.#environment.record?.barrier();
	}

	#busyFor<T>(work: Promise<T>): Promise<T> {
		const { activity } = this.#environment;
		activity.begin();
		return work.finally(() => activity.end());
	}

	#refuse(onNew: () => void): Promise<never> {
		onNew();
		return new Promise(() => undefined);
	}

	/** Until `allowNew` only what was journaled is answered, and nothing new begins. Resolves when more is asked for. */
	onlyJournaled(): Promise<void> {
		return new Promise((resolve) => {
			this.#onNew = resolve;
		});
	}

	allowNew(): void {
		this.#onNew = undefined;
	}

	/** Waits until what was journaled is durable. */
	async durable(): Promise<void> {
		if (this.#onNew) return this.#refuse(this.#onNew);
		const durable = this.#environment.record?.barrier();
		if (durable) await this.#busyFor(durable);
	}

	/**
	 * Waits until `deadline`, milliseconds since 1970; rejects when the actor is stopped or `signal` aborts.
	 * @param idle whether a run may park meanwhile
	 */
	async sleepUntil(deadline: number, { signal = this.signal, idle = false } = {}): Promise<void> {
		const { activity, now, sleep } = this.#environment;
		if (this.#onNew && deadline > now()) return this.#refuse(this.#onNew);
		if (!idle) activity.begin();
		try {
			await (sleep ? sleep(deadline, { signal, idle }) : wait(deadline - now(), signal));
		} finally {
			if (!idle) activity.end();
		}
	}

	/** Has somebody hear of events that the actor is sent, and of those that nobody has heard. @returns ends that */
	onEvent(listener: (event: EventObject) => void): () => void {
		this.#heard = listener;
		for (const event of this.#unheard?.splice(0) ?? []) listener(event);
		return () => {
			if (this.#heard === listener) this.#heard = undefined;
		};
	}

	/** Takes an event: the end of a child, or what somebody listens for. */
	received(event: EventObject): void {
		const { type } = event;
		const isDone = type.startsWith(donePrefix);
		if (!isDone && !type.startsWith(errorPrefix)) {
			if (this.#heard) this.#heard(event);
			else {
				this.#unheard ??= [];
				this.#unheard.push(event);
			}
			return;
		}
		const id = type.slice(isDone ? donePrefix.length : errorPrefix.length);
		const child = this.#live?.get(id);
		if (!child) return;
		this.#live?.delete(id);
		const { key } = child;
		const summary = child.options.ended?.(child.ref);
		const unfinished = isDone ? child.options.unfinished?.(child.ref) : undefined;
		if (unfinished !== undefined) child.settle({ error: unfinished, summary });
		else if (isDone) {
			const output = "output" in event ? event.output : undefined;
			this.#write(key, { output, summary });
			child.settle({ output, summary });
		} else {
			const error = "error" in event ? event.error : undefined;
			this.#write(key, { error: storeError(error), summary });
			child.settle({ error, summary });
		}
		if (child.options.kind === "leaf") this.#environment.activity.end();
	}

	#cancel(id: string): void {
		const child = this.#live?.get(id);
		if (!child) return;
		this.#live?.delete(id);
		this.#stopChild(child.ref);
		child.options.givenUp?.();
		child.settle({ error: givenUp() });
		if (child.options.kind === "leaf") this.#environment.activity.end();
	}

	/** Gives up all children that are under way. */
	cancelAll(): void {
		for (const id of [...(this.#live?.keys() ?? [])]) this.#cancel(id);
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
		const machines = [...(this.#live?.values() ?? [])].filter(({ options }) => options.kind === "machine");
		return Object.fromEntries(machines.map(({ key, ref }) => [key, ref.getPersistedSnapshot()]));
	}
}

function givenUp(): DOMException {
	return new DOMException("This work was given up.", "AbortError");
}

function revive(entry: JournalEntry): ChildOutcome {
	if ("error" in entry) return { error: reviveError(entry.error), summary: entry.summary };
	return entry;
}
