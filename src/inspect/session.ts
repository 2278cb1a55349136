/** Everything that is told of one run: what happens is made into messages when there is time, kept, and told on. */
import type { InspectedActor, InspectedCall, InspectedEvent, InspectedFrame, ServerMessage } from "./protocol.ts";
import type { Redaction } from "./redaction.ts";
import { type HistoryOptions, SessionHistory } from "./session-history.ts";
import { SessionTotals } from "./session-totals.ts";

export type End = Extract<ServerMessage, { type: "end" }>;
export type Drawn = Extract<ServerMessage, { type: "diagram" | "undrawn" }>;

/** Makes a message when there is time for it, so that the run itself is not kept waiting. */
export type Later =
	| (() => { readonly type: "frame"; readonly frame: Omit<InspectedFrame, "seq"> })
	| (() => { readonly type: "call"; readonly call: InspectedCall })
	| (() => { readonly type: "event"; readonly event: InspectedEvent });

export interface SessionOptions extends HistoryOptions {
	readonly redaction: Redaction;
	/** What may wait to be made into messages; a run that is faster waits for it. Default 2,000. */
	readonly mostQueued?: number;
}

/** Milliseconds for which what happens gathers: a picture of a screen. */
const batchMilliseconds = 16;
/** Milliseconds of work after which the run has its turn again. */
const turnMilliseconds = 8;
/** Actors and events in one message. */
const mostInMessage = 500;
/** Looking at the clock takes as long as a small message. */
const betweenLooks = 16;

/** Takes messages, each already as JSON text. */
export type Listener = (messages: readonly string[]) => void;

export class InspectionSession {
	readonly redaction: Redaction;
	readonly #history: SessionHistory;
	readonly #totals = new SessionTotals();
	readonly #mostQueued: number;
	readonly #listeners = new Set<Listener>();
	/** Actors that have changed since they were told of last. */
	readonly #changed = new Map<string, () => InspectedActor>();
	#queue: Later[] = [];
	/** What is told while work is done: it goes out together. */
	#told: string[] | undefined;
	#timer: NodeJS.Timeout | undefined;
	#nextFrame = 0;
	#isPaused = false;
	#end: string | undefined;

	constructor({ redaction, mostQueued = 2000, ...history }: SessionOptions) {
		this.redaction = redaction;
		this.#mostQueued = mostQueued;
		this.#history = new SessionHistory(history);
	}

	/** A machine has its picture, or will have none. */
	drawn(drawing: Drawn): void {
		const text = this.#text(drawing);
		this.#history.drawing(text);
		this.#tell(text);
	}

	/** An actor is new, or has changed. @param look says how it is by the time that it is told of */
	actor(id: string, look: () => InspectedActor): void {
		this.#changed.set(id, look);
		this.#schedule(batchMilliseconds);
	}

	/** Something has happened. */
	add(later: Later): void {
		this.#queue.push(later);
		if (this.#queue.length > this.#mostQueued) this.#work(0);
		this.#schedule(batchMilliseconds);
	}

	set isPaused(isPaused: boolean) {
		this.#isPaused = isPaused;
		this.#tell(this.#text({ type: "paused", isPaused }));
	}

	/** The run has come to rest. What was not yet told is told first. */
	end(end: End): void {
		this.flush();
		this.#end = this.#text(end);
		this.#tell(this.#end);
	}

	get hasEnded(): boolean {
		return this.#end !== undefined;
	}

	/** All that has been told and is kept; what is due is not among it. */
	known(): string[] {
		const actors = this.#history.actors.all();
		const actorTexts: string[] = [];
		for (let at = 0; at < actors.length; at += mostInMessage) {
			actorTexts.push(this.#text({ type: "actors", actors: actors.slice(at, at + mostInMessage) }));
		}
		const known = [this.#text(this.#totals.now()), ...this.#history.known(actorTexts)];
		if (this.#isPaused) known.push(this.#text({ type: "paused", isPaused: true }));
		if (this.#end !== undefined) known.push(this.#end);
		return known;
	}

	/**
	 * Tells a listener everything new.
	 * @returns ends that
	 */
	listen(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Makes and tells everything that is due. */
	flush(): void {
		while (this.#work(Number.POSITIVE_INFINITY));
	}

	/** Stops; what is not yet told is not told any more. */
	close(): void {
		clearTimeout(this.#timer);
		this.#listeners.clear();
		this.#queue = [];
		this.#changed.clear();
	}

	#schedule(milliseconds: number): void {
		this.#timer ??= setTimeout(() => this.#turn(), milliseconds);
	}

	#turn(): void {
		this.#timer = undefined;
		// Whoever is behind goes on as soon as the run has had its turn.
		if (this.#work(performance.now() + turnMilliseconds)) this.#schedule(0);
	}

	/** @param until milliseconds of `performance.now`; something is done in any case @returns whether there is more */
	#work(until: number): boolean {
		const told: string[] = [];
		this.#told = told;
		try {
			return this.#workOn(until);
		} finally {
			const totals = this.#totals.takeChanged();
			if (totals) told.push(this.#text(totals));
			const forgotten = this.#history.takeForgotten();
			if (forgotten) told.push(this.#text(forgotten));
			this.#totals.forget(forgotten?.actors ?? []);
			this.#told = undefined;
			if (told.length > 0) for (const listener of this.#listeners) listener(told);
		}
	}

	#workOn(until: number): boolean {
		this.#tellActors();
		const queue = this.#queue;
		let done = 0;
		let events: InspectedEvent[] = [];
		const tellEvents = () => {
			if (events.length > 0) this.#keepEvents(events);
			events = [];
		};
		for (; done < queue.length; done++) {
			if (done > 0 && done % betweenLooks === 0 && performance.now() >= until) break;
			const made = queue[done]?.();
			if (made?.type === "event") {
				events.push(made.event);
				if (events.length === mostInMessage) tellEvents();
			} else if (made?.type === "frame") this.#keepFrame(made.frame);
			else if (made) this.#keepCall(made.call);
		}
		tellEvents();
		this.#queue = queue.slice(done);
		if (this.#queue.length > 0) return true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		return false;
	}

	#tellActors(): void {
		if (this.#changed.size === 0) return;
		const actors = [...this.#changed.values()].map((look) => look());
		this.#changed.clear();
		for (const actor of actors) this.#history.actors.set(actor);
		for (let at = 0; at < actors.length; at += mostInMessage) {
			this.#tell(this.#text({ type: "actors", actors: actors.slice(at, at + mostInMessage) }));
		}
		this.#history.forgetActors();
	}

	#keepFrame(frame: Omit<InspectedFrame, "seq">): void {
		const number = this.#nextFrame++;
		const text = this.#text({ type: "frame", ...frame, seq: number });
		this.#history.frame(number, text);
		this.#totals.frame(frame);
		this.#tell(text);
	}

	#keepCall(call: InspectedCall): void {
		const text = this.#text({ type: "call", ...call });
		this.#history.call(call.id, text);
		this.#totals.call(call);
		this.#tell(text);
	}

	#keepEvents(events: readonly InspectedEvent[]): void {
		const text = this.#text({ type: "events", events });
		this.#history.events(text, events.length);
		this.#tell(text);
	}

	#text(message: ServerMessage): string {
		return this.redaction.message(message);
	}

	#tell(text: string): void {
		if (this.#told) this.#told.push(text);
		else for (const listener of this.#listeners) listener([text]);
	}
}
